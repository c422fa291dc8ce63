"""Data sets' rows <-> pipeline.training: trains a judge in the background, and keeps what came of it."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import asdict
from typing import Any

import numpy as np
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from pipeline.head_store import Head, pack_head
from pipeline.labels import kind_of
from pipeline.last_blocks import judge_pictures, reads_pictures
from pipeline.training import model_card
from pipeline.training.descent import Epoch, OtherTraining
from pipeline.training.judge_fit import Order, Trained, train
from pipeline.training.judge_last_block import NoPictures
from pipeline.training.judge_rows import TEST, VALIDATION, JudgeRows, TooFewExamples
from pipeline.training.plan import read_plan
from review import training_rows
from review.actions import store, work
from review.heartbeat import Heartbeat, LeaseLost
from review.models import ModelVersion, TrainingRun
from review.stopping import Stopping
from review.training_rows import NothingToRead

logger = logging.getLogger(__name__)

KEEP_EVERY_S = 1.0  # between two writings of the curves
TRANSIENT = (OperationalError, InterfaceError, MemoryError)
HOPELESS = (TooFewExamples, NoPictures, NothingToRead)  # a second try would meet them again


def run_training(run_id: int) -> bool:
    """Train what the run says, from its checkpoint where it has one; False when it is somebody else's."""
    run = work.claim(TrainingRun, run_id, timezone.now())
    if run is None:
        return False
    try:
        with Heartbeat(run) as beat:
            _train(run, beat)
    except (work.LeaseLost, LeaseLost):
        logger.warning("%s was stopped or taken over by another worker", run)
        return False
    except Stopping:
        work.put_back(run)
        return False
    except HOPELESS as error:
        work.fail(run, str(error), timezone.now())
    except TRANSIENT:
        raise  # the lease runs out, and another worker goes on from the checkpoint
    except Exception as error:
        logger.exception("%s failed", run)
        work.fail(run, f"It ended with an error of ours ({type(error).__name__}: {error}).", timezone.now())
    return True


def _train(run: TrainingRun, beat: Heartbeat) -> None:
    started = time.monotonic()
    plan = read_plan(run.technique, run.config)
    rows = training_rows.read(run, Progress(run, beat))
    order = Order(run.judge, plan, run.seed, training_rows.name_scope(run))
    watcher = Watcher(run, beat)
    watcher.tell("training")
    trained = _go_on(rows, order, watcher)
    watcher.tell("measuring")
    data = pack_head(trained.head)
    card = {
        **_describe(run, trained),
        "sides": {side: _measure(trained.head, rows, side) for side in (TEST, VALIDATION)},
        "recipe": plan.as_json(),
        "seconds": round(time.monotonic() - started, 1),
        "versions": dict(model_card.list_versions()),
    }
    beat.check()
    _keep(run, data, card)
    watcher.clean()


def _go_on(rows: JudgeRows, order: Order, watcher: Watcher) -> Trained:
    """From the checkpoint, unless there is none or it belongs to other settings."""
    kept = watcher.read_checkpoint()
    try:
        return train(rows, order, kept, watcher.watch)
    except OtherTraining:
        return train(rows, order, None, watcher.watch)


def _describe(run: TrainingRun, trained: Trained) -> dict[str, Any]:
    snapshot = run.snapshot
    return {
        "head": {name: value for name, value in trained.head.card.items() if name != "training_rows"},
        "version": trained.head.version,  # by which proposals name the model
        "training_rows": trained.head.card["training_rows"],
        "data": {
            "snapshot": snapshot.pk,
            "name": snapshot.name,
            "digest": snapshot.digest,
            "counts": snapshot.counts,
        },
        "seed": run.seed,
        "epochs": len(trained.epochs),
        "best_epoch": trained.best_epoch,
        "remarks": list(trained.remarks),
        "trained_at": timezone.now().isoformat(),
    }


