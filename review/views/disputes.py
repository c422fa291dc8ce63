"""Disputed questions, one at a time: what the crowd said without names, and the specialist's word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from review.access import ADMIN, SPECIALIST, disputes_for, get_dispute_for
from review.actions import disputes
from review.actions.disputes import UnableToSettle
from review.models import Question
from review.views.frame import page
from review.views.question_words import ask_sentence, explain, is_turned, list_choices, name_value

LAST_FLAGS = 3
LEANS_FROM = 0.55  # chance; what is as likely as not leans nowhere
Act = Callable[[Question, User, HttpRequest, datetime], tuple[str, int]]


@never_cache
@require_safe
@page(SPECIALIST, ADMIN)
def dispute(request: HttpRequest) -> HttpResponse:
    """The next one, held for ten minutes."""
    return _show(request)


def _act(act: Act) -> Callable[..., HttpResponse]:
    """A button of the page: does it, and shows the next one; the script gets that part of the page alone."""

    @never_cache
    @require_POST
    @page(SPECIALIST, ADMIN)
    def view(request: HttpRequest, question_id: int) -> HttpResponse:
        assert isinstance(request.user, User)
        question = get_dispute_for(request.user, question_id)
        try:
            done, last = act(question, request.user, request, timezone.now())
        except UnableToSettle as refused:
            return _show(request, problem=str(refused))
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect("disputes")
        return _show(request, done=done, last=last)

    return view


def _settle(question: Question, by: User, request: HttpRequest, now: datetime) -> tuple[str, int]:
    value = request.POST.get("value", "")
    label = disputes.settle(question=question, by=by, value=value, now=now)
    if label is None:
        return _("Withdrawn: nobody can tell."), 0
    return _("Settled: {value}.").format(value=name_value(value)), question.pk


def _pass_by(question: Question, by: User, request: HttpRequest, now: datetime) -> tuple[str, int]:
    disputes.pass_by(question=question, by=by, now=now)
    return _("Passed by; it comes again at the end."), 0


def _undo(question: Question, by: User, request: HttpRequest, now: datetime) -> tuple[str, int]:
    if disputes.undo(question=question, by=by, now=now):
        return _("Taken back: it is before you again."), 0
    return _("There was nothing to take back."), 0


def _show(request: HttpRequest, **said: Any) -> HttpResponse:
    assert isinstance(request.user, User)
    rows = disputes_for(request.user)
    taken = disputes.take(rows=rows, by=request.user, now=timezone.now())
    left = rows.filter(state=Question.State.DISPUTED).count()
    shown = {"left": left, "question": taken} | said
    if taken is not None:
        shown |= describe(taken)
    whole = "disputes/dispute.html"
    template = "disputes/_dispute.html" if request.htmx else whole  # type: ignore[attr-defined]
    return render(request, template, shown, status=409 if said.get("problem") and not request.htmx else 200)  # type: ignore[attr-defined]


def describe(question: Question) -> dict[str, Any]:
    """Its pictures, what was said and how often, and why it was flagged; nobody's name."""
    images = [question.image] + ([question.other] if question.other else [])
    counted = question.answers.filter(counts=True, withdrawn_at__isnull=True).values_list("value", flat=True)
    votes = Counter(counted)
    flags = question.skips.filter(is_flag=True).exclude(reason="").order_by("-pk")
    leaning = max(question.posterior, key=lambda value: question.posterior[value], default="")
    chance = question.posterior.get(leaning, 0.0)
    return {
        "images": images[::-1] if is_turned(question) else images,
        "sentence": ask_sentence(question.subject),
        "hint": explain(question.subject),
        "choices": list_choices(question),
        "votes": [(name_value(value), many) for value, many in votes.most_common()],
        "flags": list(flags.values_list("reason", flat=True)[:LAST_FLAGS]),
        "leaning": name_value(leaning) if votes and chance >= LEANS_FROM else "",
        "chance": chance,
    }


urlpatterns: list[URLPattern] = [
    path("disputes/", dispute, name="disputes"),
    path("disputes/<int:question_id>/settle/", _act(_settle), name="settle-dispute"),
    path("disputes/<int:question_id>/pass/", _act(_pass_by), name="pass-dispute"),
    path("disputes/<int:question_id>/undo/", _act(_undo), name="undo-dispute"),
]
