"""From a release to proposals: made anew by what is live, with its name on record; decided ones stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from pipeline.records import Assessment
from review import inference, releasing
from review.actions import learning, runs
from review.models import Product, Proposal, SelectionRun
from tests.review.factories import draw_picture
from tests.review.heads import keep_model, lay_ground, make_head
from tests.review.judges import FakeAssessor
from tests.review.test_batches import make_files, start_run, work_through

pytestmark = pytest.mark.django_db
NOW = timezone.now()


class BrownAssessor(FakeAssessor):
    """As its parent; the embedding of one picture begins with a one, those of others with a zero."""

    def assess(self, items: Sequence[tuple[str, bytes]]) -> list[Assessment]:
        found = super().assess(items)
        return [
            replace(one, embedding=np.eye(1, 1280, 0 if data == draw_picture(1) else 9, dtype=np.float32)[0])
            for one, (_, data) in zip(found, items, strict=True)
        ]


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path / "store", monkeypatch)
    fake = BrownAssessor()
    monkeypatch.setattr(inference, "load_assessor", lambda: fake)


def make_product(folder: Path) -> Product:
    """The first of its pictures is what the model takes for a weapon; a thumbnail makes for a proposal."""
    return make_files(folder, draw_picture(1), draw_picture(2), draw_picture(3, side_px=80))


def dropped(product: Product) -> set[str]:
    (proposal,) = Proposal.objects.filter(product=product, state=Proposal.State.OPEN)
    return set(proposal.items.filter(verdict="drop").values_list("reason", flat=True))


def follow(release_id: int) -> None:
    """What workers do after a release."""
    run_id = releasing.follow(release_id)
    if run_id is not None:
        runs.plan(run_id=run_id, now=NOW)
        work_through(SelectionRun.objects.get(pk=run_id))


def test_a_release_and_a_rollback_make_open_proposals_anew_and_leave_decided_ones(tmp_path: Path) -> None:
    waiting, decided = make_product(tmp_path), make_product(tmp_path)
    work_through(start_run())
    assert dropped(waiting) == {"resolution"}
    Proposal.objects.filter(product=decided).update(state=Proposal.State.APPROVED)
    model = keep_model(make_head(), state="candidate")
    follow(learning.release(model=model, by=None, submit_key="a", now=NOW).pk)
    assert dropped(waiting) == {"resolution", "weapon"}
    (proposal,) = Proposal.objects.filter(product=waiting, state=Proposal.State.OPEN)
    assert proposal.model_versions["judge weapon"] == make_head().version
    assert list(Proposal.objects.filter(product=decided).values_list("state", flat=True)) == ["approved"]
    back = learning.roll_back(judge="weapon", category=None, by=None, submit_key="b", now=NOW)
    follow(back.pk)
    assert dropped(waiting) == {"resolution"}
