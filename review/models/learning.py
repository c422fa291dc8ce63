"""What the models are, how they came about, which are live, and what they said of images."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, HnswIndex

from review.models.datasets import Work


class ModelVersion(models.Model):
    """Weights by their digest, with the card that says what they were trained on."""

    class State(models.TextChoices):
        SHIPPED = "shipped", _("shipped with the product")
        CANDIDATE = "candidate", _("candidate")
        LIVE = "live", _("live")
        RETIRED = "retired", _("retired")

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=500)
    card = models.JSONField(default=dict, blank=True)
    judge = models.CharField(max_length=40, blank=True)  # 'type', 'blur', 'badge', ...
    category = models.ForeignKey(
        "Category", null=True, blank=True, on_delete=models.CASCADE, related_name="heads"
    )
    state = models.CharField(max_length=10, choices=State, default=State.SHIPPED)
    training_run = models.ForeignKey(
        "TrainingRun", null=True, blank=True, on_delete=models.PROTECT, related_name="trained"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        constraints = [
            models.UniqueConstraint(
                fields=["judge", "category"],
                name="one_live_model_a_judge",
                condition=Q(state="live"),
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.sha256[:8]}"


class ImageAnalysis(models.Model):
    """All that the judges said of an image at one analysis version; computed once, never changed."""

    image = models.ForeignKey("Image", on_delete=models.CASCADE, related_name="analyses")
    version = models.CharField(max_length=64)
    judgements = models.JSONField(default=dict)
    framing = models.JSONField(default=dict)
    embedding = HalfVectorField(dimensions=1280, null=True)
    layout = models.BinaryField(default=bytes)  # float16; empty where it was not kept
    descriptors = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "image analyses"
        constraints = [models.UniqueConstraint(fields=["image", "version"], name="one_analysis_a_version")]
        indexes = [
            GinIndex(fields=["judgements"], opclasses=["jsonb_path_ops"], name="analysis_judgements"),
            HnswIndex(
                fields=["embedding"],
                opclasses=["halfvec_cosine_ops"],
                name="analysis_likeness",
                m=16,
                ef_construction=64,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.image} at {self.version}"


class TrainingRun(Work):
    """One training of one judge on one snapshot; its checkpoint lets a killed one go on."""

    class Technique(models.TextChoices):
        SHALLOW = "shallow", _("shallow network on frozen embeddings")
        LOGISTIC = "logistic", _("logistic regression on frozen embeddings")
        LAST_BLOCK = "last_block", _("last block retrained")

    judge = models.CharField(max_length=40)
    category = models.ForeignKey("Category", null=True, blank=True, on_delete=models.CASCADE)
    snapshot = models.ForeignKey("Snapshot", on_delete=models.PROTECT, related_name="training_runs")
    technique = models.CharField(max_length=10, choices=Technique, default=Technique.SHALLOW)
    config = models.JSONField(default=dict)  # settings that differ from the defaults
    seed = models.PositiveIntegerField(default=0)
    curves = models.JSONField(default=list)  # one entry an epoch
    checkpoint = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"training {self.pk} of {self.judge}"


class ModelComparison(Work):
    """A candidate against the live model: on one frozen hold-out, and on what specialists decided."""

    candidate = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="comparisons")
    live = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )  # none: against the shipped judge, or against none at all
    snapshot = models.ForeignKey("Snapshot", on_delete=models.PROTECT, related_name="comparisons")
    figures = models.JSONField(default=dict)  # of both, and the difference with its interval
    replay = models.JSONField(default=dict)  # past decisions that it would have agreed with

    def __str__(self) -> str:
        return f"{self.candidate} against {self.live or 'none'}"


class Release(models.Model):
    """A model was made live, or an earlier one again; rows are only ever added."""

    judge = models.CharField(max_length=40)
    category = models.ForeignKey("Category", null=True, blank=True, on_delete=models.CASCADE)
    model = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="releases"
    )  # none: back to what ships
    replaces = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_rollback = models.BooleanField(default=False)
    comparison = models.ForeignKey(ModelComparison, null=True, blank=True, on_delete=models.SET_NULL)
    submit_key = models.CharField(max_length=64, unique=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    released_at = models.DateTimeField(default=timezone.now)
    followed_at = models.DateTimeField(null=True, blank=True)  # proposals made anew, doubts asked
    followed = models.JSONField(default=dict)  # how many pictures changed, products, questions
    run = models.ForeignKey(
        "SelectionRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="releases"
    )

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="releases_to_follow", condition=Q(followed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.judge}: {self.model or 'as shipped'}"


class ModelScore(models.Model):
    """What a model that looks at pictures themselves said of one; heads on embeddings need no such row."""

    model = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="scores")
    image = models.ForeignKey("Image", on_delete=models.CASCADE, related_name="+")
    chances = models.JSONField(default=list)  # in the order of the model's classes

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "image"], name="one_score_a_picture")]

    def __str__(self) -> str:
        return f"{self.model} of {self.image}"
