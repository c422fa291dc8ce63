"""Who looks at a proposal: taken for ten minutes, renewed by the page, so that two never decide on one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When

from review.models import Proposal
from review.models.proposals import ProposalQuerySet

LASTS = timedelta(minutes=10)
# One statement: the first free rows that nobody else takes at this very moment. The array has the inner
# query run once; its locks are looked at again after the wait, so what was taken meanwhile falls away.
_TAKE = """
UPDATE review_proposal SET
    leased_at = CASE WHEN leased_by_id = %s AND leased_until >= %s THEN leased_at ELSE %s END,
    leased_by_id = %s, leased_until = %s
WHERE id = ANY(ARRAY({inner} FOR UPDATE OF review_proposal SKIP LOCKED)) RETURNING id
"""


def take(*, proposal: Proposal, by: User, now: datetime) -> bool:
    """Take or renew it by one conditional update; False when somebody else holds it or it is decided."""
    taken = bool(renew(ids=[proposal.pk], by=by, now=now))
    if taken:
        proposal.leased_by, proposal.leased_until = by, now + LASTS
    return taken


def renew(*, ids: Iterable[int], by: User, now: datetime) -> int:
    """Take or renew several; gives how many are this person's now."""
    rows = Proposal.objects.filter(pk__in=ids).awaiting_review().free_for(by, now)
    since = Case(When(leased_by=by, leased_until__gte=now, then=F("leased_at")), default=Value(now))
    return rows.update(leased_by=by, leased_until=now + LASTS, leased_at=since)


def take_next(*, rows: QuerySet[Proposal], by: User, now: datetime, many: int = 1) -> list[int]:
    """Take the first of the sorted `rows` that are free, by one statement; gives their ids, in no order."""
    assert isinstance(rows, ProposalQuerySet)
    free = rows.awaiting_review().free_for(by, now)
    try:
        inner, values = free.values("pk")[:many].query.sql_with_params()
    except EmptyResultSet:  # filters that nothing can pass
        return []
    with connection.cursor() as cursor:
        said = [by.pk, now, now, by.pk, now + LASTS, *values]
        cursor.execute(_TAKE.format(inner=inner), said)
        return [row[0] for row in cursor.fetchall()]


def give_back(*, proposal: Proposal, by: User) -> None:
    """End one's own lease; somebody else's stays."""
    give_back_all(ids=[proposal.pk], by=by)


def give_back_all(*, ids: Iterable[int], by: User) -> None:
    """End one's own leases of these."""
    mine = Proposal.objects.filter(pk__in=ids, leased_by=by)
    mine.update(leased_by=None, leased_until=None, leased_at=None)
