"""Questions with a known answer: where they come from, and when one is worn out or has become known."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from pipeline.voting import MANY_UNSURE, wilson_interval
from review.actions import labels
from review.actions.slots import close_slots
from review.models import Answer, GoldQuestion, Label, Question, WorkerStanding

MOST_SHOWN = 200  # people; then enough have met it to tell others
FEWEST_FAST = 5  # answers that were right and too quick to have looked, before anything is suspected
STOCK = 40  # known questions of a subject that are kept ready
UNANIMOUS_FROM = 3  # votes, all alike, that make a settled question fit to become a known one


class UnableToKnow(Exception):
    """The question cannot become one with a known answer; says why."""


@transaction.atomic
def make_gold(*, question: Question, value: str, by: User | None, now: datetime) -> GoldQuestion:
    """Have a question's answer known from now on; done twice, it gives back the first."""
    question = Question.objects.select_for_update().get(pk=question.pk)
    known = GoldQuestion.objects.filter(question=question).first()
    if known:
        return known
    if value not in question.choices:
        raise UnableToKnow(_("The question does not offer this answer."))
    close_slots(question)
    question.state, question.settled_value, question.settled_at = Question.State.SETTLED, value, now
    question.save(update_fields=["state", "settled_value", "settled_at"])
    labels.write(
        subject=question.subject,
        image_id=question.image_id,
        other_id=question.other_id,
        value=labels.value_of(question.subject, value),
        source=Label.Source.GOLD,
        question=question,
        by=by,
        now=now,
    )
    return GoldQuestion.objects.create(question=question, value=value, created_by=by, created_at=now)


@transaction.atomic
def retire(*, gold: GoldQuestion, reason: str, now: datetime, is_wrong: bool = False) -> bool:
    """Ask it no more; where its answer was wrong, what it told of people is taken back. False if done."""
    held = GoldQuestion.objects.select_for_update(of=("self",)).select_related("question").get(pk=gold.pk)
    if not held.is_active:
        return False
    held.is_active, held.retired = False, reason[:200]
    held.save(update_fields=["is_active", "retired"])
    if is_wrong:
        Label.objects.filter(question=held.question, source=Label.Source.GOLD).update(withdrawn_at=now)
        Question.objects.filter(pk=held.question_id).update(state=Question.State.DISPUTED, settled_value="")
        _take_back_from_people(held)
    return True


def _take_back_from_people(gold: GoldQuestion) -> None:
    said = Answer.objects.filter(question=gold.question_id, counts=True, withdrawn_at__isnull=True)
    for person, value in said.order_by("answered_by").values_list("answered_by", "value"):
        rows = WorkerStanding.objects.filter(person=person, subject=gold.question.subject, gold_seen__gt=0)
        rows.update(gold_seen=F("gold_seen") - 1, gold_right=F("gold_right") - int(value == gold.value))
    said.update(counts=False)


def retire_worn(subject: str, now: datetime) -> int:
    """Retire what was shown often enough, what was flagged, and what too many knew without looking."""
    active = GoldQuestion.objects.filter(question__subject=subject, is_active=True)
    retired = 0
    for gold in active.filter(shown__gte=MOST_SHOWN):
        retired += retire(gold=gold, reason=f"shown to {gold.shown} people", now=now)
    flagged = Count("question__skips", filter=Q(question__skips__is_flag=True))
    for gold in active.annotate(flags=flagged).filter(flags__gte=MANY_UNSURE):
        retired += retire(gold=gold, reason=f"flagged by {gold.flags} people", now=now)
    totals = active.aggregate(fast=Sum("fast_right"), shown=Sum("shown"))
    for gold in active.filter(fast_right__gte=FEWEST_FAST):
        others = (totals["shown"] or 0) - gold.shown
        usual = ((totals["fast"] or 0) - gold.fast_right) / others if others else 0.0
        if wilson_interval(gold.fast_right, gold.shown)[0] > max(0.1, 2 * usual):
            reason = (
                f"{gold.fast_right} of {gold.shown} people were right in less than a second; of the others "
                f"of its kind {usual:.0%} are: it has become known"
            )
            retired += retire(gold=gold, reason=reason, now=now)
    return retired


def list_fit(subject: str = "") -> QuerySet[Question]:
    """Settled questions on which everybody agreed, for somebody to check before they become known ones."""
    others = Answer.objects.filter(question=OuterRef("pk"), withdrawn_at__isnull=True, counts=True)
    rows = Question.objects.filter(
        state=Question.State.SETTLED, gold__isnull=True, votes__gte=UNANIMOUS_FROM
    ).exclude(settled_value="")
    rows = rows.filter(subject=subject) if subject else rows
    return rows.filter(~Exists(others.exclude(value=OuterRef("settled_value"))))