def _measure(head: Head, rows: JudgeRows, side: str) -> dict[str, Any]:
    """What the head alone says of a side that it did not learn from."""
    chosen = rows.on(side)
    verdicts = model_card.decide(_ask(head, rows, chosen), head, rows.names)
    return model_card.describe(verdicts, rows.targets[chosen], rows.ids[chosen])


def _ask(head: Head, rows: JudgeRows, chosen: np.ndarray) -> np.ndarray:
    if not len(chosen):
        return np.zeros((0, len(rows.classes)), np.float32)
    if reads_pictures(head):
        assert rows.read_pictures is not None
        parts = np.array_split(chosen, -(-len(chosen) // 128))
        return np.concatenate([judge_pictures(head, rows.read_pictures(part)) for part in parts])
    chances = head.probabilities(rows.features[chosen].astype(np.float32))
    return chances.reshape(len(chosen), -1)


def _keep(run: TrainingRun, data: bytes, card: dict[str, Any]) -> None:
    """The model's file first, then its row together with the run's end; trained twice, it is one model."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = f"models/{sha256[:2]}/{sha256}.npz"
    store.put_model(path, data)
    said = {
        "kind": kind_of(run.judge),
        "name": f"{run.judge} {run.pk}",
        "path": path,
        "card": card,
        "judge": run.judge,
        "category": run.category,
        "state": ModelVersion.State.CANDIDATE,
        "training_run": run,
    }
    with transaction.atomic():
        model, _ = ModelVersion.objects.get_or_create(sha256=sha256, defaults=said)
        work.finish(run, timezone.now(), progress={**run.progress, "stage": "done", "model": model.pk})


class Progress:
    """Says how far the reading is, and keeps the lease."""

    def __init__(self, run: TrainingRun, beat: Heartbeat) -> None:
        self.run, self.beat, self._told = run, beat, 0.0

    def check(self) -> None:
        """Between two steps."""
        self.beat.check()

    def tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Write down which stage it is; within one, at most once a second."""
        self.beat.check()
        now = time.monotonic()
        if stage == self.run.progress.get("stage") and now - self._told < KEEP_EVERY_S and done < total:
            return
        self._told = now
        said = {"stage": stage, "done": done, "total": total}
        work.renew(self.run, timezone.now(), progress={**self.run.progress, **said})


class Watcher(Progress):
    """Keeps curves and checkpoints of a training."""

    def watch(self, epoch: Epoch, checkpoint: bytes | None) -> None:
        """After each epoch: what it brought, and where a killed training would go on."""
        self.beat.check()
        self.run.curves = [*self.run.curves[: epoch.number - 1], asdict(epoch)]
        fields: dict[str, Any] = {"curves": self.run.curves}
        old = self.run.checkpoint
        if checkpoint is not None:
            fields["checkpoint"] = f"{self._folder}/{epoch.number}.npz"
            store.put_model(fields["checkpoint"], checkpoint)
        if checkpoint is not None or time.monotonic() - self._told >= KEEP_EVERY_S:
            self._told = time.monotonic()
            work.renew(self.run, timezone.now(), **fields)
        if checkpoint is not None and old and old != self.run.checkpoint:
            store.drop_model(old)

    @property
    def _folder(self) -> str:
        return f"training/{self.run.pk}-{self.run.lease_token}"

    def read_checkpoint(self) -> bytes | None:
        """Where a killed training stopped; None for the beginning, also where the file is lost."""
        if not self.run.checkpoint:
            return None
        try:
            return store.read_model(self.run.checkpoint)
        except store.NotStored:
            logger.warning("the checkpoint of %s is lost, it begins again", self.run)
            return None

    def clean(self) -> None:
        """The model is kept: the way to it is not needed any more."""
        if self.run.checkpoint:
            store.drop_model(self.run.checkpoint)
            TrainingRun.objects.filter(pk=self.run.pk).update(checkpoint="")
