"""A candidate is set beside what is live: on the same frozen pictures, and on what specialists decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pipeline.head_store import Head
from pipeline.records import Judgement
from review import comparing
from review.actions import learning
from review.models import (
    Category,
    Decision,
    Image,
    ModelComparison,
    ModelVersion,
    Proposal,
    Snapshot,
    SnapshotRow,
)
from review.replaying import replay
from review.verdicts import Side, lift
from tests.review.factories import Candidate, make_product, make_proposal
from tests.review.heads import embed, keep_model, lay_ground, make_head
from tests.review.labelled import offer

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BADGED = {"badge": Judgement("badge", 0.9, 0.5, True, version="net").as_json()}
CLEAN = {"badge": Judgement("badge", 0.1, 0.5, False, version="net").as_json()}


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path, monkeypatch)


def make_snapshot(rows: int = 80, judge: str = "badge") -> Snapshot:
    """Half with the defect, which the embedding shows; the judge that ships finds one of two."""
    snapshot = Snapshot.objects.create(name="set", judge=judge)
    made = []
    for number in range(rows):
        has_it = number % 2 == 0
        image = embed(float(has_it), BADGED if number % 4 == 0 else CLEAN)
        said = {"value": "yes" if has_it else "no", "group": str(number), "source": "gold", "side": "test"}
        made.append(SnapshotRow(snapshot=snapshot, image=image, **said))
    SnapshotRow.objects.bulk_create(made)
    Snapshot.objects.filter(pk=snapshot.pk).update(frozen_at=NOW, digest="d" * 64, state="done")
    return Snapshot.objects.get(pk=snapshot.pk)


def compare(candidate: ModelVersion, snapshot: Snapshot) -> ModelComparison:
    asked = learning.compare(candidate=candidate, snapshot=snapshot, by=None, now=NOW)
    assert comparing.run_comparison(asked.pk)
    asked.refresh_from_db()
    return asked


def make_candidate(place: int = 0, beside: str = "either") -> ModelVersion:
    head = make_head(place, judge="badge", beside_shipped=beside)
    return keep_model(head, "badge", state="candidate")


def test_a_head_that_finds_what_the_shipped_judge_misses_is_better() -> None:
    made = compare(make_candidate(), make_snapshot())
    assert made.state == "done"
    assert made.figures["verdict"] == "better"
    recall = made.figures["figures"]["recall"]
    assert (recall["live"], recall["candidate"], recall["low"] > 0) == (0.5, 1.0, True)
    assert (made.figures["changes"]["won"], made.figures["changes"]["lost"]) == (20, 0)


def test_a_head_that_finds_nothing_is_no_better_beside_and_worse_in_place() -> None:
    snapshot = make_snapshot()
    assert compare(make_candidate(place=5), snapshot).figures["verdict"] == "undecided"
    assert compare(make_candidate(place=5, beside="instead"), snapshot).figures["verdict"] == "worse"


def test_the_live_model_is_what_a_candidate_has_to_beat() -> None:
    live = make_candidate()
    learning.release(model=live, by=None, submit_key="a", now=NOW)
    made = compare(make_candidate(place=5, beside="instead"), make_snapshot())
    assert made.live == live
    assert made.figures["figures"]["f1"]["live"] == 1.0
    assert made.figures["verdict"] == "worse"


def test_a_slot_without_a_model_flags_nothing() -> None:
    candidate = keep_model(make_head(), state="candidate")
    made = compare(candidate, make_snapshot(judge="weapon"))
    assert made.figures["figures"]["recall"]["live"] == 0.0
    assert made.figures["verdict"] == "better"


def test_an_empty_test_side_decides_nothing() -> None:
    snapshot = Snapshot.objects.create(name="none", judge="badge", frozen_at=NOW, digest="d" * 64)
    made = compare(make_candidate(), snapshot)
    assert (made.state, made.figures["verdict"], made.figures["rows"]) == ("done", "undecided", 0)


def test_a_model_whose_file_is_lost_fails_in_words() -> None:
    candidate = make_candidate()
    ModelVersion.objects.update(path="models/gone.npz")
    made = compare(candidate, make_snapshot())
    assert made.state == "failed"
    assert "cannot be used any more" in made.error


def decide(sam: User, edits: list[dict[str, Any]], drop: int | None = None) -> tuple[Proposal, list[Any]]:
    """An approved proposal of three pictures; the first two look as if they bore a badge."""
    images = [embed(1.0, CLEAN), embed(1.0, CLEAN), embed(0.0, CLEAN)]
    candidates = [Candidate(before=place, after=place) for place in range(3)]
    proposal = make_proposal(candidates, images=images)
    final = [image.sha256 for place, image in enumerate(images) if place != drop]
    said = {"final_set": final, "edits": [{**edit, "image": images[edit["image"]].sha256} for edit in edits]}
    Decision.objects.create(
        proposal=proposal, kind="approve", submit_key=str(proposal.pk), decided_by=sam, **said
    )
    return proposal, images


def run_replay(candidate: ModelVersion) -> dict[str, Any]:
    return replay(Side("badge", None, candidate), Side("badge", None, None))


def test_a_replay_counts_decisions_that_would_have_been_agreed_with(sam: User) -> None:
    decide(sam, [{"edit": "drop", "image": 0, "reason": "badge"}], drop=0)
    found = run_replay(make_candidate())
    assert (found["decisions"], found["pictures"], found["corrections"]) == (1, 3, 1)
    assert found["candidate"] == {"decisions": 0, "pictures": 2, "corrections": 1, "unsure": 0}
    assert found["live"] == {"decisions": 0, "pictures": 2, "corrections": 0, "unsure": 0}
    assert [row["said"] for row in found["disagreements"]] == ["badge"]
    assert found["disagreed"] == 1


def test_what_the_candidate_learnt_from_is_not_replayed(sam: User) -> None:
    _, images = decide(sam, [])
    snapshot = Snapshot.objects.create(name="set", judge="badge")
    said = {"value": "no", "group": "a", "source": "gold", "side": "train"}
    SnapshotRow.objects.create(snapshot=snapshot, image=images[0], **said)
    Snapshot.objects.filter(pk=snapshot.pk).update(frozen_at=NOW, digest="d" * 64)
    snapshot.refresh_from_db()
    candidate = make_candidate()
    assert run_replay(candidate)["pictures"] == 3
    run = learning.train(
        judge="badge",
        category=None,
        snapshot=snapshot,
        technique="logistic",
        config={},
        seed=0,
        by=None,
        now=NOW,
    )
    candidate.training_run = run
    candidate.save()
    assert run_replay(candidate)["pictures"] == 2


def test_decisions_that_were_undone_are_not_replayed(sam: User) -> None:
    proposal, _ = decide(sam, [])
    undone = proposal.decisions.get()
    Decision.objects.create(proposal=proposal, kind="undo", undoes=undone, submit_key="u", decided_by=sam)
    assert run_replay(make_candidate())["decisions"] == 0


def make_types(limit: float = 0.6) -> ModelVersion:
    """Front where the embedding's first number is high, back where it is not; sure from `limit` on."""
    arrays = dict(make_head().arrays)
    arrays["weight0"] = np.concatenate([-arrays["weight0"] / 2, arrays["weight0"] / 2], axis=1)
    arrays["bias0"] = np.array([5.0, -5.0], np.float32)
    head = Head("type", arrays, {"classes": ["back", "front"], "threshold": limit, "scope": "*"})
    return keep_model(head, "type", state="candidate")


