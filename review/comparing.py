"""A candidate against what is live: on the same pictures that neither learnt from, and on past decisions."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from pipeline.head_store import HeadMismatch
from pipeline.training import bootstrap, model_card
from review import training_rows
from review.actions import snapshots, store, work
from review.heartbeat import Heartbeat, LeaseLost
from review.models import ModelComparison
from review.models import Side as DataSide
from review.replaying import replay
from review.stopping import Stopping
from review.verdicts import Side, name_values, number

logger = logging.getLogger(__name__)

TRANSIENT = (OperationalError, InterfaceError, MemoryError)


def run_comparison(comparison_id: int) -> bool:
    """Compare as the row says; False when it is somebody else's."""
    held = work.claim(ModelComparison, comparison_id, timezone.now())
    if held is None:
        return False
    try:
        with Heartbeat(held) as beat:
            figures, replayed = _compare(held, Told(held, beat))
            beat.check()
            work.finish(held, timezone.now(), figures=figures, replay=replayed)
    except (work.LeaseLost, LeaseLost):
        return False
    except Stopping:
        work.put_back(held)
        return False
    except (HeadMismatch, store.NotStored) as error:
        work.fail(held, f"A model cannot be used any more: {error}.", timezone.now())
    except TRANSIENT:
        raise
    except Exception as error:
        logger.exception("comparison %s failed", held.pk)
        work.fail(held, f"It ended with an error of ours ({type(error).__name__}: {error}).", timezone.now())
    return True


class Told:
    """Keeps the lease and says which step it is."""

    def __init__(self, held: ModelComparison, beat: Heartbeat) -> None:
        self.held, self.beat = held, beat

    def check(self) -> None:
        """Between two steps."""
        self.beat.check()

    def tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Write it down."""
        self.beat.check()
        work.renew(self.held, timezone.now(), progress={"stage": stage, "done": done, "total": total})


def _compare(held: ModelComparison, told: Told) -> tuple[dict[str, Any], dict[str, Any]]:
    candidate = Side(held.candidate.judge, held.candidate.category, held.candidate)
    live = Side(held.candidate.judge, held.candidate.category, held.live)
    rows = list(snapshots.read(held.snapshot, DataSide.TEST))
    ids, values = [row.image_id for row in rows], [row.value for row in rows]
    training_rows.look_at(ids, told)
    told.tell("judging", 0, len(ids))
    names = name_values(candidate.judge, (candidate, live), values)
    truth, groups = number(candidate.judge, names, values), np.array([row.group for row in rows])
    one, two = candidate.judge_images(ids, names), live.judge_images(ids, names)
    told.tell("drawing")
    figures = bootstrap.compare(one, two, truth, groups) | {
        "confusion": {
            "candidate": model_card.count_confusion(one, truth),
            "live": model_card.count_confusion(two, truth),
        },
        "changes": _list_changes(one, two, truth, ids),
    }
    told.tell("replaying")
    return figures, replay(candidate, live, told.check)


def _list_changes(
    one: model_card.Verdicts, two: model_card.Verdicts, truth: np.ndarray, ids: list[int]
) -> dict[str, Any]:
    """Pictures on which only one of them is right."""
    first, second = one.said == truth, two.said == truth
    won, lost = np.flatnonzero(first & ~second), np.flatnonzero(second & ~first)
    words = [*one.names, "unsure"]

    def show(places: np.ndarray) -> list[dict[str, Any]]:
        return [
            {
                "image": ids[place],
                "truth": words[truth[place]],
                "candidate": words[one.said[place]],
                "live": words[two.said[place]],
            }
            for place in places[:12].tolist()
        ]

    return {"won": len(won), "lost": len(lost), "won_shown": show(won), "lost_shown": show(lost)}
