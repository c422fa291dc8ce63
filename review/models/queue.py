"""What grows around the queue: saved filters, approvals in bulk, and second opinions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from review.models.proposals import Decision


class SavedFilter(models.Model):
    """A way to look at the queue that a person keeps under a name."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(max_length=60)
    # The queue's query string with its '?'; a sign of a category outside ASCII is up to twelve of it.
    address = models.CharField(max_length=4000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="one_filter_a_name")]

    def __str__(self) -> str:
        return self.name


class BulkApproval(models.Model):
    """Proposals that a person approved at once from a grid, to be undone as one."""

    submit_key = models.CharField(max_length=64, unique=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["approved_by", "-id"], name="bulks_of_person")]

    def __str__(self) -> str:
        return f"bulk {self.pk} by {self.approved_by}"


class BulkItem(models.Model):
    """One proposal of a bulk: its decision, or why there is none."""

    bulk = models.ForeignKey(BulkApproval, on_delete=models.CASCADE, related_name="items")
    proposal = models.ForeignKey("Proposal", on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(
        "Decision", null=True, blank=True, on_delete=models.PROTECT, related_name="bulk_item"
    )
    refusal = models.CharField(max_length=300, blank=True)  # of approving, or of undoing it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "proposal"], name="one_bulk_item_a_proposal")]

    def __str__(self) -> str:
        return f"{self.bulk}: {self.proposal}"


class SecondOpinion(models.Model):
    """A decision that somebody else is to make again without knowing it; it publishes nothing."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="second_opinion")
    asked_at = models.DateTimeField(default=timezone.now)
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Decision.Kind, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    final_set = models.JSONField(default=list)  # sha256 of the kept images, in order
    edits = models.JSONField(default=list)
    submit_key = models.CharField(max_length=64, unique=True, null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="second_opinion_is_whole",
                condition=Q(given_by__isnull=True, given_at__isnull=True, kind="")
                | (Q(given_by__isnull=False, given_at__isnull=False) & ~Q(kind="")),
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="second_opinions_open", condition=Q(given_at__isnull=True)),
            models.Index(fields=["-given_at"], name="second_opinions_given"),
        ]

    def __str__(self) -> str:
        return f"second opinion on {self.decision}"
