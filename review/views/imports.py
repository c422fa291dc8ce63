"""Pages of imports: which files were read, and what became of every line."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from review import tasks
from review.access import ADMIN, NotFound, imports_for
from review.actions import sent_catalogs
from review.actions.catalog_import import UnableToImport
from review.actions.picture_words import plural
from review.models import CatalogImport, ImportProblem, Offer, Supplier
from review.views.frame import page
from review.views.keyset import Order, read_page
from review.views.once import go_once

PAGE_ROWS = 50
MOST_NAMES = 200  # of suppliers that are offered; any other can be typed
NEWEST_FIRST = Order("id", True, int)
BY_LINE = Order("line", False, int)
WHATS = {
    "product": plural("product refused", "products refused"),
    "image": plural("picture refused", "pictures refused"),
    "note": plural("note", "notes"),
}
WORDS = (noop("new"), noop("changed"), noop("unchanged"), noop("no longer offered"), noop("refused"))


@require_http_methods(["GET", "HEAD", "POST"])
@page(ADMIN)
def imports(request: HttpRequest) -> HttpResponse:
    """All imports, newest first, and the form that takes a catalog."""
    error = ""
    if request.method == "POST":
        try:
            return go_once(request, "import-report", lambda: take(request))
        except UnableToImport as refusal:
            error = str(refusal)
    found = read_page(
        imports_for(request.user),
        NEWEST_FIRST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_ROWS,
    )
    shown = {"page": found, "rows": found.rows, "error": error, "sent": request.POST}
    shown["suppliers"] = list(Supplier.objects.order_by("name").values_list("name", flat=True)[:MOST_NAMES])
    return render(request, "catalog/imports.html", shown, status=400 if error else 200)


def take(request: HttpRequest) -> CatalogImport:
    """Keep the file of the form and have it read; raises UnableToImport."""
    sent = request.FILES.get("file")
    if sent is None:
        raise UnableToImport(_("Choose a file."))
    report = sent_catalogs.start(
        file=sent,
        name=sent.name or "",
        supplier=request.POST.get("supplier", ""),
        is_dry_run="dry" in request.POST,
    )
    tasks.hint(tasks.import_catalog, report.pk)
    return report


@require_safe
@page(ADMIN)
def import_report(request: HttpRequest, report_id: int) -> HttpResponse:
    """One import: counts, and the refused lines in the order of the file."""
    report = imports_for(request.user).filter(pk=report_id).first()
    if report is None:
        raise NotFound
    if request.htmx:  # type: ignore[attr-defined]
        state = render(request, "catalog/_import_state.html", describe(report))
        if report.finished_at and "running" in request.GET:
            state["HX-Refresh"] = "true"  # it ended while somebody looked: what was refused is listed now
        return state
    what = request.GET.get("what", "")
    rows = report.problems.filter(what=what) if what in ImportProblem.What.values else report.problems.all()
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    found = read_page(rows, BY_LINE, after=after, before=before, size=PAGE_ROWS)
    shown = {"page": found, "rows": found.rows, "what": what, "whats": count_whats(report)}
    return render(request, "catalog/import_report.html", describe(report) | shown)


def describe(report: CatalogImport) -> dict[str, Any]:
    """The figures of a report, and how far fetching is over the whole catalog."""
    offers = Offer.objects.filter(is_retired=False).order_by().values_list("state")
    states = dict(offers.annotate(Count("pk")))
    total = sum(states.values())
    return {
        "report": report,
        "is_running": report.finished_at is None,
        "is_any_taken": any(count for word, count in report.products.items() if word != "refused"),
        "products": [(_(word), report.products.get(word, 0)) for word in WORDS if word in report.products],
        "images": [(_(word), report.images.get(word, 0)) for word in WORDS if word in report.images],
        "fetched": states.get(Offer.State.FETCHED, 0),
        "refused": states.get(Offer.State.REFUSED, 0),
        "pending": states.get(Offer.State.PENDING, 0),
        "settled": total - states.get(Offer.State.PENDING, 0),
        "total": total,
    }


def count_whats(report: CatalogImport) -> list[tuple[str, str, int]]:
    """(kind, words, how many) of those that there are."""
    counts = dict(report.problems.order_by().values_list("what").annotate(Count("pk")))
    return [
        (what, ngettext(one, many, counts[what]), counts[what])
        for what, (one, many) in WHATS.items()
        if what in counts
    ]
