"""Pages of comparisons: a candidate beside what is live, in figures, pictures and past decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from review import tasks
from review.access import ADMIN, NotFound, get_comparison_for, get_model_for, snapshots_for
from review.actions import learning, work
from review.models import ModelComparison
from review.views import model_words
from review.views.frame import page
from review.views.models import show_pictures

GOING = (ModelComparison.State.WAITING, ModelComparison.State.WORKING)


@require_POST
@page(ADMIN)
def compare(request: HttpRequest, model_id: int) -> HttpResponse:
    """Have a candidate compared with what is live; asked for again, it is the comparison that there is."""
    assert isinstance(request.user, User)
    found = get_model_for(request.user, model_id)
    wanted = request.POST.get("snapshot", "")
    frozen = snapshots_for(request.user).filter(judge=found.judge, frozen_at__isnull=False)
    snapshot = frozen.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None
    if snapshot is None:
        raise NotFound
    asked = learning.compare(candidate=found, snapshot=snapshot, by=request.user, now=timezone.now())
    if asked.state in GOING:
        tasks.hint(tasks.train_comparison, asked.pk)
    return redirect("comparison", asked.pk)


@require_GET
@page(ADMIN)
def comparison(request: HttpRequest, comparison_id: int) -> HttpResponse:
    """Both side by side; the part that changes is fetched again while it is worked out."""
    found = get_comparison_for(request.user, comparison_id)
    changes: Mapping[str, Any] = found.figures.get("changes", {})
    shown = {
        "comparison": found,
        "is_going": found.state in GOING,
        "stage": model_words.STAGES.get(found.progress.get("stage", ""), ""),
    }
    if found.state == ModelComparison.State.DONE:
        shown |= {
            "verdict": model_words.tell_verdict(found.figures),
            "rows": list_rows(found.figures),
            "replayed": model_words.tell_replay(found.replay),
            "reselected": model_words.tell_whole(found.replay),
            "won": show_pictures(changes.get("won_shown", [])),
            "lost": show_pictures(changes.get("lost_shown", [])),
            "against": show_pictures(found.replay.get("disagreements", [])),
        }
    template = "models/_comparison.html" if request.htmx else "models/comparison.html"  # type: ignore[attr-defined]
    return render(request, template, shown)


def list_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row a figure, the one that decides first."""
    known = figures.get("figures", {})
    names = sorted(
        known, key=lambda name: (name != figures.get("main"), list(model_words.FIGURES).index(name))
    )
    return [
        {"word": model_words.FIGURES[name], "is_main": name == figures["main"], **known[name]}
        for name in names
    ]


@require_POST
@page(ADMIN)
def try_again(request: HttpRequest, comparison_id: int) -> HttpResponse:
    """Go on with a comparison that failed."""
    found = get_comparison_for(request.user, comparison_id)
    if work.try_again(ModelComparison, found.pk):
        tasks.hint(tasks.train_comparison, found.pk)
    return redirect("comparison", found.pk)


urlpatterns = [
    path("models/<int:model_id>/compare/", compare, name="model-compare"),
    path("models/comparisons/<int:comparison_id>/", comparison, name="comparison"),
    path("models/comparisons/<int:comparison_id>/again/", try_again, name="comparison-again"),
]
