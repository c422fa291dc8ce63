"""What people know of images: labels with their source, and the questions that are still open."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from pipeline.labels import LABEL_KINDS


class Label(models.Model):
    """One fact about an image, or about a pair, and who said it. The newest of a subject and kind counts."""

    class Source(models.TextChoices):
        SPECIALIST = "specialist", "specialist"
        GOLD = "gold", "gold"
        CONSENSUS = "consensus", "consensus of the crowd"

    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in LABEL_KINDS])
    image = models.ForeignKey("Image", on_delete=models.PROTECT, related_name="labels")
    other = models.ForeignKey("Image", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("Product", null=True, blank=True, on_delete=models.SET_NULL)
    value = models.CharField(max_length=40)
    source = models.CharField(max_length=10, choices=Source)
    decision = models.ForeignKey(
        "Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="labels"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "kind", "image", "other", "value"],
                name="one_label_a_fact",
                nulls_distinct=False,
                condition=Q(decision__isnull=False),
            ),
            models.CheckConstraint(
                name="pairs_have_two",
                condition=Q(kind__in=["pair", "preference"], other__isnull=False)
                | (~Q(kind__in=["pair", "preference"]) & Q(other__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.image} {self.kind}: {self.value}"


class Question(models.Model):
    """A doubtful judgement that people should settle: what is the type, is it blurred?"""

    class State(models.TextChoices):
        OPEN = "open", "open"
        SETTLED = "settled", "settled"

    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in LABEL_KINDS])
    subject = models.CharField(max_length=40)  # what is asked: 'type', 'blur', 'badge', ...
    image = models.ForeignKey("Image", on_delete=models.PROTECT, related_name="questions")
    product = models.ForeignKey("Product", on_delete=models.CASCADE, related_name="questions")
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    choices = models.JSONField(default=list)
    model_says = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "image", "product"], name="one_question_a_doubt")
        ]
        indexes = [models.Index(fields=["state", "id"], name="questions_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.subject} of {self.image}?"


class Answer(models.Model):
    """One person's answer to one question; never changed, one a person."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    value = models.CharField(max_length=40)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "answered_by"], name="one_answer_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.value}"
