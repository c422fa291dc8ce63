"""Pages of models: what judges now, every model with its card, releasing one and going back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from pipeline.training.plan import USED
from review import tasks
from review.access import ADMIN, NotFound, get_model_for, models_for, snapshots_for
from review.actions import learning
from review.actions.learning import UnableToRelease
from review.models import Category, Image, ModelComparison, ModelVersion, Proposal, Release, TrainingRun
from review.views import model_words, shipped_cards
from review.views.frame import page
from review.views.keyset import Order, read_page

PAGE_ROWS = 25
RECENT = 8  # trainings and releases that the list shows
NEWEST_FIRST = Order("id", True, int)
GOING = (TrainingRun.State.WAITING, TrainingRun.State.WORKING)


@require_GET
@page(ADMIN)
def models(request: HttpRequest) -> HttpResponse:
    """What judges now, models that were trained here, trainings under way."""
    trained = models_for(request.user).exclude(judge="").exclude(state="shipped")
    place = {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}
    trainings = TrainingRun.objects.exclude(state=TrainingRun.State.DONE).select_related("category")
    releases = Release.objects.select_related("category", "model", "released_by", "run")
    shown = {
        "live": list_live(),
        "page": read_page(trained, NEWEST_FIRST, **place, size=PAGE_ROWS),
        "trainings": trainings.order_by("-pk")[:RECENT],
        "releases": releases.order_by("-pk")[:RECENT],
        "has_data": snapshots_for(request.user).filter(frozen_at__isnull=False).exists(),
    }
    return render(request, "models/list.html", shown)


def list_live() -> list[ModelVersion]:
    """Models that judge now: released ones, and the type heads that ship with a category."""
    said = Release.objects.filter(model=OuterRef("pk")).order_by("-pk")
    rows = ModelVersion.objects.select_related("category").annotate(
        since=Subquery(said.values("released_at")[:1])
    )
    live = list(rows.filter(state=ModelVersion.State.LIVE))
    heads = Category.objects.filter(type_head__state=ModelVersion.State.SHIPPED).values("type_head")
    return sorted(
        [*live, *rows.filter(pk__in=heads)],
        key=lambda model: (model.judge, model.category.path if model.category else ""),
    )


@require_GET
@page(ADMIN)
def model(request: HttpRequest, model_id: int) -> HttpResponse:
    """A model's card: all that is known of it."""
    found = get_model_for(request.user, model_id)
    sides = found.card.get("sides", {})
    side = "test" if sides.get("test", {}).get("rows") else "validation"
    told: Mapping[str, Any] = sides.get(side, {})
    same = snapshots_for(request.user).filter(judge=found.judge, frozen_at__isnull=False).order_by("-pk")
    with_live = ModelComparison.objects.select_related("live", "snapshot").order_by("-pk")
    comparisons = list(with_live.filter(candidate=found)[:RECENT])
    recipe = list_recipe(found)
    shown = {
        "model": found,
        "side": model_words.SIDES[side],
        "told": told,
        "figures": model_words.list_figures(told.get("figures", {})),
        "remarks": [model_words.REMARKS[name] for name in found.card.get("remarks", [])],
        "mistakes": show_pictures(told.get("mistakes", [])),
        "recipe": recipe,
        "facts": [] if recipe else shipped_cards.tell_card(found.card),
        "raw_card": "" if recipe or not found.card else shipped_cards.write_card(found.card),
        "snapshots": same[:50],
        "comparisons": [(one, model_words.tell_verdict(one.figures)) for one in comparisons],
        "releases": found.releases.select_related("released_by", "run").order_by("-pk")[:RECENT],
        "is_first": not ModelVersion.objects.filter(judge=found.judge, category=found.category, state="live"),
    }
    return render(request, "models/model.html", shown)


def list_recipe(found: ModelVersion) -> list[tuple[Any, Any]]:
    """(word, value) of the settings that the technique reads."""
    recipe = found.card.get("recipe", {})
    used = USED.get(recipe.get("technique", ""), ())
    return [(word, recipe[name]) for name, (word, _help) in model_words.SETTINGS.items() if name in used]


