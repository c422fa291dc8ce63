"""Pages of data sets: freezing one, what it holds, how it differs from another, its files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from review import tasks
from review.access import ADMIN, NotFound, get_snapshot_for, snapshots_for
from review.actions import exports, files, labels, learning, snapshot_changes, snapshots, tallies, work
from review.actions.exports import FORMATS, UnableToExport
from review.models import Category, Label, Side, Snapshot, SnapshotExport
from review.views.frame import page
from review.views.keyset import Order, read_page
from review.views.once import go_once
from review.views.question_words import name_label, name_subject

PAGE_ROWS = 25
NEWEST_FIRST = Order("id", True, int)
GOING = (Snapshot.State.WAITING, Snapshot.State.WORKING)


@require_http_methods(["GET", "HEAD", "POST"])
@page(ADMIN)
def data(request: HttpRequest) -> HttpResponse:
    """All data sets, newest first, and the form that freezes another."""
    shown: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return go_once(request, "snapshot", lambda: start_freezing(request))
        except snapshots.UnableToFreeze as error:
            shown = {"error": str(error), "sent": request.POST}
    rows = snapshots_for(request.user).select_related("created_by")
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    shown["page"] = read_page(rows, NEWEST_FIRST, after=after, before=before, size=PAGE_ROWS)
    shown["tally"] = tally = tallies.read("labels", timezone.now())
    shown["judges"] = [(judge, name_subject(judge), many) for judge, many in (tally.value if tally else [])]
    shown["categories"] = Category.objects.order_by("path").values_list("path", flat=True)
    shown["sources"] = Label.Source.choices
    return render(request, "data/list.html", shown, status=400 if "error" in shown else 200)


def start_freezing(request: HttpRequest) -> Snapshot:
    """A data set of what the form names; raises UnableToFreeze."""
    chosen = [source for source in request.POST.getlist("sources") if source in Label.Source.values]
    sources = [] if len(chosen) == len(Label.Source.values) else chosen
    category = request.POST.get("category", "").replace("\0", "�")
    if category and not Category.objects.filter(path=category).exists():
        raise snapshots.UnableToFreeze(_("There is no such category."))
    judge = request.POST.get("judge", "").strip()
    asked = snapshots.freeze(
        judge=judge,
        filters={"category": category, "sources": sources},
        name=request.POST.get("name", "").replace("\0", "").strip() or name_by_judge(judge),
        by=request.user,  # type: ignore[arg-type]
        now=timezone.now(),
    )
    tasks.hint(tasks.freeze_snapshot, asked.pk)
    return asked


def name_by_judge(judge: str) -> str:
    """The judge in words and the moment: 'Image type, 23 November 2026 12:00'."""
    moment = date_format(timezone.localtime(), "DATETIME_FORMAT")
    return f"{capfirst(name_subject(judge))}, {moment}"


@require_safe
@page(ADMIN)
def snapshot(request: HttpRequest, snapshot_id: int) -> HttpResponse:
    """One data set; the part that changes is fetched again while it is made or written."""
    found = get_snapshot_for(request.user, snapshot_id)
    sources = [Label.Source(source).label for source in found.filters.get("sources", [])]
    shown: dict[str, Any] = {"snapshot": found, "is_going": found.state in GOING, "sources": sources}
    shown |= list_exports(found) | tell_counts(found)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "data/_state.html", shown)
    others = snapshots_for(request.user).filter(judge=found.judge, frozen_at__isnull=False)
    shown["others"] = others.exclude(pk=found.pk).order_by("-pk")[:50]
    if chosen := request.GET.get("with", ""):
        shown |= compare(request, found, chosen)
    return render(request, "data/snapshot.html", shown)


def list_exports(found: Snapshot) -> dict[str, Any]:
    """Every format with what there is of it."""
    made = {export.format: export for export in found.exports.order_by("pk")}
    offered = [
        (name, known.word, made.get(name))
        for name, known in FORMATS.items()
        if known.takes_pairs or not labels.is_of_two(found.judge)
    ]
    return {
        "formats": offered,
        "is_writing": any(export.state in GOING for export in made.values()),
        "links": [
            settings.BASE_URL + files.make_link(export.pk, number)
            for export in made.values()
            for number in range(len(export.files))
            if export.state == SnapshotExport.State.DONE
        ],
    }


def tell_counts(found: Snapshot) -> dict[str, Any]:
    """What a data set holds, by value and side."""
    values = sorted(
        {value for of_side in found.counts.values() for value in of_side},
        key=lambda value: -sum(of_side.get(value, 0) for of_side in found.counts.values()),
    )
    return {
        "is_taught": found.judge not in learning.UNTAUGHT,
        "sides": [(Side(side).label, sum(found.counts.get(side, {}).values())) for side in Side.values],
        "table": [
            (name_label(value), [found.counts.get(side, {}).get(value, 0) for side in Side.values])
            for value in values
        ],
        "total": sum(sum(of_side.values()) for of_side in found.counts.values()),
    }


def compare(request: HttpRequest, found: Snapshot, chosen: str) -> dict[str, Any]:
    """What changed since another data set of the same judge."""
    if not chosen.isdecimal() or len(chosen) > 18:
        raise NotFound
    other = get_snapshot_for(request.user, int(chosen))
    if other.judge != found.judge or other.frozen_at is None or found.frozen_at is None:
        raise NotFound
    old, new = sorted((other, found), key=lambda one: one.pk)
    changes = snapshot_changes.count_changes(old, new)
    return {
        "old": old,
        "new": new,
        "chosen": other.pk,
        "changes": [(change, Side(change.side).label) for change in changes],
        "changed": snapshot_changes.list_changed(old, new),
    }


@require_POST
@page(ADMIN)
def start_export(request: HttpRequest, snapshot_id: int) -> HttpResponse:
    """Have a data set written in a format; pressed twice it is as once."""
    found = get_snapshot_for(request.user, snapshot_id)
    try:
        export = exports.start(
            snapshot=found,
            format=request.POST.get("format", ""),
            by=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )
    except UnableToExport as error:
        shown = {"snapshot": found, "error": str(error)} | list_exports(found) | tell_counts(found)
        return render(request, "data/snapshot.html", shown, status=400)
    if export.state != SnapshotExport.State.DONE:
        tasks.hint(tasks.export_snapshot, export.pk)
    return redirect("snapshot", found.pk)


@require_POST
@page(ADMIN)
def try_again(request: HttpRequest, snapshot_id: int) -> HttpResponse:
    """Have a data set that failed made after all."""
    found = get_snapshot_for(request.user, snapshot_id)
    if work.try_again(Snapshot, found.pk):
        tasks.hint(tasks.freeze_snapshot, found.pk)
    return redirect("snapshot", found.pk)


urlpatterns = [
    path("data/", data, name="data"),
    path("data/<int:snapshot_id>/", snapshot, name="snapshot"),
    path("data/<int:snapshot_id>/exports/", start_export, name="snapshot-export"),
    path("data/<int:snapshot_id>/again/", try_again, name="snapshot-again"),
]
