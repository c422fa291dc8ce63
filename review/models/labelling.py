"""What people know of images: labels with their source, and the questions that are still open."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pipeline.labels import LABEL_KINDS


class Label(models.Model):
    """One fact about an image, or about a pair, and who said it. The newest of a subject and kind counts."""

    class Source(models.TextChoices):
        SPECIALIST = "specialist", _("specialist")
        GOLD = "gold", _("gold")
        CONSENSUS = "consensus", _("consensus of the crowd")

    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in LABEL_KINDS])
    image = models.ForeignKey("Image", on_delete=models.PROTECT, related_name="labels")
    other = models.ForeignKey("Image", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("Product", null=True, blank=True, on_delete=models.SET_NULL)
    subject = models.CharField(max_length=40, blank=True)  # the judge that it teaches; empty: all of its kind
    value = models.CharField(max_length=40)
    source = models.CharField(max_length=10, choices=Source)
    question = models.ForeignKey(
        "Question", null=True, blank=True, on_delete=models.PROTECT, related_name="labels"
    )
    provenance = models.JSONField(
        default=dict, blank=True
    )  # votes, posterior, file and line: where it is from
    decision = models.ForeignKey(
        "Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="labels"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # the answers it rests on count no more
    import_key = models.CharField(max_length=80, blank=True)  # digest of the file that said it, and its row

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["import_key"], name="one_label_a_row", condition=~Q(import_key="")
            ),
            models.UniqueConstraint(
                fields=["decision", "kind", "image", "other", "value"],
                name="one_label_a_fact",
                nulls_distinct=False,
                condition=Q(decision__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["question", "value", "source"],
                name="one_label_a_settling",
                condition=Q(question__isnull=False, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="pairs_have_two",
                condition=Q(kind__in=["pair", "preference"], other__isnull=False)
                | (~Q(kind__in=["pair", "preference"]) & Q(other__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["kind", "subject", "image"], name="labels_of_a_judge")]

    def __str__(self) -> str:
        return f"{self.image} {self.kind}: {self.value}"


class Question(models.Model):
    """A doubtful judgement that people should settle: what is the type, is it blurred, is it the same?"""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SETTLED = "settled", _("settled")
        DISPUTED = "disputed", _("for a specialist")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Origin(models.TextChoices):
        DOUBT = "doubt", _("a doubtful judgement")
        SIMILAR = "similar", _("like a sure hit")
        DISPUTE = "dispute", _("a disputed edit")
        AUDIT = "audit", _("a sample of sure ones")
        UPLOAD = "upload", _("asked by an admin")
        LOOP = "loop", _("a round of improvement")
        GOLD = "gold", _("known answer")

    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in LABEL_KINDS])
    subject = models.CharField(max_length=40)  # what is asked: 'type', 'blur', 'badge', 'pair', 'hero', ...
    image = models.ForeignKey("Image", on_delete=models.PROTECT, related_name="questions")
    other = models.ForeignKey("Image", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(
        "Product", null=True, blank=True, on_delete=models.CASCADE, related_name="questions"
    )
    category = models.ForeignKey("Category", null=True, blank=True, on_delete=models.SET_NULL)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.DOUBT)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    choices = models.JSONField(default=list)
    model_says = models.JSONField(default=dict)
    priority = models.FloatField(default=0)  # written once, with jitter; the highest is asked first
    cap = models.PositiveSmallIntegerField(default=5)  # votes, after which a specialist decides
    votes = models.PositiveSmallIntegerField(default=0)  # that count
    posterior = models.JSONField(default=dict)  # value -> chance, as of the last vote
    settled_value = models.CharField(max_length=40, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "image", "other", "product"],
                name="one_question_a_doubt",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="questions_open", condition=Q(state="open")),
            models.Index(
                fields=["subject", "-priority", "id"], name="questions_by_rank", condition=Q(state="open")
            ),
            models.Index(fields=["id"], name="questions_disputed", condition=Q(state="disputed")),
        ]

    def __str__(self) -> str:
        return f"{self.subject} of {self.image}?"


class QuestionSlot(models.Model):
    """Room for one vote on a question; whoever takes it holds it for ten minutes.

    A known question is put before one person in a slot of theirs that was never open to others.
    """

    # Indexes that begin with these two are below: each more would be written to with every lease.
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="slots", db_index=False)
    subject = models.CharField(max_length=40)  # the question's, so that the queue of each is an index
    number = models.PositiveSmallIntegerField()
    priority = models.FloatField(default=0)
    is_open = models.BooleanField(default=True)  # no vote in it yet, and the question is still asked
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "number"], name="one_slot_a_number")]
        indexes = [
            models.Index(
                fields=["subject", "-priority", "id"], name="slots_of_a_subject", condition=Q(is_open=True)
            ),
            models.Index(fields=["leased_by"], name="slots_held", condition=Q(leased_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.question} vote {self.number}"


class WorkerPlace(models.Model):
    """How far a person has come in a subject's queue: what stands before was theirs, or is somebody's.

    Without it, whoever has answered 20,000 questions would pass over all of them for the next one.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=40)
    priority = models.FloatField()
    slot = models.BigIntegerField()  # its id; both are of the slot that was taken last
    began_at = models.DateTimeField()  # from the front of the queue; now and then it is begun again

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "subject"], name="one_place_a_subject")]

    def __str__(self) -> str:
        return f"{self.person} in {self.subject}"


class Answer(models.Model):
    """One person's answer to one question; one that was taken back stays, and does not count."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    slot = models.ForeignKey(
        QuestionSlot, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers"
    )
    value = models.CharField(max_length=40)
    client_id = models.CharField(max_length=64, blank=True)  # the page's own: sent twice, kept once
    seconds = models.FloatField(null=True, blank=True)  # from the picture's showing to the key
    is_late = models.BooleanField(default=False)  # came after its lease or after the settling
    counts = models.BooleanField(default=True)  # false where the person was paused for bad work
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "answered_by"],
                name="one_answer_a_person",
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["client_id"], name="one_answer_a_client_id", condition=~Q(client_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["answered_by", "-id"], name="answers_of_a_person"),
            models.Index(fields=["answered_at"], name="answers_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.question} {self.value}"


class Sighting(models.Model):
    """A person has had this picture, or pair, before them for this subject: it is not shown them again."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    subject = models.CharField(max_length=40)
    image = models.ForeignKey("Image", on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey("Image", null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "subject", "image", "other"], name="one_sighting", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} saw {self.image} for {self.subject}"


class SkippedQuestion(models.Model):
    """A person passed a question by, or flagged it with a reason; it is not offered to them again."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="skips")
    skipped_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    is_flag = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    skipped_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "skipped_by"], name="one_skip_a_person")]

    def __str__(self) -> str:
        return f"{self.skipped_by} passed {self.question}"
