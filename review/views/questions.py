"""Questions as admins see them: what is asked, how often sure judgements are wrong, and asking for more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from pipeline.labels import IMAGE_TYPES
from review.access import ADMIN
from review.actions import question_upload, tallies
from review.actions.question_sources import ASKED
from review.actions.question_upload import Found, InvalidUpload, Uploaded
from review.models import Question
from review.views.frame import page
from review.views.question_words import name_subject

MOST_BYTES = 64 * 2**20
SUBJECTS = ("type", *ASKED)


@require_http_methods(["GET", "POST"])
@page(ADMIN)
def questions(request: HttpRequest) -> HttpResponse:
    """The counts, the error of what is sure, and the form."""
    shown: dict[str, Any] = {"subject": "", "products": "", "refusal": ""}
    if request.method == "POST":
        shown = {name: request.POST.get(name, "").strip() for name in ("subject", "products")}
        try:
            done = upload(request, shown["subject"], shown["products"])
        except InvalidUpload as refused:
            return render(
                request,
                "labelling/questions.html",
                describe() | shown | {"refusal": str(refused)},
                status=400,
            )
        tell(request, done)
        return redirect("questions")
    return render(request, "labelling/questions.html", describe() | shown)


def upload(request: HttpRequest, subject: str, products: str) -> Uploaded:
    """Ask about what the form names; raises InvalidUpload."""
    file = request.FILES.get("file")
    found = read_file(file) if isinstance(file, UploadedFile) else question_upload.read_products(products)
    if not found.pictures and not found.problems:
        raise InvalidUpload(_("Name products, or choose a file. Nothing was asked."))
    choices = IMAGE_TYPES if subject == "type" else ()
    return question_upload.ask_uploaded(subject=subject, found=found, choices=choices, now=timezone.now())


def read_file(file: UploadedFile) -> Found:
    """A CSV table, or a ZIP archive of pictures; raises InvalidUpload."""
    if (file.size or 0) > MOST_BYTES:
        raise InvalidUpload(
            _("The file is larger than {size} MB. Nothing was asked.").format(size=MOST_BYTES // 2**20)
        )
    data = file.read()
    if data[:2] == b"PK":
        from review import question_files  # decoding is not loaded into a web process before it is needed

        return question_files.read_zip(data)
    return question_upload.read_csv(data)


def tell(request: HttpRequest, done: Uploaded) -> None:
    """What came of it, line by line where something could not be used."""
    words = ngettext("{count} question was made.", "{count} questions were made.", done.asked)
    said = [words.format(count=done.asked)]
    if done.known:
        words = ngettext("{count} had been asked before.", "{count} had been asked before.", done.known)
        said.append(words.format(count=done.known))
    messages.success(request, " ".join(said)) if done.asked or done.known else None
    for problem in done.problems[:20]:
        messages.warning(request, problem)
    if len(done.problems) > 20:
        messages.warning(request, _("… and {count} more.").format(count=len(done.problems) - 20))


def describe() -> dict[str, Any]:
    """How many questions of each origin and state, and the audit."""
    tally = tallies.read("questions", timezone.now())
    rows, audit = tally.value if tally else ({}, [])
    return {
        "tally": tally,
        "rows": [
            {
                "word": Question.Origin(origin).label,
                "counts": [(state.label, states.get(state, 0)) for state in Question.State],
                "all": sum(states.values()),
            }
            for origin, states in sorted(rows.items())
        ],
        "states": Question.State.labels,
        "audit": [{"word": name_subject(row.subject), "row": row} for row in audit],
        "subjects": [(subject, name_subject(subject)) for subject in SUBJECTS],
    }


urlpatterns = [path("questions/", questions, name="questions")]
