"""What the worker's page sends: answers, questions passed by, and what is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review.access import ADMIN, SPECIALIST, WORKER, NotFound, get_question_for
from review.actions import departures, labelling, taking
from review.actions.labelling import InvalidAnswer, TooOld
from review.views.bodies import read_json
from review.views.frame import page
from review.views.question_data import describe_state
from review.views.question_words import name_answer

MOST_AT_ONCE = 24
LONGEST_S = 3600.0  # an answer after an hour says nothing of how long somebody looked
BIGGEST_ID = 2**63 - 1

Json = dict[str, Any]
Said = tuple[User, Json, datetime]


class NotWhole(Exception):
    """What was sent is not what the page sends."""


def answers_json(act: Callable[[User, Json, datetime], list[Json]]) -> Callable[..., HttpResponse]:
    """An address of the page's script: `act` gives a line for each thing that was sent.

    The answer also holds what is to be shown next, so that one round trip does both.
    """

    @require_POST
    @page(WORKER, SPECIALIST, ADMIN)
    @wraps(act)
    def view(request: HttpRequest) -> HttpResponse:
        assert isinstance(request.user, User)
        now = timezone.now()
        try:
            body = read_body(request)
            results = act(request.user, body, now)
        except NotWhole:
            return JsonResponse({"message": _("This did not arrive whole. Load the page again.")}, status=400)
        except TooOld:
            message = _("Only the last answers can be taken back. Nothing was changed.")
            return JsonResponse({"message": message}, status=409)
        except NotFound:
            message = _("The question is not there any more. Nothing was stored.")
            return JsonResponse({"message": message}, status=404)
        return JsonResponse({"results": results} | describe_next(request.user, body, now))

    return view


def read_body(request: HttpRequest) -> Json:
    """What the script sent; raises NotWhole."""
    try:
        body = read_json(request) if request.body else {}
    except ValueError as wrong:
        raise NotWhole from wrong
    if not isinstance(body, dict):
        raise NotWhole
    return body


def describe_next(by: User, body: Json, now: datetime) -> Json:
    """The questions that are to be shown now and next."""
    wanted, subject = body.get("wanted", taking.AHEAD), body.get("subject", "")
    if not isinstance(wanted, int) or not isinstance(subject, str):
        wanted, subject = taking.AHEAD, ""
    wanted = min(max(wanted, 0), MOST_AT_ONCE)
    return describe_state(by, taking.take(by=by, now=now, wanted=wanted, subject=subject[:40]), now)


@answers_json
def ahead(by: User, body: Json, now: datetime) -> list[Json]:
    """Nothing was done; the page is in use, and what it holds is held on."""
    return []


@answers_json
def answers(by: User, body: Json, now: datetime) -> list[Json]:
    """Keep answers, each once however often it is sent."""
    rows = read_rows(body, "answers")
    return [keep(by, row, now) for row in rows]


def keep(by: User, row: Json, now: datetime) -> Json:
    """One answer; an answer that is not offered is told and holds the others up in nothing."""
    value, key = read_text(row, "value", 40), read_text(row, "client_id", 48)
    looked_s = read_seconds(row.get("seconds"))
    try:
        question = get_question_for(by, read_id(row.get("question")), read_text(row, "proof", 64))
        kept = labelling.record_answer(
            question=question, by=by, value=value, now=now, client_id=key, seconds=looked_s
        )
    except InvalidAnswer:
        return {"ok": False, "message": _("The question does not offer this answer.")}
    except NotFound:
        return {"ok": False, "message": _("The question is not there any more.")}
    said = {"ok": True, "value": kept.value}
    if kept.client_id != labelling.name_sending(by, key):  # not this sending's: of another window
        said["before"] = name_answer(question, kept.value)
    return said


@answers_json
def pass_by(by: User, body: Json, now: datetime) -> list[Json]:
    """Skip a question, or flag it with a reason."""
    question = get_question_for(by, read_id(body.get("question")), read_text(body, "proof", 64))
    reason, is_flag = read_text(body, "reason", 500), body.get("flag") is True
    labelling.skip(question=question, by=by, now=now, reason=reason, is_flag=is_flag)
    return [{"ok": True}]


@answers_json
def undo(by: User, body: Json, now: datetime) -> list[Json]:
    """Take answers, or skips, back; what was taken back before stays so."""
    ids = body.get("questions")
    if not isinstance(ids, list) or len(ids) > MOST_AT_ONCE:
        raise NotWhole
    questions = [get_question_for(by, read_id(number)) for number in ids]
    return [{"ok": labelling.take_back(question=one, by=by, now=now)} for one in questions]


@require_POST
@page(WORKER, SPECIALIST, ADMIN)
def leave(request: HttpRequest) -> HttpResponse:
    """The page is being left: others get what it held, and nobody waits for an answer."""
    assert isinstance(request.user, User)
    try:
        heard_at = read_time(read_body(request).get("heldAt"))
    except NotWhole:
        heard_at = None
    departures.leave(by=request.user, now=timezone.now(), heard_at=heard_at)
    return HttpResponse(status=204)


def read_rows(body: Json, name: str) -> list[Json]:
    """A list of objects, not too long; raises NotWhole."""
    rows = body.get(name)
    if (
        not isinstance(rows, list)
        or len(rows) > MOST_AT_ONCE
        or not all(isinstance(row, dict) for row in rows)
    ):
        raise NotWhole
    return rows


def read_id(value: object) -> int:
    """A row's number; 0, which no row has, for anything else."""
    return value if type(value) is int and 0 < value <= BIGGEST_ID else 0


def read_text(row: Json, name: str, most: int) -> str:
    """A text, cut where it is too long; '' for anything else."""
    value = row.get(name)
    return value[:most] if isinstance(value, str) else ""


def read_time(value: object) -> datetime | None:
    """A time with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo and 1970 < found.year < 9000 else None


def read_seconds(value: object) -> float | None:
    """How long somebody looked; None where that makes no sense."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= LONGEST_S else None  # type: ignore[operator,arg-type]


urlpatterns = [
    path("label/ahead/", ahead, name="label-ahead"),
    path("label/answers/", answers, name="label-answers"),
    path("label/pass/", pass_by, name="label-pass"),
    path("label/undo/", undo, name="label-undo"),
    path("label/leave/", leave, name="label-leave"),
]
