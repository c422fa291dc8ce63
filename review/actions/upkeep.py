"""What is done for trust now and then: weigh all answers, retire worn questions, make known ones."""

from __future__ import annotations

import logging
from datetime import datetime

from review.actions import gold, gold_stock, standings
from review.models import Question

logger = logging.getLogger(__name__)


def keep_up(now: datetime) -> None:
    """Subject by subject; done twice, it adds nothing."""
    for subject in standings.list_stale(now):
        counted = standings.refit(subject, now)
        logger.info("answers on %s weighed, %d questions counted anew", subject, counted)
    for subject in Question.objects.order_by().values_list("subject", flat=True).distinct():
        retired, made = gold.retire_worn(subject, now), gold_stock.stock(subject, now)
        if retired or made:
            logger.info("known questions on %s: %d retired, %d made", subject, retired, made)
