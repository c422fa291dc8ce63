"""Who looks at a proposal: taken for ten minutes, renewed by the page, so that two never decide on one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from review.models import Proposal

LASTS = timedelta(minutes=10)


def take(*, proposal: Proposal, by: User, now: datetime) -> bool:
    """Take or renew it by one conditional update; False when somebody else holds it or it is decided."""
    until = now + LASTS
    rows = Proposal.objects.filter(pk=proposal.pk).awaiting_review().free_for(by, now)
    taken = bool(rows.update(leased_by=by, leased_until=until))
    if taken:
        proposal.leased_by, proposal.leased_until = by, until
    return taken


def give_back(*, proposal: Proposal, by: User) -> None:
    """End one's own lease; somebody else's stays."""
    Proposal.objects.filter(pk=proposal.pk, leased_by=by).update(leased_by=None, leased_until=None)
