"""Training in the background: from a frozen data set to a candidate with its card, killed or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from review import inference, live_models, predicting, training, training_rows
from review.actions import learning, work
from review.models import Image, ModelVersion, Snapshot, SnapshotRow, TrainingRun
from tests.review.factories import make_image
from tests.review.heads import SIZE, VERSION, embed_all, embed_numbers, lay_ground

pytestmark = pytest.mark.django_db
NOW = timezone.now()
QUICK = {"epochs": 12, "hidden": 8, "patience": 0}


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_ground(settings, tmp_path, monkeypatch)
    monkeypatch.setattr(training, "KEEP_EVERY_S", 0.0)
    return tmp_path


def make_snapshot(counts: dict[str, int], judge: str = "weapon", seed: int = 3) -> Snapshot:
    """A frozen data set whose pictures' embeddings tell the values apart; two pictures a product."""
    rng = np.random.default_rng(seed)
    snapshot = Snapshot.objects.create(name=f"{judge} set", judge=judge, counts={"train": counts})
    rows = []
    for kind, (value, count) in enumerate(counts.items()):
        numbers = rng.normal(0, 1, (count, SIZE))
        numbers[:, kind * 40 : kind * 40 + 40] += 1.2
        images = embed_all(list(numbers))
        rows += [make_row(snapshot, image, value, f"{value}-{n // 2}") for n, image in enumerate(images)]
    SnapshotRow.objects.bulk_create(rows)
    Snapshot.objects.filter(pk=snapshot.pk).update(frozen_at=NOW, digest="d" * 64, state="done")
    snapshot.refresh_from_db()
    return snapshot


def make_row(snapshot: Snapshot, image: Image | None, value: str, group: str) -> SnapshotRow:
    draw = int(hashlib.sha256(group.encode()).hexdigest(), 16) % 10
    side = "test" if draw < 2 else "validation" if draw < 4 else "train"
    said = {"value": value, "source": "gold", "group": group, "side": side}
    return SnapshotRow(snapshot=snapshot, image=image, **said)


def start(snapshot: Snapshot, technique: str = "shallow", seed: int = 1, **config: Any) -> TrainingRun:
    settings = {**(QUICK if technique == "shallow" else {}), **config}
    return learning.train(
        judge=snapshot.judge,
        category=None,
        snapshot=snapshot,
        technique=technique,
        config=settings,
        seed=seed,
        by=None,
        now=NOW,
    )


def finish(run: TrainingRun) -> TrainingRun:
    assert training.run_training(run.pk)
    return TrainingRun.objects.get(pk=run.pk)


def test_a_training_leaves_a_candidate_with_its_card_and_curves() -> None:
    snapshot = make_snapshot({"no": 120, "yes": 60})
    run = finish(start(snapshot))
    model = ModelVersion.objects.get()
    assert (run.state, run.progress["model"], model.state) == ("done", model.pk, "candidate")
    assert [row["number"] for row in run.curves] == list(range(1, 13))
    assert run.curves[-1]["train_loss"] < run.curves[0]["train_loss"]
    card = model.card
    assert card["version"] == live_models.load_model(model).version
    assert card["data"] == {
        "snapshot": snapshot.pk,
        "name": "weapon set",
        "digest": "d" * 64,
        "counts": snapshot.counts,
    }
    assert card["sides"]["test"]["figures"]["auc"] > 0.9
    assert card["recipe"]["epochs"] == 12
    assert {"seed", "seconds", "versions", "trained_at", "remarks"} <= set(card)


def test_its_model_judges_pictures_that_it_did_not_see() -> None:
    finish(start(make_snapshot({"no": 120, "yes": 60}), technique="logistic"))
    numbers = np.random.default_rng(9).normal(0, 1, (2, SIZE))
    numbers[0, 40:80] += 1.5
    numbers[1, :40] += 1.5
    hit, miss = embed_numbers(numbers[0]), embed_numbers(numbers[1])
    found = predicting.score("weapon", None, [hit.pk, miss.pk], ModelVersion.objects.get())
    assert found[hit.pk] > 0.8 > 0.2 > found[miss.pk]


def test_types_are_told_apart_by_their_names() -> None:
    finish(start(make_snapshot({"front": 40, "back": 40, "top": 40}, judge="type"), technique="logistic"))
    head = live_models.load_model(ModelVersion.objects.get())
    assert head.classes == ("back", "front", "top")
    assert head.card["scope"] == "*"
    assert set(head.card["thresholds"]) == set(head.classes)


