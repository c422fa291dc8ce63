"""The loop from doubt to a better model: rounds of asking, training and comparing."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from review.models.datasets import Work
from review.models.labelling import Question


class ImproveLoop(Work):
    """A judge is to become better in so many rounds."""

    judge = models.CharField(max_length=40)
    category = models.ForeignKey("Category", null=True, blank=True, on_delete=models.CASCADE)
    rounds = models.PositiveSmallIntegerField(default=1)
    config = models.JSONField(default=dict)  # questions a round, target precision, whether to release

    def __str__(self) -> str:
        return f"improving {self.judge}"


class ImproveRound(models.Model):
    """One round: predict, ask about the doubtful and the similar, train, compare."""

    class Stage(models.TextChoices):
        PREDICT = "predict", _("predicting")
        ASK = "ask", _("asking")
        CROWD = "crowd", _("waiting for answers")
        TRAIN = "train", _("training")
        COMPARE = "compare", _("comparing")
        DONE = "done", _("done")

    loop = models.ForeignKey(ImproveLoop, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.PREDICT)
    questions: models.ManyToManyField[Question, models.Model] = models.ManyToManyField(
        "Question", related_name="improve_rounds", blank=True
    )
    figures = models.JSONField(default=dict)  # precision, recall, labels spent, sure hits, ...
    snapshot = models.ForeignKey("Snapshot", null=True, blank=True, on_delete=models.PROTECT)
    training_run = models.ForeignKey("TrainingRun", null=True, blank=True, on_delete=models.PROTECT)
    comparison = models.ForeignKey("ModelComparison", null=True, blank=True, on_delete=models.PROTECT)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["loop", "number"], name="one_round_a_number")]

    def __str__(self) -> str:
        return f"{self.loop} round {self.number}"
