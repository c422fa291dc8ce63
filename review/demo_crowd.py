"""The demo's crowd: five invented people of different care, who answer as anybody's answers are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Group, User
from django.db.models import Max

from pipeline.labels import IMAGE_TYPES
from review.actions import labelling, pauses
from review.actions.asking import Asked, ask
from review.actions.settling import CANNOT_TELL
from review.demo_people import MARK
from review.demo_truth import Known
from review.models import Answer, Question, QuestionSlot

KNOWN = {"badge": 10, "type": 2}  # questions with a known answer that each of them was shown
ASKED_BESIDES = 18  # pictures that nothing is in doubt of: as if an admin had asked for their type
SHARE = 2  # every second open question; the others are left for whoever tries the demo
VOTES = 3
HARD = 6  # every sixth of those, nobody can tell: a specialist is to look at it
SPREAD = timedelta(hours=3)  # the morning's work, for the chart of answers an hour


@dataclass(frozen=True)
class CrowdPerson:
    """Somebody who cannot log in: how often they are right, and how long they look."""

    name: str
    care: float
    pace_s: float


Planned = tuple[CrowdPerson, Question, str]
CROWD = (
    CrowdPerson("mara", 0.98, 2.7),
    CrowdPerson("jonas", 0.94, 3.4),
    CrowdPerson("priya", 0.90, 1.9),
    CrowdPerson("tomasz", 0.80, 2.3),
    CrowdPerson("lin", 0.30, 0.8),  # is paused by the product itself, as anybody like that would be
)


def answer_some(known: Iterable[Known], now: datetime) -> int:
    """Have the crowd answer; gives how many answers were kept. A second time it does nothing."""
    if Answer.objects.filter(answered_by__email__endswith=MARK).exists():
        return 0
    plan = list(_plan(known, now))
    people = {one.name: _make_person(one) for one in CROWD} if plan else {}
    kept = 0
    for number, (one, question, truth) in enumerate(plan):
        at = now - SPREAD * (1 - number / len(plan))
        kept += _answer(one, people[one.name], question, truth, at)
    return kept


def _plan(known: Iterable[Known], now: datetime) -> Iterator[Planned]:
    """Who is asked what, and what is right: first what shows how careful they are."""
    for subject, many in KNOWN.items():
        rows = Question.objects.filter(subject=subject, gold__is_active=True).select_related("image", "gold")
        for question in rows.order_by("image__sha256")[:many]:
            yield from ((one, question, question.gold.value) for one in CROWD)
    drawn = list(known)
    truth = {(subject, row.image_id): said for row in drawn for subject, said in row.answers.items()}
    for number, question in enumerate(_ask_besides(drawn, now)):
        yield from _put(question, truth[question.subject, question.image_id], number)
    asked = Question.objects.filter(state=Question.State.OPEN).select_related("image")
    fit = [one for one in asked.order_by("image__sha256", "pk") if (one.subject, one.image_id) in truth]
    for number, question in enumerate(fit[::SHARE]):
        right = truth[question.subject, question.image_id] if (number + 1) % HARD else CANNOT_TELL
        yield from _put(question, right, number)


def _put(question: Question, right: str, number: int) -> Iterator[Planned]:
    """Before some of them, others each time."""
    for step in range(VOTES):
        yield CROWD[(number + step) % len(CROWD)], question, right


def _ask_besides(known: Sequence[Known], now: datetime) -> list[Question]:
    """Questions about the types of pictures that nobody was asked about."""
    images = [row.image_id for row in known]
    taken = set(Question.objects.filter(subject="type", image__in=images).values_list("image_id", flat=True))
    free = [row for row in known if "type" in row.answers and row.image_id not in taken][:ASKED_BESIDES]
    wanted = [Asked("type", row.image_id, product_id=row.product_id, choices=IMAGE_TYPES) for row in free]
    ids = ask(wanted, origin=Question.Origin.UPLOAD, now=now)
    return list(Question.objects.filter(pk__in=ids).select_related("image").order_by("pk"))


def _make_person(one: CrowdPerson) -> User:
    user, is_new = User.objects.get_or_create(username=one.name, defaults={"email": one.name + MARK})
    if is_new:
        user.set_unusable_password()
        user.save()
        user.groups.add(Group.objects.get(name="worker"))
    return user


def _answer(one: CrowdPerson, by: User, question: Question, truth: str, at: datetime) -> bool:
    """One answer in a slot of its own, where one is wanted and the person is still asked."""
    if pauses.is_paused(by, question.subject) or not _hold(question, by, at):
        return False
    drawn = _draw(one.name, question)
    wrong = [value for value in question.choices if value != truth]
    is_right = drawn < one.care or truth == CANNOT_TELL
    said = truth if is_right else wrong[int(1000 * drawn) % len(wrong)]
    seconds = round(one.pace_s * (0.6 + drawn), 2)
    labelling.record_answer(question=question, by=by, value=said, now=at, seconds=seconds)
    return True


def _hold(question: Question, by: User, at: datetime) -> bool:
    """A free slot; for a known question a new one that the queue never offers, as when it is shown."""
    until = at + timedelta(minutes=10)
    if hasattr(question, "gold"):
        last = question.slots.aggregate(last=Max("number"))["last"] or 0
        slot = QuestionSlot(question=question, subject=question.subject, number=last + 1, is_open=False)
    else:
        free = question.slots.filter(is_open=True, leased_by__isnull=True).order_by("number").first()
        if free is None:
            return False
        slot = free
    slot.leased_by, slot.leased_until = by, until
    slot.save()
    return True


def _draw(name: str, question: Question) -> float:
    """A number of 0 to 1 that hangs on who looks at which picture alone: the demo is the same everywhere."""
    digest = hashlib.sha256(f"9 {name} {question.subject} {question.image.sha256}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
