"""What reviewers keep between pages: drafts of edits, their own keys, and what they flagged for others."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class ReviewDraft(models.Model):
    """A person's edits of a proposal that are not decided yet; the highest clock of their pages counts."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    proposal = models.ForeignKey("Proposal", on_delete=models.CASCADE, related_name="drafts")
    clock = models.BigIntegerField()  # milliseconds of the page that wrote it, always rising on one page
    edits = models.JSONField(null=True)  # None: everything was undone again
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "proposal"], name="one_draft_a_person_a_proposal")
        ]

    def __str__(self) -> str:
        return f"draft of {self.person} for {self.proposal}"


class ReviewPreferences(models.Model):
    """How a person wants the review page; only what differs from everybody's."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_preferences"
    )
    keys = models.JSONField(default=dict, blank=True)  # command -> key, where it is another one
    language = models.CharField(max_length=8, blank=True)  # "": what the browser asks for

    class Meta:
        verbose_name_plural = "review preferences"

    def __str__(self) -> str:
        return f"preferences of {self.person}"


class Flag(models.Model):
    """Something that a reviewer wants another person to look at: a picture, or the product as a whole."""

    product = models.ForeignKey("Product", on_delete=models.CASCADE, related_name="flags")
    proposal = models.ForeignKey("Proposal", null=True, blank=True, on_delete=models.SET_NULL)
    image = models.ForeignKey("Image", null=True, blank=True, on_delete=models.PROTECT, related_name="flags")
    reason = models.CharField(max_length=500)
    submit_key = models.CharField(max_length=64, unique=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="flag_settling_is_whole",
                condition=Q(settled_by__isnull=True, settled_at__isnull=True)
                | Q(settled_by__isnull=False, settled_at__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["-id"], name="flags_open", condition=Q(settled_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.product}: {self.reason}"