def test_the_same_training_twice_is_one_model() -> None:
    snapshot = make_snapshot({"no": 60, "yes": 40})
    first, second = finish(start(snapshot)), finish(start(snapshot))
    assert first.progress["model"] == second.progress["model"]
    assert ModelVersion.objects.count() == 1
    finish(start(snapshot, seed=2))
    assert ModelVersion.objects.count() == 2


class Killed(BaseException):
    """The worker is gone."""


def kill_after(epoch: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have the worker killed right after it wrote down an epoch; gives the way to end that."""
    whole = training.Watcher.watch

    def watch(self: training.Watcher, one: Any, checkpoint: bytes | None) -> None:
        whole(self, one, checkpoint)
        if one.number == epoch:
            raise Killed

    monkeypatch.setattr(training.Watcher, "watch", watch)
    return lambda: monkeypatch.setattr(training.Watcher, "watch", whole)


def test_a_killed_training_goes_on_from_its_checkpoint_to_the_same_model(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    snapshot = make_snapshot({"no": 80, "yes": 50})
    run = start(snapshot)
    heal = kill_after(7, monkeypatch)
    with pytest.raises(Killed):
        training.run_training(run.pk)
    run.refresh_from_db()
    assert run.checkpoint.endswith("/5.npz")
    assert not training.run_training(run.pk)  # still held by the dead worker
    heal()
    TrainingRun.objects.filter(pk=run.pk).update(leased_until=NOW - timedelta(minutes=5))
    resumed = finish(run)
    assert [row["number"] for row in resumed.curves] == list(range(1, 13))
    assert not list((place / "training").rglob("*.npz"))
    assert finish(start(snapshot)).progress["model"] == resumed.progress["model"]


def test_a_lost_checkpoint_means_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(make_snapshot({"no": 40, "yes": 40}))
    TrainingRun.objects.filter(pk=run.pk).update(checkpoint="training/gone.npz")
    assert len(finish(run).curves) == 12


def test_a_stopped_training_ends_and_leaves_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(make_snapshot({"no": 40, "yes": 40}))
    whole = training.Watcher.watch

    def watch(self: training.Watcher, one: Any, checkpoint: bytes | None) -> None:
        if one.number == 3:
            work.stop(TrainingRun, run.pk, timezone.now())
        whole(self, one, checkpoint)

    monkeypatch.setattr(training.Watcher, "watch", watch)
    assert not training.run_training(run.pk)
    run.refresh_from_db()
    assert (run.state, len(run.curves)) == ("stopped", 2)
    assert not ModelVersion.objects.exists()


def test_too_few_examples_are_said_and_not_tried_again() -> None:
    run = finish(start(make_snapshot({"no": 40, "yes": 3}), technique="logistic"))
    assert run.state == "failed"
    assert "at least 5 of each are needed" in run.error
    assert work.list_forgotten(TrainingRun, NOW + timedelta(hours=1)) == []


def test_pictures_that_nobody_looked_at_are_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = make_snapshot({"no": 40, "yes": 40})
    image = snapshot.rows.order_by("pk")[0].image
    image.analyses.all().delete()
    seen: list[int] = []

    def look(ids: list[int], check: object) -> None:
        missing = set(ids) - set(Image.objects.filter(analyses__version=VERSION).values_list("pk", flat=True))
        seen.extend(missing)
        for one in missing:
            embed_numbers(np.zeros(SIZE), Image.objects.get(pk=one))

    monkeypatch.setattr(inference, "look_at_images", look)
    assert finish(start(snapshot)).state == "done"
    assert seen == [image.pk]


def test_a_data_set_without_a_readable_picture_fails_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = Snapshot.objects.create(name="lost", judge="weapon")
    SnapshotRow.objects.create(
        snapshot=snapshot, image=make_image(), value="yes", source="gold", group="a", side="train"
    )
    Snapshot.objects.filter(pk=snapshot.pk).update(frozen_at=NOW, digest="d" * 64)
    snapshot.refresh_from_db()
    monkeypatch.setattr(inference, "look_at_images", lambda *_: None)
    assert "No picture of the data set can be read" in finish(start(snapshot)).error


def test_values_become_classes() -> None:
    values = np.array(["yes", "no", "yes"], dtype=object)
    assert training_rows.number_values("badge", values)[1].tolist() == [1, 0, 1]
    classes, targets = training_rows.number_values("type", np.array(["top", "front", "top"], dtype=object))
    assert (classes, targets.tolist()) == (("front", "top"), [1, 0, 1])
