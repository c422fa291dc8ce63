"""Pages of the loop: every judge's loops, one loop round by round, starting and stopping one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline.labels import COMPLIANCE_DEFECTS, QUALITY_DEFECTS
from pipeline.training.plan import DEFAULTS
from review import tasks
from review.access import ADMIN, NotFound
from review.actions import improving, loop_schedule, removals, work
from review.actions.improving import LoopConfig, UnableToImprove
from review.models import Category, ImproveLoop, ImproveRound
from review.views.frame import page
from review.views.keyset import Order, read_page
from review.views.once import go_once

ROWS = 25
NEWEST_FIRST = Order("id", True, int)
MEASURED = ("resolution", "aspect")  # rules, which no label teaches
WIDTH, HEIGHT = 560, 200  # of the chart's field, in its own units


@dataclass(frozen=True)
class Curve:
    """A line of the chart: its word, its class, its points as SVG reads them and as people do."""

    word: str
    name: str
    points: str
    spots: list[tuple[float, float, float]]


@require_http_methods(["GET", "POST"])
@page(ADMIN)
def loops(request: HttpRequest) -> HttpResponse:
    """All loops, newest first, and the form that starts one."""
    shown: dict[str, Any] = {"wanted": request.POST, "usual": LoopConfig(), "techniques": list(DEFAULTS)}
    shown["repeats"] = loop_schedule.REPEATS
    if request.method == "POST":
        try:
            return go_once(request, "improve-loop", lambda: start_loop(request))
        except UnableToImprove as error:
            shown |= {"error": str(error), "error_field": error.field}
    judges = [*QUALITY_DEFECTS, *COMPLIANCE_DEFECTS]
    shown["judges"] = [name for name in judges if name not in MEASURED]
    shown["categories"] = Category.objects.order_by("path").values_list("path", flat=True)
    rows = ImproveLoop.objects.select_related("created_by", "category").annotate(made=Count("steps"))
    place = {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}
    shown["page"] = read_page(rows, NEWEST_FIRST, **place, size=ROWS)
    return render(request, "learning/improve.html", shown, status=400 if "error" in shown else 200)


def start_loop(request: HttpRequest) -> ImproveLoop:
    """The loop that the form asks for; raises UnableToImprove."""
    assert isinstance(request.user, User)
    form = request.POST
    category = None
    if form.get("category"):
        category = Category.objects.filter(path=form["category"].replace("\0", "�")).first()
        if category is None:
            raise UnableToImprove(_("There is no such category."), "category")
    config = LoopConfig(
        questions=_read_count(form.get("questions", ""), "questions"),
        technique=form.get("technique", "") if form.get("technique") in DEFAULTS else LoopConfig.technique,
        remove="remove" in form,
        release="release" in form,
        every_days=_read_count(form.get("every") or "0", "every"),
    )
    loop = improving.start(
        judge=form.get("judge", "").strip(),
        category=category,
        rounds=_read_count(form.get("rounds", ""), "rounds"),
        config=config,
        by=request.user,
        now=timezone.now(),
    )
    tasks.hint(tasks.improve, loop.pk)
    return loop


def _read_count(text: str, field: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise UnableToImprove(_("Write a whole number."), field)
    return int(text)


@require_GET
@page(ADMIN)
def loop(request: HttpRequest, loop_id: int) -> HttpResponse:
    """One loop: its rounds, the chart; what changes is fetched again while it goes on."""
    found = ImproveLoop.objects.select_related("created_by", "category").filter(pk=loop_id).first()
    if found is None:
        raise NotFound
    counts = improving.count_by_round(found)
    steps = list(found.steps.select_related("snapshot", "training_run", "comparison").order_by("number"))
    runs = removals.find_runs([step.pk for step in steps])
    shown = {
        "loop": found,
        "config": improving.read_config(found.config),
        "steps": [(step, counts.get(step.pk, {}), step.figures, runs.get(step.pk)) for step in steps],
        "is_going": found.state in (ImproveLoop.State.WAITING, ImproveLoop.State.WORKING),
        "next_at": loop_schedule.next_at(found),
        "curves": draw_curves(steps),
        "spent": find_spent([step.figures for step in steps]),
        "width": WIDTH,
        "height": HEIGHT,
    }
    template = "learning/_loop.html" if request.htmx else "learning/loop.html"  # type: ignore[attr-defined]
    return render(request, template, shown)


def find_spent(measured: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """The fewest and the most labels of measured rounds; the same where there is nothing to compare."""
    spent = [found["labels"] for found in measured if found.get("precision") is not None]
    return (min(spent), max(spent)) if spent else (0, 0)


def draw_curves(steps: list[ImproveRound]) -> list[Curve]:
    """Precision and recall on the hold-out by labels spent; empty where nothing was spent between two."""
    measured = [step.figures for step in steps if step.figures.get("precision") is not None]
    least, most = find_spent(measured)
    if least == most:
        return []
    curves = []
    for name, word in (("precision", _("Precision")), ("recall", _("Recall"))):
        spots = [
            (
                round(WIDTH * (found["labels"] - least) / max(1, most - least), 1),
                round(HEIGHT * (1 - found[name]), 1),
                found[name],
            )
            for found in measured
            if found.get(name) is not None
        ]
        curves.append(Curve(word, name, " ".join(f"{x},{y}" for x, y, _value in spots), spots))
    return curves


@require_POST
@page(ADMIN)
def stop(request: HttpRequest, loop_id: int) -> HttpResponse:
    """End a loop; what it learned and asked stays."""
    if not ImproveLoop.objects.filter(pk=loop_id).exists():
        raise NotFound
    work.stop(ImproveLoop, loop_id, timezone.now())
    return redirect("improve-loop", loop_id)


@require_POST
@page(ADMIN)
def go_on(request: HttpRequest, loop_id: int) -> HttpResponse:
    """Have a loop that failed or was stopped go on where it ended; another that goes on is shown instead."""
    found = ImproveLoop.objects.filter(pk=loop_id).first()
    if found is None:
        raise NotFound
    going = improving.find_going(found.judge, found.category)
    if going is None and work.try_again(ImproveLoop, loop_id):
        tasks.hint(tasks.improve, loop_id)
    return redirect("improve-loop", going.pk if going else loop_id)


@require_POST
@page(ADMIN)
def once(request: HttpRequest, loop_id: int) -> HttpResponse:
    """Have a loop not begin again; one that goes on ends as it would."""
    found = ImproveLoop.objects.filter(pk=loop_id).first()
    if found is None:
        raise NotFound
    loop_schedule.end(found)
    return redirect("improve-loop", loop_id)


urlpatterns = [
    path("improve/", loops, name="improve"),
    path("improve/<int:loop_id>/", loop, name="improve-loop"),
    path("improve/<int:loop_id>/stop/", stop, name="improve-stop"),
    path("improve/<int:loop_id>/again/", go_on, name="improve-again"),
    path("improve/<int:loop_id>/once/", once, name="improve-once"),
]
