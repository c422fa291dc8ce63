"""Pages of runs: which there were, how one goes, starting one, trying again what failed."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from review import tasks
from review.access import (
    ADMIN,
    SPECIALIST,
    NotFound,
    products_for,
    proposals_for,
    require_role,
    roles_of,
    runs_for,
)
from review.actions import run_progress
from review.actions import runs as run_actions
from review.actions.run_progress import measure
from review.actions.runs import UnableToStart
from review.models import Category, RunProduct, SelectionRun
from review.views.frame import page
from review.views.keyset import Order, read_page
from review.views.once import go_once

ROWS = 25
NEWEST_FIRST = Order("id", True, int)


@require_http_methods(["GET", "POST"])
@page(SPECIALIST, ADMIN)
def runs(request: HttpRequest) -> HttpResponse:
    """All runs, newest first; admins start one here."""
    shown: dict[str, Any] = {}
    if request.method == "POST":
        require_role(request.user, ADMIN)
        try:
            return go_once(request, "run", lambda: start_run(request))
        except UnableToStart as error:
            shown = {"error": str(error), "wanted": request.POST.get("category", "")}
    if ADMIN in roles_of(request.user):
        shown["categories"] = Category.objects.order_by("path").values_list("path", flat=True)
    shown |= list_runs(request, runs_for(request.user))
    return render(request, "runs/list.html", shown, status=400 if "error" in shown else 200)


def start_run(request: HttpRequest) -> SelectionRun:
    """A run over what the form names; raises UnableToStart."""
    category = request.POST.get("category", "").replace("\0", "�").strip()
    scope = {"category": category} if category else {"all": True}
    run = run_actions.start(scope=scope, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    tasks.hint(tasks.plan_run, run.pk)
    return run


def list_runs(request: HttpRequest, allowed: QuerySet[SelectionRun]) -> dict[str, Any]:
    """One page of runs, newest first, with what each did."""
    found = read_page(
        allowed.select_related("created_by"),
        NEWEST_FIRST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=ROWS,
    )
    counts = count_outcomes(found.rows)
    return {"rows": [(run, counts.get(run.pk, {})) for run in found.rows], "page": found}


def count_outcomes(found: list[SelectionRun]) -> dict[int, dict[str, int]]:
    """Run -> outcome -> how many products, and 'total'."""
    rows = RunProduct.objects.filter(run__in=found).order_by().values_list("run", "outcome")
    counts: dict[int, dict[str, int]] = {}
    for run_id, outcome, count in rows.annotate(Count("pk")):
        of_run = counts.setdefault(run_id, {"total": 0})
        of_run[outcome] = count
        of_run["total"] += count
    return counts


@require_GET
@page(SPECIALIST, ADMIN)
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """How a run goes; the part that changes is fetched again while it goes on."""
    found = runs_for(request.user).select_related("created_by").filter(pk=run_id).first()
    if found is None:
        raise NotFound
    shown = {
        "run": found,
        "progress": measure(found, timezone.now()),
        "failures": run_progress.list_failures(found, products_for(request.user)),
        "delays": run_progress.list_delays(found),
        "to_review": proposals_for(request.user).filter(run=found).awaiting_review().count(),  # type: ignore[attr-defined]
    }
    template = "runs/_progress.html" if request.htmx else "runs/run.html"  # type: ignore[attr-defined]
    return render(request, template, shown)


@require_POST
@page(ADMIN)
def retry(request: HttpRequest, run_id: int) -> HttpResponse:
    """Try the failed products again; pressed twice it is as once."""
    found = runs_for(request.user).filter(pk=run_id).first()
    if found is None:
        raise NotFound
    if run_actions.retry(run=found, now=timezone.now()):
        tasks.send_batches(found.pk)
    return redirect("run", found.pk)


urlpatterns = [
    path("runs/", runs, name="runs"),
    path("runs/<int:run_id>/", run, name="run"),
    path("runs/<int:run_id>/retry/", retry, name="run-retry"),
]
