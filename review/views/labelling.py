"""The crowd's page: one question, its pictures, one key; the form works without a script."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from review.access import ADMIN, SPECIALIST, WORKER, get_question_for
from review.actions import labelling, progress, taking
from review.actions.labelling import InvalidAnswer
from review.actions.queue_places import list_subjects
from review.views.frame import page
from review.views.question_data import describe_state
from review.views.question_words import name_answer, name_subject

GRID = 20
# More than yes and no, more than one picture, or nothing that a small picture shows.
NO_GRID = ("type", "pair", "hero", "blur")


@never_cache
@require_http_methods(["GET", "POST"])
@page(WORKER, SPECIALIST, ADMIN)
def label(request: HttpRequest) -> HttpResponse:
    """The next question; answering one by the form leads to the one after it."""
    assert isinstance(request.user, User)
    now = timezone.now()
    problem = ""
    if request.method == "POST":
        problem = keep_answer(request, request.user, now)
        if not problem:
            return redirect("label")
    shown = describe_page(request.user, now) | {"problem": problem}
    return render(request, "labelling/question.html", shown, status=400 if problem else 200)


def keep_answer(request: HttpRequest, by: User, now: datetime) -> str:
    """Store what was answered; returns what is wrong with it, '' if nothing."""
    number = request.POST.get("question", "")
    pk = int(number) if number.isdecimal() and len(number) < 19 else 0
    question = get_question_for(by, pk, request.POST.get("proof", ""))
    try:
        kept = labelling.record_answer(question=question, by=by, value=request.POST.get("value", ""), now=now)
    except InvalidAnswer:
        return _("Nothing was stored: the question does not offer this answer. Choose one of its buttons.")
    if kept.answered_at != now:
        said = _("You had answered this question already: {answer}. That answer stays, and counts once.")
        messages.info(request, said.format(answer=name_answer(question, kept.value)))
    return ""


def describe_page(by: User, now: datetime, wanted: int = taking.AHEAD, subject: str = "") -> dict[str, Any]:
    """The first question for whoever has no script, and all that the script needs."""
    taken = taking.take(by=by, now=now, wanted=wanted, subject=subject)
    state = describe_state(by, taken, now)
    return {
        "state": state,
        "first": next(iter(state["questions"]), None),
        "answered_today": progress.count_today(by, now),
    }


@never_cache
@require_safe
@page(WORKER, SPECIALIST, ADMIN)
def grid(request: HttpRequest) -> HttpResponse:
    """Twenty pictures and one yes-or-no question about them all."""
    assert isinstance(request.user, User)
    subjects = [subject for subject in list_subjects() if subject not in NO_GRID]
    chosen = request.GET.get("subject", "").replace("\0", "")[:40] or next(iter(subjects), "")
    shown = describe_page(request.user, timezone.now(), GRID, chosen) if chosen else {"state": None}
    shown |= {
        "chosen": chosen,
        "subjects": [
            (subject, name_subject(subject)) for subject in dict.fromkeys([*subjects, chosen]) if subject
        ],
    }
    return render(request, "labelling/grid.html", shown)


urlpatterns = [path("label/", label, name="label"), path("label/grid/", grid, name="label-grid")]
