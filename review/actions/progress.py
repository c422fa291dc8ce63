"""What a person may know of their own work, told so that it gives no known question away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils import timezone

from review.models import Answer, WorkerStanding

STEP = 5  # known questions; the share moves only after so many, so that no single one shows itself
WINDOW = 20  # known questions that the share is of
MISSES = 3  # of the last known ones on a subject, after which a person is pointed at the examples


@dataclass(frozen=True)
class Accuracy:
    """Answers to known questions, right and all; and a subject on which many of the last were wrong."""

    right: int
    seen: int
    weak_subject: str = ""


def count_today(by: User, now: datetime) -> int:
    """Answers since midnight, where the installation is."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Answer.objects.filter(answered_by=by, withdrawn_at=None, answered_at__gte=midnight)
    return mine.count()


def read_accuracy(by: User) -> Accuracy | None:
    """Of the last known questions, as of the last whole step; None before the first."""
    total = WorkerStanding.objects.filter(person=by).aggregate(seen=Sum("gold_seen"))["seen"] or 0
    if total < STEP:
        return None
    known = Answer.objects.filter(answered_by=by, withdrawn_at=None, question__gold__isnull=False)
    rows = known.order_by("-pk").values_list("question__subject", "value", "question__gold__value")
    newest = total % STEP
    told = list(rows[newest : newest + WINDOW])
    return Accuracy(
        right=sum(value == truth for _, value, truth in told),
        seen=len(told),
        weak_subject=_find_weak([(subject, value == truth) for subject, value, truth in told]),
    )


def _find_weak(told: list[tuple[str, bool]]) -> str:
    """The subject with the most misses, where they are too many to be slips."""
    misses: defaultdict[str, int] = defaultdict(int)
    for subject, is_right in told:
        misses[subject] += not is_right
    subject, most = max(misses.items(), key=lambda item: item[1], default=("", 0))
    return subject if most >= MISSES else ""
