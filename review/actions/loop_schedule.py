"""Loops that begin again by themselves: so many days after one ended, the next one starts as it did."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from review.actions import improving
from review.actions.improving import UnableToImprove
from review.models import ImproveLoop

logger = logging.getLogger(__name__)
State = ImproveLoop.State
REPEATS = (7, 30)  # days that the page offers
OVER = (State.DONE, State.FAILED)  # one that somebody stopped does not begin again


def next_at(loop: ImproveLoop) -> datetime | None:
    """When the next one begins; None where none will, or this one still goes on."""
    days = improving.read_config(loop.config).every_days
    if not days or loop.state not in OVER or loop.finished_at is None:
        return None
    return loop.finished_at + timedelta(days=days)


def start_due(now: datetime) -> list[int]:
    """Ids of loops that were started because it was their time; called twice, they are started once."""
    started = [_start_next(pk, now) for pk in list(_find_due(now))]
    return [pk for pk in started if pk is not None]


def _find_due(now: datetime) -> Iterator[int]:
    for loop in ImproveLoop.objects.filter(state__in=OVER, config__every_days__gt=0).order_by("pk"):
        begins_at = next_at(loop)
        if begins_at is not None and begins_at <= now:
            yield loop.pk


@transaction.atomic
def _start_next(pk: int, now: datetime) -> int | None:
    """The repeating goes over to the new loop; where one goes on already, or none can, it stays."""
    last = ImproveLoop.objects.select_for_update().get(pk=pk)
    config = improving.read_config(last.config)
    if not config.every_days or improving.find_going(last.judge, last.category):
        return None
    try:
        made = improving.start(
            judge=last.judge,
            category=last.category,
            rounds=last.rounds,
            config=config,
            by=last.created_by,
            now=now,
        )
    except UnableToImprove as error:
        logger.warning("%s does not begin again: %s", last, error)
        return None
    end(last)
    return made.pk


def end(loop: ImproveLoop) -> None:
    """Have it not begin again."""
    loop.config = {**loop.config, "every_days": 0}
    loop.save(update_fields=["config"])
