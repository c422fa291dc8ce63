"""Counts over whole tables: made at once while these are small, else by a worker and shown with their age."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Model
from redis.exceptions import RedisError

from review.actions import crowd_figures, labels, question_sources
from review.models import Answer, Label, Question

logger = logging.getLogger(__name__)

SMALL = 10_000  # rows, which are counted within a few milliseconds
MOST_SHARE = 0.02  # of a worker's time that one count may take: what is slow is counted less often
KEY = "tally.1.{name}"  # another number where what is counted changes its form


@dataclass(frozen=True)
class Tally:
    """What was counted; `counted_at` is None where that was at this moment."""

    value: Any
    counted_at: datetime | None = None
    took_s: float = 0.0


@dataclass(frozen=True)
class Counting:
    """One count, and the tables that it goes through."""

    tables: tuple[type[Model], ...]
    count: Callable[[datetime], Any]


COUNTINGS: Mapping[str, Counting] = {
    "crowd": Counting((Answer, Question, Label), crowd_figures.read_all),
    "labels": Counting((Label,), lambda _: labels.count_by_judge()),
    "questions": Counting(
        (Question,), lambda _: (question_sources.count_origins(), question_sources.report_audit())
    ),
}


def read(name: str, now: datetime) -> Tally | None:
    """The count; None where the tables are large and no worker has come to it yet."""
    counting = COUNTINGS[name]
    if not is_large(counting):
        return Tally(counting.count(now))
    return _find(name)


def is_large(counting: Counting) -> bool:
    """Looks at no more rows than tell."""
    return any(table._default_manager.all()[: SMALL + 1].count() > SMALL for table in counting.tables)


def keep(now: datetime) -> None:
    """Count what is large anew, each as often as it may cost; a worker does it every minute."""
    for name, counting in COUNTINGS.items():
        if not is_large(counting):
            continue
        known = _find(name)
        if (
            known
            and known.counted_at
            and now - known.counted_at < timedelta(seconds=known.took_s / MOST_SHARE)
        ):
            continue
        began = time.monotonic()
        value = counting.count(now)
        took_s = time.monotonic() - began
        _write(name, Tally(value, now, took_s))
        logger.info("%s counted in %.1f s", name, took_s)


def _find(name: str) -> Tally | None:
    """Without the broker, which holds the counts, it is as if nothing was counted yet."""
    try:
        found = cache.get(KEY.format(name=name))
    except RedisError as error:
        logger.warning("the count of %s cannot be read: %s", name, error)
        return None
    return found if isinstance(found, Tally) else None


def _write(name: str, tally: Tally) -> None:
    try:
        cache.set(KEY.format(name=name), tally, timeout=None)
    except RedisError as error:
        logger.warning("the count of %s cannot be kept: %s", name, error)
