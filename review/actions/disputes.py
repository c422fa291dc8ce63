"""Questions that the crowd could not settle: each before one specialist at a time, whose word is the last."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from review.actions import labels
from review.actions.settling import CANNOT_TELL
from review.models import DisputeHold, GoldQuestion, Label, Question, SkippedQuestion

LASTS = timedelta(minutes=10)

SETTLED, DISPUTED, WITHDRAWN = Question.State.SETTLED, Question.State.DISPUTED, Question.State.WITHDRAWN


class UnableToSettle(Exception):
    """Nothing was settled; says why."""


@transaction.atomic
def take(*, rows: QuerySet[Question], by: User, now: datetime) -> Question | None:
    """The disputed question that this person holds, or the next free one; what they passed by comes last."""
    passed = SkippedQuestion.objects.filter(question=OuterRef("pk"), skipped_by=by)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    free = rows.filter(state=DISPUTED).filter(
        Q(hold__isnull=True) | Q(hold__held_by=by) | Q(hold__held_until__lt=now)
    )
    mine = Q(hold__held_by=by, hold__held_until__gte=now)
    in_order = free.select_related("image", "other", "category").annotate(passed=Exists(passed))
    in_order = in_order.select_for_update(skip_locked=True, of=("self",))
    found = in_order.filter(mine).first() or in_order.order_by("passed", "pk").first()
    if found is None:
        return None
    DisputeHold.objects.update_or_create(question=found, defaults={"held_by": by, "held_until": now + LASTS})
    return found


@transaction.atomic
def settle(*, question: Question, by: User, value: str, now: datetime) -> Label | None:
    """A specialist's answer; 'cannot_tell' withdraws the question, and then there is no label.

    Said again by the same person it changes nothing. Raises UnableToSettle where somebody else was first.
    """
    if value not in (*question.choices, CANNOT_TELL):
        raise UnableToSettle(_("Nothing was stored: the question does not offer this answer."))
    held = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if held.state != DISPUTED:
        return _find_own(held, by, value)
    DisputeHold.objects.filter(question=held).delete()
    held.state = WITHDRAWN if value == CANNOT_TELL else SETTLED
    held.settled_value = "" if value == CANNOT_TELL else value
    held.settled_at = now
    held.save(update_fields=["state", "settled_value", "settled_at"])
    return labels.write(
        subject=held.subject,
        image_id=held.image_id,
        other_id=held.other_id,
        product_id=held.product_id,
        value=labels.value_of(held.subject, value),
        source=Label.Source.SPECIALIST,
        question=held,
        by=by,
        provenance={"votes": held.votes, "posterior": held.posterior, "method": "dispute"},
        now=now,
    )


def _find_own(question: Question, by: User, value: str) -> Label | None:
    said = question.labels.filter(source=Label.Source.SPECIALIST, withdrawn_at__isnull=True).first()
    if question.state == SETTLED and question.settled_value == value and said and said.created_by == by:
        return said
    if question.state == WITHDRAWN and value == CANNOT_TELL:
        return None
    who = said.created_by.username if said and said.created_by else _("Somebody")
    raise UnableToSettle(_("{who} settled it meanwhile; your answer was not needed.").format(who=who))


@transaction.atomic
def pass_by(*, question: Question, by: User, now: datetime) -> None:
    """Leave it to somebody else, or to oneself when nothing else is left."""
    SkippedQuestion.objects.get_or_create(question=question, skipped_by=by, defaults={"skipped_at": now})
    DisputeHold.objects.filter(question=question, held_by=by).delete()


@transaction.atomic
def undo(*, question: Question, by: User, now: datetime) -> bool:
    """Take one's own word back: it is disputed again, and before the person. False where there is none."""
    held = Question.objects.select_for_update(no_key=True).get(pk=question.pk)
    if GoldQuestion.objects.filter(question=held, is_active=True).exists():
        return False  # others are measured by it: an admin retires it first
    mine = held.labels.filter(source=Label.Source.SPECIALIST, created_by=by, decision__isnull=True)
    withdrawn = mine.filter(withdrawn_at__isnull=True).update(withdrawn_at=now)
    if not withdrawn or held.state != SETTLED:
        return False
    held.state, held.settled_value, held.settled_at = DISPUTED, "", None
    held.save(update_fields=["state", "settled_value", "settled_at"])
    DisputeHold.objects.update_or_create(question=held, defaults={"held_by": by, "held_until": now + LASTS})
    return True
