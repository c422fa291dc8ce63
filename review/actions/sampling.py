"""Which decisions are shown again to a second person: a share of them, the same at any time."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.conf import settings

from review.models import Decision, SecondOpinion

DECIDING = (Decision.Kind.APPROVE, Decision.Kind.REJECT, Decision.Kind.SEND_BACK)


def is_chosen(proposal_id: int, percent: float) -> bool:
    """By the proposal's number alone: nobody can bring it about, and a second run changes nothing."""
    digest = hashlib.sha256(f"second opinion {proposal_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") < percent / 100 * 2**32


def ask_again(*, decision: Decision, now: datetime) -> SecondOpinion | None:
    """Have a decision made again where its proposal is chosen; within the decision's transaction."""
    if decision.kind not in DECIDING or not is_chosen(decision.proposal_id, settings.SECOND_OPINION_PERCENT):
        return None
    return SecondOpinion.objects.create(decision=decision, asked_at=now)
