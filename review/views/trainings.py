"""Pages of trainings: the form that starts one, its progress with curves, stopping it, trying again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline.training.plan import BOUNDS, DEFAULTS, EITHER, INSTEAD, LOGISTIC, MIN_EXAMPLES, SHALLOW, USED
from review import tasks
from review.access import ADMIN, get_training_for, snapshots_for
from review.actions import learning, work
from review.actions.learning import TYPE, UnableToTrain
from review.models import Category, ModelVersion, Snapshot, TrainingRun
from review.views import model_words
from review.views.frame import page
from review.views.once import go_once
from review.views.question_words import name_subject

GOING = (TrainingRun.State.WAITING, TrainingRun.State.WORKING)
MANY = 100  # examples of the rarer kind, from which a network is proposed rather than a regression
MOST_SEED = 2**31 - 1


@require_http_methods(["GET", "POST"])
@page(ADMIN)
def train(request: HttpRequest) -> HttpResponse:
    """The form that starts a training, with every setting and its default."""
    sent = request.POST if request.method == "POST" else request.GET
    frozen = snapshots_for(request.user).filter(frozen_at__isnull=False).order_by("-pk")
    snapshots = list(frozen.exclude(judge__in=learning.UNTAUGHT)[:100])
    chosen = find_chosen(snapshots, sent.get("snapshot", ""))
    technique = sent.get("technique", "") or propose_technique(chosen)
    technique = technique if technique in DEFAULTS else SHALLOW
    shown = {
        "snapshots": snapshots,
        "chosen": chosen,
        "techniques": [(name, *words) for name, words in model_words.TECHNIQUES.items()],
        "technique": technique,
        "settings": list_settings(technique, sent),
        "categories": Category.objects.order_by("path").values_list("path", flat=True),
        "ships": chosen is not None and ships(chosen.judge),
        "shortage": tell_shortage(chosen) if chosen else "",
        "sent": sent,
        "either": EITHER,
        "instead": INSTEAD,
    }
    if request.method == "POST":
        try:
            return go_once(request, "training", lambda: start(request, chosen, technique))
        except UnableToTrain as error:
            shown |= {"error": str(error), "error_field": error.field}
    return render(request, "models/train.html", shown, status=400 if "error" in shown else 200)


def find_chosen(snapshots: list[Snapshot], text: str) -> Snapshot | None:
    """The data set that the form names, else the newest."""
    wanted = next((one for one in snapshots if str(one.pk) == text), None)
    return wanted or (snapshots[0] if snapshots and not text else None)


def propose_technique(chosen: Snapshot | None) -> str:
    """A regression for few examples, the network for more."""
    counts = chosen.counts.get("train", {}) if chosen else {}
    return SHALLOW if counts and min(counts.values()) >= MANY else LOGISTIC


def tell_shortage(chosen: Snapshot) -> str:
    """What a data set lacks for a training to end with a model; '' where nothing is missing."""
    learnt: Counter[str] = Counter(chosen.counts.get("train", {}))
    learnt.update(chosen.counts.get("validation", {}))
    needed = MIN_EXAMPLES
    if chosen.judge == TYPE:
        enough = sum(count >= needed for count in learnt.values())
        words = _("Only {n} of its types have {needed} examples to learn from; two are needed.")
        return "" if enough >= 2 else words.format(n=enough, needed=needed)
    if min(learnt["yes"], learnt["no"]) >= needed:
        return ""
    words = _("To learn from are {yes} examples of “{judge}” and {no} without; {needed} of each are needed.")
    judge = name_subject(chosen.judge)
    return words.format(yes=learnt["yes"], no=learnt["no"], judge=judge, needed=needed)


def ships(judge: str) -> bool:
    """Whether the product has a judge of that name, beside which a trained one would stand."""
    return judge in ("badge", "watermark", "adult", "blur", "small_object", "placeholder")


def list_settings(technique: str, sent: QueryDict) -> list[dict[str, Any]]:
    """The settings that the technique reads: name, words, value as sent or by default, bounds."""
    defaults = asdict(DEFAULTS[technique])
    return [
        {
            "name": name,
            "word": model_words.SETTINGS[name][0],
            "help": model_words.SETTINGS[name][1],
            "value": sent.get(name) or f"{defaults[name]:g}",
            "default": f"{defaults[name]:g}",
            "low": f"{BOUNDS[name][0]:g}",
            "high": f"{BOUNDS[name][1]:g}",
            "step": "1" if isinstance(defaults[name], int) else "any",
        }
        for name in USED[technique]
        if name in model_words.SETTINGS
    ]


def start(request: HttpRequest, chosen: Snapshot | None, technique: str) -> TrainingRun:
    """The training that the form asks for; raises UnableToTrain."""
    assert isinstance(request.user, User)
    form = request.POST
    if chosen is None:
        raise UnableToTrain(_("Choose a data set."), "snapshot")
    category = Category.objects.filter(path=form.get("category", "").replace("\0", "�")).first()
    if form.get("category") and category is None:
        raise UnableToTrain(_("There is no such category."), "category")
    seed = form.get("seed", "0")
    if not seed.isdecimal() or len(seed) > 10 or int(seed) > MOST_SEED:
        raise UnableToTrain(_("The seed is a whole number."), "seed")
    run = learning.train(
        judge=chosen.judge,
        category=category,
        snapshot=chosen,
        technique=technique,
        config=read_config(technique, form.dict()),
        seed=int(seed),
        by=request.user,
        now=timezone.now(),
    )
    tasks.hint(tasks.train_judge, run.pk)
    return run


def read_config(technique: str, form: Mapping[str, str]) -> dict[str, Any]:
    """What differs from the technique's defaults."""
    defaults = asdict(DEFAULTS[technique])
    sent = {name: form[name].strip() for name in USED[technique] if form.get(name, "").strip()}
    return {
        name: value
        for name, value in sent.items()
        if value not in (f"{defaults[name]}", _plain(defaults[name]))
    }


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


