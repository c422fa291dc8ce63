"""Why proposals are rejected or sent back: reasons by how often, for a category and a run."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Count, F, Func, Max, QuerySet, Value
from django.db.models.functions import Lower, Trim
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from review.access import ADMIN, SPECIALIST, AnyUser, proposals_for, runs_for
from review.models import Category, Decision
from review.views.frame import page

MAX_REASONS = 100
KINDS = (Decision.Kind.REJECT, Decision.Kind.SEND_BACK)


@page(SPECIALIST, ADMIN)
def reasons(request: HttpRequest) -> HttpResponse:
    """Reasons of decisions that still stand, most frequent first."""
    category = request.GET.get("category", "").replace("\0", "")[:300]
    run = request.GET.get("run", "")
    rows = _find_refusals(request.user)
    paths = _find_categories(rows)
    runs = runs_for(request.user).filter(pk__in=rows.values("proposal__run"))
    if category:
        rows = rows.filter(proposal__product__category__path=category)
    if run.isdecimal() and len(run) < 18:
        rows = rows.filter(proposal__run_id=int(run))
    context: dict[str, Any] = {
        "rows": _count(rows),
        "by_category": _count_places(rows),
        "total": rows.count(),
        "categories": paths,
        "runs": list(runs.order_by("-pk")[:20]),
        "category": category,
        "run": run,
    }
    return render(request, "proposals/reasons.html", context)


def _find_refusals(user: AnyUser) -> QuerySet[Decision]:
    mine = Decision.objects.filter(proposal__in=proposals_for(user), kind__in=KINDS)
    return mine.exclude(undone_by__isnull=False)


def _find_categories(rows: QuerySet[Decision]) -> list[str]:
    paths = Category.objects.filter(pk__in=rows.values("proposal__product__category"))
    return list(paths.order_by("path").values_list("path", flat=True)[:200])


def _count(rows: QuerySet[Decision]) -> list[dict[str, Any]]:
    """What stands before a colon is the reason, what follows are its particulars."""
    head = Trim(Func(F("reason"), Value(":"), Value(1), function="split_part", output_field=CharField()))
    told = rows.annotate(key=Lower(head)).values("kind", "key")
    counted = told.annotate(many=Count("pk"), word=Max(head), last_at=Max("decided_at"))
    words = {kind.value: kind.label for kind in KINDS}
    found = counted.order_by("-many", "key")[:MAX_REASONS]
    return [{**row, "kind_word": words[row["kind"]]} for row in found]


def _count_places(rows: QuerySet[Decision]) -> list[dict[str, Any]]:
    places = rows.values(path=F("proposal__product__category__path"), number=F("proposal__run"))
    counted = places.annotate(many=Count("pk")).order_by("-many", "path", "-number")
    return [dict(row) for row in counted[:MAX_REASONS]]


urlpatterns: list[URLPattern] = [path("reports/reasons/", reasons, name="reasons")]
