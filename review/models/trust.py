"""How far answers can be trusted: rules of asking, questions with known answers, standings, pauses."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone


class AskingRule(models.Model):
    """How one subject is asked; a subject without a row is asked by these defaults."""

    subject = models.CharField(max_length=40, unique=True)
    first_votes = models.PositiveSmallIntegerField(default=2)  # asked of everybody's questions at once
    cap = models.PositiveSmallIntegerField(default=5)  # votes, after which a specialist decides
    target = models.FloatField(default=0.95)  # chance of the likeliest value that settles a question
    gold_share = models.FloatField(default=0.1)  # of the questions shown, 0.05 to 0.15
    pause_below = models.FloatField(default=0.7)  # accuracy on gold
    cents = models.FloatField(default=2.0)  # paid for an answer
    is_open = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.subject


class GoldQuestion(models.Model):
    """A question whose answer is known, hidden among the others."""

    question = models.OneToOneField("Question", on_delete=models.CASCADE, related_name="gold")
    value = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)
    shown = models.PositiveIntegerField(default=0)
    right = models.PositiveIntegerField(default=0)
    fast_right = models.PositiveIntegerField(default=0)  # right, and quicker than anybody can look
    retired = models.CharField(max_length=200, blank=True)  # why it is not asked any more
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["shown", "id"], name="gold_by_turn", condition=Q(is_active=True))]

    def __str__(self) -> str:
        return f"{self.question} {self.value}"


class WorkerStanding(models.Model):
    """What is known of one person's answers on one subject."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standings")
    subject = models.CharField(max_length=40)
    gold_seen = models.PositiveIntegerField(default=0)
    gold_right = models.PositiveIntegerField(default=0)
    votes = models.PositiveIntegerField(default=0)
    confusion = models.JSONField(default=dict)  # true value -> said value -> how many, gold and settled ones
    accuracy = models.FloatField(null=True, blank=True)  # estimated, 0 to 1
    seconds = models.FloatField(null=True, blank=True)  # the median of the last answers
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "subject"], name="one_standing_a_subject")]

    def __str__(self) -> str:
        return f"{self.person} on {self.subject}"


class WorkerPause(models.Model):
    """A person is not asked any more, on one subject or on all, and why; lifted by an admin."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pauses")
    subject = models.CharField(max_length=40, blank=True)  # empty: all
    reason = models.CharField(max_length=500)
    answers_reopened = models.PositiveIntegerField(default=0)
    voided: ArrayField[list[int], list[int]] = ArrayField(
        models.BigIntegerField(), default=list
    )  # ids of the answers that count no more, until it is lifted
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # none: by the rule
    paused_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "subject"], name="one_pause_at_a_time", condition=Q(lifted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} paused: {self.reason}"


class ExamplePicture(models.Model):
    """A picture in the instructions: this is what a right answer looks like."""

    subject = models.CharField(max_length=40)
    category = models.ForeignKey("Category", null=True, blank=True, on_delete=models.CASCADE)
    image = models.ForeignKey("Image", on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=40)
    caption = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "category", "image"], name="one_example", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.value}"


class SubjectEstimate(models.Model):
    """What all answers on a subject say together, as of the last fitting; one row a category, one for all."""

    subject = models.CharField(max_length=40)
    category = models.ForeignKey("Category", null=True, blank=True, on_delete=models.CASCADE)
    method = models.CharField(max_length=20, blank=True)
    shares = models.JSONField(default=dict)  # value -> how frequent it is
    agreement = models.FloatField(null=True, blank=True)  # Krippendorff's alpha
    votes = models.PositiveIntegerField(default=0)
    questions = models.PositiveIntegerField(default=0)
    last_answer = models.BigIntegerField(default=0)  # id of the newest one that it rests on
    fitted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "category"], name="one_estimate_a_subject", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} in {self.category or 'all categories'}"


class DisputeHold(models.Model):
    """A specialist has a disputed question before them; another one gets the next."""

    question = models.OneToOneField(
        "Question", primary_key=True, on_delete=models.CASCADE, related_name="hold"
    )
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    held_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.held_by} holds {self.question}"