def show_pictures(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows that name a picture by its id, with its SHA-256; those whose picture is gone are left out."""
    shas = dict(Image.objects.filter(pk__in=[row["image"] for row in rows]).values_list("pk", "sha256"))
    return [{**row, "sha256": shas[row["image"]]} for row in rows if row["image"] in shas]


@require_http_methods(["GET", "POST"])
@page(ADMIN)
def release(request: HttpRequest, model_id: int) -> HttpResponse:
    """What a release will do, and the release itself."""
    found = get_model_for(request.user, model_id)
    if found.state == ModelVersion.State.SHIPPED or not found.judge:
        raise NotFound
    shown = prepare(found.judge, found.category) | {
        "model": found,
        "comparisons": [
            (one, model_words.tell_verdict(one.figures), model_words.tell_replay(one.replay))
            for one in found.comparisons.filter(state="done").order_by("-pk")[:1]
        ],
    }
    if request.method == "POST":
        comparison = shown["comparisons"][0][0] if shown["comparisons"] else None
        try:
            made = learning.release(
                model=found,
                by=_person(request),
                submit_key=read_key(request),
                now=timezone.now(),
                comparison=comparison,
                seen_live=read_seen(request),
            )
        except UnableToRelease as error:
            return render(request, "models/release.html", shown | {"error": str(error)}, status=400)
        follow(request, made, _("%(model)s judges from now on.") % {"model": found.name})
        return redirect("models")
    return render(request, "models/release.html", shown)


@require_http_methods(["GET", "POST"])
@page(ADMIN)
def roll_back(request: HttpRequest, model_id: int) -> HttpResponse:
    """What going back from a live model will do, and going back."""
    found = get_model_for(request.user, model_id)
    made = found.releases.filter(is_rollback=False).select_related("replaces").order_by("-pk").first()
    shown = prepare(found.judge, found.category) | {"model": found, "before": made.replaces if made else None}
    if request.method == "POST":
        try:
            back = learning.roll_back(
                judge=found.judge,
                category=found.category,
                by=_person(request),
                submit_key=read_key(request),
                now=timezone.now(),
                seen_live=read_seen(request),
            )
        except UnableToRelease as error:
            return render(request, "models/roll_back.html", shown | {"error": str(error)}, status=400)
        said = _("%(model)s judges again.") % {"model": back.model.name} if back.model else ""
        follow(request, back, said or _("What ships with the product judges again."))
        return redirect("models")
    if found.state != ModelVersion.State.LIVE:
        raise NotFound
    return render(request, "models/roll_back.html", shown)


def prepare(judge: str, category: Category | None) -> dict[str, Any]:
    """What a page that asks for confirmation tells: what judges now, how many proposals wait."""
    waiting = Proposal.objects.awaiting_review()
    if category is not None:
        below = waiting.filter(category__path__startswith=category.path + " > ")
        waiting = waiting.filter(category=category) | below
    return {
        "live": learning.find_live(judge, category),
        "waiting": waiting.count(),
        "own": list_own(judge, category),
        "submit_key": get_random_string(32),
    }


def list_own(judge: str, category: Category | None) -> list[str]:
    """Categories whose own model of image types goes on judging beside one for all categories."""
    if judge != learning.TYPE or category is not None:
        return []
    own = Category.objects.filter(type_head__isnull=False).order_by("path")
    return list(own.values_list("path", flat=True))


def read_key(request: HttpRequest) -> str:
    """The page's own key: pressed twice, it is done once."""
    return request.POST.get("submit_key", "").replace("\0", "")[:64] or get_random_string(32)


def read_seen(request: HttpRequest) -> int | None:
    """The model that the page showed as live, 0 for none; None where the page does not say."""
    text = request.POST.get("seen_live", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def follow(request: HttpRequest, made: Release, said: str) -> None:
    """Set going what follows a release, and say so."""
    tasks.hint(tasks.train_follow_release, made.pk)
    more = _("Open proposals that it sees otherwise are being made anew.")
    messages.success(request, f"{said} {more}")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


urlpatterns = [
    path("models/", models, name="models"),
    path("models/<int:model_id>/", model, name="model"),
    path("models/<int:model_id>/release/", release, name="model-release"),
    path("models/<int:model_id>/roll-back/", roll_back, name="model-roll-back"),
]
