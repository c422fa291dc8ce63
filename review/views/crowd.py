"""The crowd for admins: how fast it is, how far it agrees, what a label costs, and who answers how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review.access import ADMIN, NotFound
from review.actions import crowd_figures, pauses, tallies
from review.actions.crowd_figures import Hour, SubjectFigures
from review.models import SubjectEstimate, WorkerPause, WorkerStanding
from review.views.frame import page
from review.views.keyset import Order, read_page
from review.views.question_words import name_subject

PAGE_ROWS = 40
MOST_CATEGORIES = 200
_BUSIEST = Order("votes", True, int)


@page(ADMIN)
def overview(request: HttpRequest) -> HttpResponse:
    """Throughput, settled labels and their cost, agreement."""
    tally = tallies.read("crowd", timezone.now())
    subjects, hours = tally.value if tally else ([], [])
    longest = max((hour.many for hour in hours), default=0)
    context: dict[str, Any] = {
        "tally": tally,
        "subjects": subjects,
        "names": {row.subject: name_subject(row.subject) for row in subjects},
        "total": add_up(subjects),
        "hours": draw_hours(hours, longest),
        "busiest": longest,
        "agreements": list_agreements(),
    }
    return render(request, "crowd/overview.html", context)


def draw_hours(hours: Sequence[Hour], longest: int) -> list[dict[str, Any]]:
    """A bar an hour, its places as percentages of the drawing."""
    bars = []
    for number, hour in enumerate(hours):
        tall = 100 * hour.many / longest if longest else 0.0
        left = 100 * number / len(hours)
        bars.append(
            {"hour": hour, "left": f"{left:.2f}%", "top": f"{100 - tall:.1f}%", "tall": f"{tall:.1f}%"}
        )
    return bars


def add_up(subjects: list[SubjectFigures]) -> dict[str, Any]:
    """All subjects together; the cost of a label is that of all answers over all labels."""
    labels = sum(row.labels for row in subjects)
    spent = sum(row.answers * row.cents for row in subjects)
    fixed = sum(row.labels * row.fixed_cents for row in subjects)
    return {
        "today": sum(row.answers_today for row in subjects),
        "last_hour": sum(row.answers_last_hour for row in subjects),
        "labels": labels,
        "open": sum(row.states.get("open", 0) for row in subjects),
        "disputed": sum(row.states.get("disputed", 0) for row in subjects),
        "cents": spent / labels if labels else None,
        "fixed_cents": fixed / labels if labels else None,
    }


def list_agreements() -> list[SubjectEstimate]:
    """By subject and category, as of the last weighing; the least agreed on first."""
    rows = SubjectEstimate.objects.filter(agreement__isnull=False, category__isnull=False)
    return list(rows.select_related("category").order_by("agreement", "pk")[:MOST_CATEGORIES])


@page(ADMIN)
def workers(request: HttpRequest) -> HttpResponse:
    """Who answered, how well, how fast, and who is paused."""
    rows = WorkerStanding.objects.select_related("person")
    subject = request.GET.get("subject", "").replace("\0", "")[:40]
    if subject:
        rows = rows.filter(subject=subject)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    found = read_page(rows, _BUSIEST, after=after, before=before, size=PAGE_ROWS)
    known = WorkerStanding.objects.order_by("subject").values_list("subject", flat=True).distinct()
    context = {
        "page": found,
        "workers": crowd_figures.describe_workers(found.rows),
        "names": {name: name_subject(name) for name in known},
        "subject": subject,
        "held": list(pauses.open_pauses().select_related("person", "paused_by").order_by("-pk")[:PAGE_ROWS]),
        "first_known": pauses.FIRST_KNOWN,
    }
    return render(request, "crowd/workers.html", context)


@require_POST
@page(ADMIN)
def pause_worker(request: HttpRequest, standing_id: int) -> HttpResponse:
    """Stop asking a person about a subject; the reason is shown to them."""
    assert isinstance(request.user, User)
    row = WorkerStanding.objects.select_related("person").filter(pk=standing_id).first()
    if row is None:
        raise NotFound
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    if not reason:
        messages.error(request, _("Say why: the person reads it. Nothing was changed."))
        return redirect("workers")
    after = 0 if request.POST.get("void") else None
    made = pauses.pause(
        person=row.person,
        subject=row.subject,
        reason=reason,
        now=timezone.now(),
        after=after,
        by=request.user,
    )
    said = _("{person} is not asked about '{subject}' any more; {count} questions are asked again.")
    messages.success(
        request,
        said.format(person=row.person, subject=name_subject(row.subject), count=made.answers_reopened),
    )
    return redirect("workers")


@require_POST
@page(ADMIN)
def lift_pause(request: HttpRequest, pause_id: int) -> HttpResponse:
    """Ask a person again; on request, what they said before counts after all."""
    assert isinstance(request.user, User)
    held = WorkerPause.objects.select_related("person").filter(pk=pause_id).first()
    if held is None:
        raise NotFound
    restore = bool(request.POST.get("restore"))
    if not pauses.lift(pause=held, by=request.user, now=timezone.now(), restore=restore):
        messages.info(request, _("Somebody ended this pause before."))
    elif restore:
        said = _("{person} is asked again, and {count} answers count again.")
        messages.success(request, said.format(person=held.person, count=len(held.voided)))
    else:
        messages.success(request, _("{person} is asked again.").format(person=held.person))
    return redirect("workers")


urlpatterns: list[URLPattern] = [
    path("crowd/", overview, name="crowd"),
    path("crowd/workers/", workers, name="workers"),
    path("crowd/workers/<int:standing_id>/pause/", pause_worker, name="pause-worker"),
    path("crowd/pauses/<int:pause_id>/lift/", lift_pause, name="lift-pause"),
]
