"""A form that starts something starts it once, though a second click or a reload sends it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from review.models import SentForm

KEPT = timedelta(days=7)


@transaction.atomic
def act_once(*, by: User, key: str, now: datetime, act: Callable[[], str]) -> str:
    """Where `act` led to, now or when the same form came first; what it raises leaves nothing behind.

    The row is written before `act`, so that a second sending waits for the end of the first.
    """
    rows = SentForm.objects.filter(person=by, key=key)
    SentForm.objects.bulk_create([SentForm(person=by, key=key, sent_at=now)], ignore_conflicts=True)
    sent = rows.select_for_update().get()
    if not sent.location:
        sent.location = act()
        sent.save(update_fields=["location"])
    return sent.location


def clean(*, now: datetime) -> int:
    """Forget forms that nobody sends again; gives how many."""
    return SentForm.objects.filter(sent_at__lt=now - KEPT).delete()[0]
