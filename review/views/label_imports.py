"""Pages of sent labels: taking a file in, and what became of every row."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from review import tasks
from review.access import ADMIN, NotFound, label_imports_for
from review.actions import label_intake
from review.actions.label_intake import READERS, UnableToImport
from review.models import Label, LabelImport
from review.views.frame import page
from review.views.keyset import Order, read_page
from review.views.once import go_once

PAGE_ROWS = 25
NEWEST_FIRST = Order("id", True, int)
GOING = (LabelImport.State.WAITING, LabelImport.State.WORKING)


@require_http_methods(["GET", "HEAD", "POST"])
@page(ADMIN)
def label_imports(request: HttpRequest) -> HttpResponse:
    """All files of labels, newest first, and the form that takes another."""
    error = ""
    if request.method == "POST":
        try:
            return go_once(request, "label-import", lambda: take(request))
        except UnableToImport as refusal:
            error = str(refusal)
    rows = label_imports_for(request.user).select_related("created_by")
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    shown = {
        "page": read_page(rows, NEWEST_FIRST, after=after, before=before, size=PAGE_ROWS),
        "formats": [(name, word) for name, (word, _reader) in READERS.items()],
        "sources": Label.Source.choices,
        "error": error,
        "sent": request.POST,
    }
    return render(request, "data/imports.html", shown, status=400 if error else 200)


def take(request: HttpRequest) -> LabelImport:
    """Keep the file of the form and have it read; raises UnableToImport."""
    sent = request.FILES.get("file")
    if sent is None:
        raise UnableToImport(_("Choose a file."))
    taken = label_intake.start(
        file=sent,
        name=sent.name or "",
        by=request.user,  # type: ignore[arg-type]
        now=timezone.now(),
        format=request.POST.get("format", ""),
        judge=request.POST.get("judge", "").strip(),
        source=request.POST.get("source", "") or Label.Source.SPECIALIST,
        is_dry_run="dry" in request.POST,
    )
    tasks.hint(tasks.import_labels, taken.pk)
    return taken


@require_safe
@page(ADMIN)
def label_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """One file: how far it is, counts, and the refused rows with their reasons."""
    found = label_imports_for(request.user).select_related("created_by").filter(pk=import_id).first()
    if found is None:
        raise NotFound
    refused = found.counts.get("refused", 0)
    shown = {
        "report": found,
        "is_going": found.state in GOING,
        "format": READERS[found.format][0],
        "unlisted": max(0, refused - len(found.problems)),
    }
    template = "data/_import_state.html" if request.htmx else "data/import.html"  # type: ignore[attr-defined]
    return render(request, template, shown)


urlpatterns = [
    path("data/imports/", label_imports, name="label-imports"),
    path("data/imports/<int:import_id>/", label_import, name="label-import"),
]
