"""Background work under a lease: claimed by one worker at a time, taken up again when that one was killed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import F, Q, QuerySet
from django.utils.crypto import get_random_string

from review.models import Work

LASTS = timedelta(minutes=2)
MOST_ATTEMPTS = 5

W = TypeVar("W", bound=Work)


class LeaseLost(Exception):
    """Somebody else has taken the work over, or it was stopped: leave it alone."""


def claim(kind: type[W], pk: int, now: datetime) -> W | None:
    """The row, held from now on; None when somebody else holds it or nothing is left to do."""
    token = get_random_string(20)
    found = _free(kind, now).filter(pk=pk)
    claimed = found.filter(attempts__lt=MOST_ATTEMPTS).update(
        state=Work.State.WORKING, lease_token=token, leased_until=now + LASTS, attempts=F("attempts") + 1
    )
    if claimed:
        return _rows(kind).get(pk=pk)
    found.update(
        state=Work.State.FAILED,
        error=f"Given up: its worker was lost {MOST_ATTEMPTS} times.",
        finished_at=now,
    )
    return None


def renew(work: Work, now: datetime, **fields: Any) -> None:
    """Hold it longer and keep what changed; raises LeaseLost where it is not ours any more."""
    _write(work, leased_until=now + LASTS, **fields)


def finish(work: Work, now: datetime, **fields: Any) -> None:
    """Done; raises LeaseLost where it is not ours any more."""
    _write(work, state=Work.State.DONE, leased_until=None, finished_at=now, **fields)


def fail(work: Work, error: str, now: datetime) -> None:
    """Failed for a reason that a second try would meet again."""
    _write(work, state=Work.State.FAILED, error=error[:1000], leased_until=None, finished_at=now)


def put_back(work: Work) -> None:
    """The worker stops in good order: as if the work had not been claimed."""
    _write(
        work, state=Work.State.WAITING, lease_token="", leased_until=None, attempts=max(0, work.attempts - 1)
    )


def stop(kind: type[W], pk: int, now: datetime) -> bool:
    """End it from outside; its worker notices at its next renewal."""
    going = _rows(kind).filter(pk=pk, state__in=[Work.State.WAITING, Work.State.WORKING])
    return bool(going.update(state=Work.State.STOPPED, lease_token="", leased_until=None, finished_at=now))


def try_again(kind: type[W], pk: int) -> bool:
    """Have a failed or stopped one done after all."""
    ended = _rows(kind).filter(pk=pk, state__in=[Work.State.FAILED, Work.State.STOPPED])
    return bool(ended.update(state=Work.State.WAITING, error="", attempts=0, finished_at=None))


def list_forgotten(kind: type[W], now: datetime) -> list[int]:
    """Ids of what waits or was lost with its worker; a periodic task sends them out again."""
    return list(_free(kind, now).order_by("pk").values_list("pk", flat=True))


def _free(kind: type[W], now: datetime) -> QuerySet[W]:
    lost = Q(state=Work.State.WORKING) & (Q(leased_until__isnull=True) | Q(leased_until__lt=now))
    return _rows(kind).filter(Q(state=Work.State.WAITING) | lost)


def _write(work: Work, **fields: Any) -> None:
    held = _rows(type(work)).filter(pk=work.pk, state=Work.State.WORKING, lease_token=work.lease_token)
    if not held.update(**fields):
        raise LeaseLost(f"{work} was taken over or stopped")
    for name, value in fields.items():
        setattr(work, name, value)


def _rows(kind: type[W]) -> QuerySet[W]:
    rows: QuerySet[W] = kind._default_manager.all()
    return rows
