"""What the models are and what they said: versions of models, analyses of images."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from pgvector.django import HalfVectorField


class ModelVersion(models.Model):
    """Weights by their digest, with the card that says what they were trained on."""

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=500)
    card = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

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
        indexes = [GinIndex(fields=["judgements"], opclasses=["jsonb_path_ops"], name="analysis_judgements")]

    def __str__(self) -> str:
        return f"{self.image} at {self.version}"
