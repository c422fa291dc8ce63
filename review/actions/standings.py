"""All answers of a subject weighed together, now and then: who is how good, how far people agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from django.db.models import F, Max

from pipeline.agreement import measure_agreement
from pipeline.consensus import Consensus, Votes, settle
from review.actions import settling
from review.actions.settling import CANNOT_TELL, KNOWN_SOURCES
from review.models import Answer, GoldQuestion, Label, Question, SubjectEstimate, WorkerStanding

MOST_VOTES = 400_000  # the newest ones of a subject; older ones say little of how people answer now
LAST_SECONDS = 200  # answers of a person whose median speed is kept
LOOK_BACK, OLD = timedelta(days=7), timedelta(minutes=10)
NEW_SHARE = 0.01  # of the votes; a big subject is not weighed again for each single one
AT_ONCE = 100  # questions that are counted anew in one transaction
LEAST_COUNT = 0.005  # a smaller expected count is not kept
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Said:
    """The votes of a subject as arrays, with what the indices stand for."""

    votes: Votes
    questions: Sequence[int]
    people: Sequence[int]
    values: Sequence[str]
    seconds: Mapping[int, list[float]]  # by person, newest first
    newest: int  # id of an answer


def list_stale(now: datetime) -> list[str]:
    """Subjects whose last fitting lacks a hundredth of the votes, or any and is ten minutes old."""
    recent = Answer.objects.filter(answered_at__gte=now - LOOK_BACK)
    newest = dict(recent.values_list("question__subject").annotate(newest=Max("pk")))
    rows = SubjectEstimate.objects.filter(category__isnull=True, subject__in=newest)
    fitted = {row.subject: row for row in rows}
    return sorted(subject for subject in newest if _is_stale(subject, fitted.get(subject), now))


def _is_stale(subject: str, last: SubjectEstimate | None, now: datetime) -> bool:
    if last is None:
        return True
    wanted = 1 if last.fitted_at <= now - OLD else max(1, int(last.votes * NEW_SHARE))
    fresh = Answer.objects.filter(pk__gt=last.last_answer, question__subject=subject)
    return len(fresh.values_list("pk")[:wanted]) == wanted


def refit(subject: str, now: datetime) -> int:
    """Weigh all answers of a subject together and put what is known of people in place of what was.

    Gives how many questions were counted anew because of it: open ones that are settled by now, and
    settled ones whose value became unlikely. Nothing is done while another fitting is under way.
    """
    with hold(subject) as is_ours:
        said = read_said(subject) if is_ours else None
        if said is None:
            return 0
        at = {question: index for index, question in enumerate(said.questions)}
        places = {value: index for index, value in enumerate(said.values)}
        known = read_known(subject).items()
        clamped = {at[pk]: places[value] for pk, value in known if pk in at and value in places}
        found = settle(said.votes, clamped)
        with transaction.atomic():
            _write_standings(subject, said, found, now)
            _write_estimates(subject, said, found, now)
        return _count_anew(subject, said, found, now)


@contextmanager
def hold(subject: str) -> Iterator[bool]:
    """One fitting of a subject at a time; whoever is killed lets go of it with the connection."""
    key = [f"refit {subject}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", key)
        is_ours = bool(cursor.fetchone()[0])
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", key)


def read_said(subject: str) -> Said | None:
    """The newest votes of a subject; None without any."""
    every = Answer.objects.filter(question__subject=subject)
    newest = every.aggregate(last=Max("pk"))["last"]
    rows = every.filter(counts=True, withdrawn_at__isnull=True).exclude(value=CANNOT_TELL).order_by("-pk")
    columns = rows.values_list("question_id", "answered_by_id", "value", "seconds")[:MOST_VOTES]
    questions, people = dict[int, int](), dict[int, int]()
    values = {value: index for index, value in enumerate(_offered(subject))}
    seconds, table = defaultdict[int, list[float]](list), []
    for question, person, value, took in columns.iterator(chunk_size=10_000):
        places = questions.setdefault(question, len(questions)), people.setdefault(person, len(people))
        table.append((*places, values.setdefault(value, len(values))))
        if took is not None and len(seconds[person]) < LAST_SECONDS:
            seconds[person].append(took)
    if not table:
        return None
    cast = np.array(table, np.int64)
    votes = Votes(cast[:, 0], cast[:, 1], cast[:, 2], len(questions), len(people), len(values))
    return Said(votes, list(questions), list(people), list(values), seconds, newest)


def _offered(subject: str) -> list[str]:
    """The values of a subject, also those that nobody has said yet."""
    return list(Question.objects.filter(subject=subject).values_list("choices", flat=True).first() or [])


def read_known(subject: str) -> dict[int, str]:
    """Questions whose answer a specialist gave or an admin knows: these are not estimated."""
    rows = Label.objects.filter(question__subject=subject, source__in=KNOWN_SOURCES, withdrawn_at=None)
    known = dict(rows.values_list("question_id", "question__settled_value"))
    gold = GoldQuestion.objects.filter(question__subject=subject, value=F("question__settled_value"))
    return known | dict(gold.values_list("question_id", "value"))


def count_expected(said: Said, found: Consensus) -> dict[int, dict[str, dict[str, float]]]:
    """Per person how often which value was said where which was true: true -> said -> expected count."""
    size = len(said.values)
    table = np.zeros((len(said.people), size, size))  # person, said, true
    np.add.at(table, (said.votes.people, said.votes.answers), found.posterior[said.votes.items])
    counts: dict[int, dict[str, dict[str, float]]] = {}
    for index, person in enumerate(said.people):
        rows = {}
        for true, row in zip(said.values, table[index].T, strict=True):
            kept = {value: round(float(n), 3) for value, n in zip(said.values, row, strict=True)}
            rows[true] = {value: n for value, n in kept.items() if n > LEAST_COUNT}
        counts[person] = {true: row for true, row in rows.items() if row}
    return counts


def _write_standings(subject: str, said: Said, found: Consensus, now: datetime) -> None:
    given = np.bincount(said.votes.people, minlength=len(said.people))
    counts = count_expected(said, found)
    rows = [
        WorkerStanding(
            person_id=person,
            subject=subject,
            votes=int(given[index]),
            confusion=counts[person],
            accuracy=round(float(found.skill[index]), 4),
            seconds=float(np.median(said.seconds[person])) if said.seconds.get(person) else None,
            updated_at=now,
        )
        for index, person in enumerate(said.people)
    ]
    WorkerStanding.objects.bulk_create(
        sorted(rows, key=lambda row: row.person_id),
        update_conflicts=True,
        unique_fields=["person", "subject"],
        update_fields=["votes", "confusion", "accuracy", "seconds", "updated_at"],
    )


def _write_estimates(subject: str, said: Said, found: Consensus, now: datetime) -> None:
    """One row for all, and one a category; known questions are chosen, and would say nothing of either."""
    gold = set(GoldQuestion.objects.filter(question__subject=subject).values_list("question_id", flat=True))
    asked = np.array([question not in gold for question in said.questions])
    rows = Question.objects.filter(subject=subject, category__isnull=False)
    category_of = dict(rows.values_list("pk", "category_id"))
    of_items = np.array([category_of.get(question) or 0 for question in said.questions])
    parts: list[tuple[int | None, Mask]] = [(None, asked)]
    parts += [(int(pk), asked & (of_items == pk)) for pk in np.unique(of_items[asked & (of_items > 0)])]
    made = [_estimate(subject, category, mask, said, found, now) for category, mask in parts]
    SubjectEstimate.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["subject", "category"],
        update_fields=["method", "shares", "agreement", "votes", "questions", "last_answer", "fitted_at"],
    )


def _estimate(
    subject: str, category: int | None, mask: Mask, said: Said, found: Consensus, now: datetime
) -> SubjectEstimate:
    votes, inside = said.votes, mask[said.votes.items]
    part = Votes(
        votes.items[inside], votes.people[inside], votes.answers[inside],
        votes.item_count, votes.person_count, votes.class_count,
    )  # fmt: skip
    shares = found.posterior[mask].sum(axis=0)
    agreement = measure_agreement(part)
    return SubjectEstimate(
        subject=subject,
        category_id=category,
        method=found.method,
        shares={value: round(float(n), 3) for value, n in zip(said.values, shares, strict=True)},
        agreement=None if agreement is None else round(agreement, 4),
        votes=int(inside.sum()),
        questions=int(mask.sum()),
        last_answer=said.newest,
        fitted_at=now,
    )


def _count_anew(subject: str, said: Said, found: Consensus, now: datetime) -> int:
    """Questions that the new weights settle, or whose settled value they make unlikely."""
    likely = dict(zip(said.questions, found.posterior.max(axis=1), strict=True))
    rule = settling.rule_of(subject)
    rows = Question.objects.filter(subject=subject, gold__isnull=True)
    opened = rows.filter(state=Question.State.OPEN, votes__gte=rule.first_votes)
    ids = [pk for pk in opened.values_list("pk", flat=True) if likely.get(pk, 0.0) >= rule.target]
    column = {value: index for index, value in enumerate(said.values)}
    at = {question: index for index, question in enumerate(said.questions)}
    closed = rows.filter(state=Question.State.SETTLED).exclude(settled_value="")
    for pk, value in closed.values_list("pk", "settled_value").iterator():
        if pk in at and value in column and found.posterior[at[pk], column[value]] < settling.LOST:
            ids.append(pk)
    for start in range(0, len(ids), AT_ONCE):
        recount_all(ids[start : start + AT_ONCE], now)
    return len(ids)


@transaction.atomic
def recount_all(ids: Sequence[int], now: datetime) -> None:
    """Count the votes of some questions anew, those that nobody answers at this moment."""
    rows = Question.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=ids)
    settling.recount(list(rows.order_by("pk")), now)
