"""Frozen data sets: snapshots of labels, on which side an image stands, exports and imports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """What a row of a data set is for."""

    TRAIN = "train", _("training")
    VALIDATION = "validation", _("validation")
    TEST = "test", _("test")


class ImageSide(models.Model):
    """Where an image stands in every data set, for ever; all images of a group stand on one side."""

    image = models.OneToOneField(
        "Image", primary_key=True, on_delete=models.CASCADE, related_name="data_side"
    )
    group = models.CharField(max_length=64)  # of its product and its copies
    side = models.CharField(max_length=10, choices=Side)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["group"], name="sides_of_a_group")]

    def __str__(self) -> str:
        return f"{self.image} {self.side}"


class Work(models.Model):
    """Something that a worker does in the background, under a lease: killed, it is taken up again."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        WORKING = "working", _("working")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        STOPPED = "stopped", _("stopped")

    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    progress = models.JSONField(default=dict)
    error = models.CharField(max_length=1000, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.CharField(max_length=40, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Snapshot(Work):
    """A data set of one judge's labels, frozen with a digest; never changed afterwards."""

    name = models.CharField(max_length=200)
    judge = models.CharField(max_length=40)  # 'type', 'blur', 'badge', 'pair', ...
    filters = models.JSONField(default=dict)  # category, sources, until
    digest = models.CharField(max_length=64, blank=True)  # of all rows, once it is frozen
    counts = models.JSONField(default=dict)  # side -> value -> how many
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="frozen_snapshot_has_digest", condition=Q(frozen_at__isnull=True) | ~Q(digest="")
            )
        ]

    def __str__(self) -> str:
        return self.name


class SnapshotRow(models.Model):
    """One fact of a snapshot as it was when it was frozen."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="rows", db_index=False)
    label = models.ForeignKey("Label", null=True, on_delete=models.SET_NULL, related_name="+")
    image = models.ForeignKey("Image", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("Image", null=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("Product", null=True, on_delete=models.SET_NULL, related_name="+")
    value = models.CharField(max_length=40)
    source = models.CharField(max_length=10)
    group = models.CharField(max_length=64)
    side = models.CharField(max_length=10, choices=Side)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "image", "other"], name="one_row_a_picture", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["snapshot", "id"], name="rows_of_a_snapshot")]

    def __str__(self) -> str:
        return f"{self.image} {self.value}"


class SnapshotExport(Work):
    """A snapshot written to files in one format, each with its checksum."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="exports")
    format = models.CharField(max_length=20)
    files = models.JSONField(default=list)  # of finished ones: name, byte_size, sha256

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "format"], name="one_export_a_format", condition=~Q(state="failed")
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot} as {self.format}"


class LabelImport(Work):
    """Labels read from a file that somebody sent, with its report."""

    file_name = models.CharField(max_length=300)
    path = models.CharField(max_length=500)
    format = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, blank=True)
    judge = models.CharField(max_length=40, blank=True)  # of rows that do not say; empty: every row must
    source = models.CharField(max_length=10, default="specialist")  # of rows that do not say
    is_dry_run = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)  # line, reason; the first hundred

    def __str__(self) -> str:
        return self.file_name