def make_views() -> Snapshot:
    """Fronts, backs, one picture between them, and a top view that no head knows."""
    snapshot = Snapshot.objects.create(name="views", judge="type")
    numbers = [(1.0, "front")] * 6 + [(0.0, "back")] * 6 + [(0.5, "front"), (0.0, "top")]
    rows = [
        SnapshotRow(
            snapshot=snapshot, image=embed(number), value=value, group=str(at), source="gold", side="test"
        )
        for at, (number, value) in enumerate(numbers)
    ]
    SnapshotRow.objects.bulk_create(rows)
    Snapshot.objects.filter(pk=snapshot.pk).update(frozen_at=NOW, digest="d" * 64, state="done")
    return Snapshot.objects.get(pk=snapshot.pk)


def test_types_are_compared_by_name_also_where_one_side_knows_none() -> None:
    made = compare(make_types(), make_views())
    assert made.error == ""
    found = made.figures["figures"]
    assert (found["coverage"]["candidate"], found["coverage"]["live"]) == (
        pytest.approx(13 / 14, abs=1e-3),
        0,
    )
    assert found["precision"]["candidate"] == pytest.approx(
        12 / 13, abs=1e-3
    )  # the top view is called a back
    table = made.figures["confusion"]["candidate"]
    assert table["columns"] == ["back", "front", "top", "unsure"]
    assert table["rows"] == [[6, 0, 0, 0], [0, 6, 0, 1], [1, 0, 0, 0]]


def test_a_model_for_all_categories_is_compared_with_the_ones_that_categories_have() -> None:
    toys = Category.objects.create(path="Toys", type_head=make_types(limit=0.61))
    views = make_views()
    rows = list(SnapshotRow.objects.filter(snapshot=views).order_by("pk").values_list("image", flat=True))
    for place, image in enumerate(rows):
        product = make_product(category="Toys" if place < 6 else "Books")
        offer(Image.objects.get(pk=image), product)
    found = compare(make_types(), views).figures
    assert toys.type_head is not None
    assert found["figures"]["coverage"]["live"] == pytest.approx(6 / 14, abs=1e-3)  # none judges books
    assert found["confusion"]["live"]["rows"][1] == [0, 6, 0, 1]


def test_a_replay_of_types_asks_whether_the_name_would_be_the_same(sam: User) -> None:
    images = [embed(1.0), embed(0.0), embed(0.5)]
    candidates = [Candidate(before=at, after=at, image_type="front") for at in range(3)]
    proposal = make_proposal(candidates, images=images)
    edits = [{"edit": "relabel", "image": images[1].sha256, "type": "back"}]
    said = {"final_set": [image.sha256 for image in images], "edits": edits}
    Decision.objects.create(proposal=proposal, kind="approve", submit_key="k", decided_by=sam, **said)
    found = replay(Side("type", None, make_types()), Side("type", None, None))
    assert (found["decisions"], found["pictures"], found["corrections"]) == (1, 3, 1)
    assert found["candidate"] == {"decisions": 1, "pictures": 2, "corrections": 1, "unsure": 1}
    assert found["live"] == {"decisions": 1, "pictures": 0, "corrections": 0, "unsure": 3}


@pytest.mark.parametrize(
    ("score", "threshold", "lifted"), [(0.5, 0.5, 0.5), (0.25, 0.5, 0.25), (1.0, 0.8, 1.0), (0.9, 1.8, 0.25)]
)
def test_scores_are_lifted_so_that_a_half_flags(score: float, threshold: float, lifted: float) -> None:
    assert lift(Judgement("badge", score, threshold, score >= threshold)) == pytest.approx(lifted)
