"""Who closes the page frees what it held for others at once, and gets it again on coming right back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction

from review.actions.slots import lock_person
from review.actions.takers import LASTS
from review.models import QuestionSlot

# Leases taken together end a millisecond apart, which keeps their order; what ends later was renewed since.
APART = timedelta(milliseconds=1)
FIRSTS = 2  # of those milliseconds pass before the first of what is newly taken

# Who comes right back begins at the first of what they left, not behind it.
STEP_BACK = """
UPDATE review_workerplace AS place SET priority = first.priority, slot = first.id - 1
FROM (
  SELECT DISTINCT ON (subject) subject, priority, id FROM review_questionslot
  WHERE leased_by_id = %(me)s AND leased_until > %(now)s AND is_open ORDER BY subject, priority DESC, id
) AS first
WHERE place.person_id = %(me)s AND place.subject = first.subject
  AND (place.priority < first.priority OR place.priority = first.priority AND place.slot >= first.id)
"""


@transaction.atomic
def leave(*, by: User, now: datetime, heard_at: datetime | None) -> int:
    """End what the person holds; gives how many: 0 where another window has renewed them since.

    `heard_at` is when the closed page was last told what is held; None: it was still waiting for an answer.
    The slots keep their name, so that an answer under way still finds its own while nobody else took it.
    """
    lock_person(by)
    held = QuestionSlot.objects.filter(leased_by=by, leased_until__gt=now)
    spread = (held.count() + FIRSTS) * APART
    if heard_at is not None and held.filter(leased_until__gt=heard_at + LASTS + spread).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(STEP_BACK, {"me": by.pk, "now": now})
    return held.update(leased_until=now)