@require_GET
@page(ADMIN)
def training(request: HttpRequest, run_id: int) -> HttpResponse:
    """How a training goes; the part that changes is fetched again while it goes on."""
    found = get_training_for(request.user, run_id)
    stage = found.progress.get("stage", "")
    shown = {
        "run": found,
        "is_going": found.state in GOING,
        "stage": model_words.STAGES.get(stage, ""),
        "plan": learning.plan_of(found),
        "model_id": found.progress.get("model"),
        "figures": list_results(found),
        "last": found.curves[-1] if found.curves else None,
    }
    template = "models/_training.html" if request.htmx else "models/training.html"  # type: ignore[attr-defined]
    return render(request, template, shown)


def list_results(found: TrainingRun) -> list[tuple[Any, Any]]:
    """(word, share) of what the model reached on pictures that it did not learn from."""
    model = ModelVersion.objects.filter(pk=found.progress.get("model")).first()
    sides = model.card.get("sides", {}) if model else {}
    side = sides["test"] if sides.get("test", {}).get("rows") else sides.get("validation", {})
    return model_words.list_figures(side.get("figures", {}))


@require_POST
@page(ADMIN)
def stop(request: HttpRequest, run_id: int) -> HttpResponse:
    """End a training; what it had learnt so far is kept for trying again."""
    found = get_training_for(request.user, run_id)
    work.stop(TrainingRun, found.pk, timezone.now())
    return redirect("training", found.pk)


@require_POST
@page(ADMIN)
def try_again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Go on with a training that failed or was stopped."""
    found = get_training_for(request.user, run_id)
    if work.try_again(TrainingRun, found.pk):
        tasks.hint(tasks.train_judge, found.pk)
    return redirect("training", found.pk)


urlpatterns = [
    path("models/train/", train, name="train"),
    path("models/trainings/<int:run_id>/", training, name="training"),
    path("models/trainings/<int:run_id>/stop/", stop, name="training-stop"),
    path("models/trainings/<int:run_id>/again/", try_again, name="training-again"),
]
