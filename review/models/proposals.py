"""Runs, the proposals they make, and what people decide."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SelectionRun(models.Model):
    """One selection over a scope of products, split into batches."""

    class State(models.TextChoices):
        PLANNED = "planned", _("being planned")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    scope = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    config_digest = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "id"], name="runs_unfinished", condition=~Q(state="done"))]

    def __str__(self) -> str:
        return f"run {self.pk}"


class RunBatch(models.Model):
    """A handful of a run's products, claimed with a lease; a killed worker's batch is claimed again."""

    class State(models.TextChoices):
        FETCHING = "fetching", _("fetching pictures")
        JUDGING = "judging", _("judging pictures")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(SelectionRun, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.FETCHING)
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=1000, blank=True)
    images_judged = models.PositiveIntegerField(default=0)
    images_known = models.PositiveIntegerField(default=0)  # of those, judged before at the same version
    dropped = models.JSONField(default=dict)  # reason -> how many images
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "run batches"
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_batch_a_number")]
        indexes = [
            models.Index(
                fields=["run", "leased_until"],
                name="batches_open",
                condition=Q(state__in=["fetching", "judging"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.run} batch {self.number}"


class RunProduct(models.Model):
    """What a run did with one product: proposed, unchanged, passed over (why) or failed (why)."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PROPOSED = "proposed", _("proposal made")
        UNCHANGED = "unchanged", _("already the best set")
        PASSED_OVER = "passed_over", _("passed over")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(SelectionRun, on_delete=models.CASCADE, related_name="products")
    batch = models.ForeignKey(
        RunBatch, null=True, blank=True, on_delete=models.CASCADE, related_name="products"
    )
    product = models.ForeignKey("Product", on_delete=models.CASCADE)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.WAITING)
    reason = models.CharField(max_length=500, blank=True)
    proposal = models.ForeignKey(
        "Proposal", null=True, blank=True, on_delete=models.SET_NULL, related_name="run_products"
    )
    selection = models.JSONField(null=True, blank=True)  # what was chosen, where no proposal holds it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "product"], name="one_product_a_run")]
        indexes = [models.Index(fields=["run", "outcome", "id"], name="run_outcomes")]

    def __str__(self) -> str:
        return f"{self.run}: {self.product}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Reads as English: Proposal.objects.awaiting_review()."""

    def awaiting_review(self) -> ProposalQuerySet:
        return self.filter(state=Proposal.State.OPEN)

    def free_for(self, user: object, now: datetime) -> ProposalQuerySet:
        """Not held by somebody else at this moment."""
        return self.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(leased_by=user))


# Kinds of change that a queue can be filtered by, with the word that people read.
CHANGES = {
    "hero": _("new hero"),
    "moved": _("moved"),
    "added": _("added"),
    "copy": _("copy removed"),
    "quality": _("poor picture removed"),
    "compliance": _("not allowed, removed"),
    "unsure": _("unsure"),
}


class Proposal(models.Model):
    """The set before, the set after, and for every image the reason."""

    class State(models.TextChoices):
        OPEN = "open", _("awaiting review")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        SENT_BACK = "sent_back", _("sent back")
        SUPERSEDED = "superseded", _("replaced by a newer one")

    product = models.ForeignKey("Product", on_delete=models.CASCADE, related_name="proposals")
    # The product's, so that queues need no join. A trigger of the database keeps it true.
    category = models.ForeignKey(
        "Category", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    run = models.ForeignKey(SelectionRun, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    benefit = models.FloatField(default=0)
    benefit_parts = models.JSONField(default=list)  # what it is made of: review.actions.benefit.Part
    doubt = models.FloatField(default=0)
    is_sure = models.BooleanField(default=False)  # no judgement in it is doubtful: may be approved in bulk
    summary = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(
        default=dict
    )  # kind of change -> how many; keys of review.models.proposals.CHANGES
    notes = models.JSONField(default=list)
    # SHA-256 of what stands first today and of what would, so that a row of the queue needs no join.
    hero_before = models.CharField(max_length=64, blank=True)
    hero_after = models.CharField(max_length=64, blank=True)
    based_on = models.ForeignKey(
        "PublishedSet", null=True, on_delete=models.PROTECT, related_name="proposals"
    )
    content_digest = models.CharField(max_length=64)
    config_digest = models.CharField(max_length=64)
    model_versions = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    leased_at = models.DateTimeField(null=True, blank=True)  # since when the holder has it

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product"], name="one_open_proposal_a_product", condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="proposal_lease_is_whole",
                condition=Q(leased_by__isnull=True, leased_until__isnull=True)
                | Q(leased_by__isnull=False, leased_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["-benefit", "id"], name="queue_by_benefit", condition=Q(state="open")),
            models.Index(fields=["created_at", "id"], name="queue_by_age", condition=Q(state="open")),
            models.Index(fields=["-doubt", "id"], name="queue_by_doubt", condition=Q(state="open")),
            models.Index(
                fields=["category", "-benefit", "id"], name="queue_of_category", condition=Q(state="open")
            ),
            models.Index(fields=["run", "-benefit", "id"], name="queue_of_run", condition=Q(state="open")),
            models.Index(
                fields=["-benefit", "id"], name="queue_sure", condition=Q(state="open", is_sure=True)
            ),
            models.Index(
                fields=["leased_until"],
                name="queue_held",
                condition=Q(state="open", leased_until__isnull=False),
            ),
            # One for each kind: rows come out in order, however rare, and are counted without being read.
            *(
                models.Index(
                    fields=["-benefit", "id"],
                    name=f"queue_{kind}",
                    condition=Q(state="open", changes__has_key=kind),
                )
                for kind in CHANGES
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} for {self.product}"


class ProposalItem(models.Model):
    """One image of a proposal; positions count from 0 and are None where it is not in that set."""

    class Verdict(models.TextChoices):
        KEEP = "keep", _("kept")
        DROP = "drop", _("dropped")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="items")
    image = models.ForeignKey("Image", on_delete=models.PROTECT)
    source = models.CharField(max_length=2000)
    supplier = models.ForeignKey("Supplier", null=True, on_delete=models.PROTECT)
    before_position = models.PositiveIntegerField(null=True)
    after_position = models.PositiveIntegerField(null=True)
    verdict = models.CharField(max_length=4, choices=Verdict)
    reason = models.CharField(max_length=30, blank=True)
    duplicate_of = models.ForeignKey(
        "Image", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    image_type = models.CharField(max_length=30, blank=True)
    type_confidence = models.FloatField(null=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "image"], name="one_item_an_image"),
            models.CheckConstraint(
                name="kept_item_has_place",
                condition=Q(verdict="keep", after_position__isnull=False)
                | Q(verdict="drop", after_position__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal}: {self.source}"


class Decision(models.Model):
    """What a person said of a proposal; never changed. Undo is a decision of its own."""

    class Kind(models.TextChoices):
        APPROVE = "approve", _("approved")
        REJECT = "reject", _("rejected")
        SEND_BACK = "send_back", _("sent back")
        UNDO = "undo", _("undone")

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=Kind)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    reason = models.CharField(max_length=500, blank=True)
    final_set = models.JSONField(default=list)  # sha256 of the kept images, in order
    edits = models.JSONField(default=list)
    submit_key = models.CharField(
        max_length=64, unique=True
    )  # the page's own key: a second submit changes nothing
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    decided_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} {self.proposal}"
