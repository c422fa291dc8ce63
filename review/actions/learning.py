"""Training, comparing, releasing and rolling back models: what is written down; workers do the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils.translation import gettext as _

from pipeline.training.plan import BadPlan, TrainingPlan, read_plan
from review.models import (
    Category,
    ModelComparison,
    ModelVersion,
    Release,
    Snapshot,
    TrainingRun,
)

TYPE = "type"
UNTAUGHT = ("pair", "hero")  # decided by measured distances and rules, not by a head on embeddings
State = ModelVersion.State


class UnableToTrain(Exception):
    """Nothing was started; says why in a person's words. `field` names the setting where it is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnableToRelease(Exception):
    """The live model stays what it is; says why."""


def train(
    *,
    judge: str,
    category: Category | None,
    snapshot: Snapshot,
    technique: str,
    config: Mapping[str, Any],
    seed: int,
    by: User | None,
    now: datetime,
) -> TrainingRun:
    """A run that waits for a worker; the caller enqueues it. Raises UnableToTrain."""
    _check(judge, snapshot, technique, config)
    return TrainingRun.objects.create(
        judge=judge,
        category=category,
        snapshot=snapshot,
        technique=technique,
        config=dict(config),
        seed=seed,
        created_by=by,
        created_at=now,
    )


def _check(judge: str, snapshot: Snapshot, technique: str, config: Mapping[str, Any]) -> None:
    if judge in UNTAUGHT:
        raise UnableToTrain(_("“{judge}” is not decided by a trained model.").format(judge=judge))
    if snapshot.frozen_at is None:
        raise UnableToTrain(_("The data set “{name}” is not frozen yet.").format(name=snapshot), "snapshot")
    if snapshot.judge != judge:
        said = _("The data set “{name}” teaches “{judge}”.").format(name=snapshot, judge=snapshot.judge)
        raise UnableToTrain(said, "snapshot")
    try:
        read_plan(technique, config)
    except BadPlan as error:
        raise UnableToTrain(str(error), error.field) from error


def plan_of(run: TrainingRun) -> TrainingPlan:
    """All settings of a training, those by default with them."""
    return read_plan(run.technique, run.config)


def find_live(judge: str, category: Category | None) -> ModelVersion | None:
    """The model that judges now, if it is one of the catalog's own."""
    return ModelVersion.objects.filter(judge=judge, category=category, state=State.LIVE).first()


def compare(
    *, candidate: ModelVersion, snapshot: Snapshot, by: User | None, now: datetime
) -> ModelComparison:
    """A comparison with what is live now; the caller enqueues it. The same again gives the one there is."""
    live = find_live(candidate.judge, candidate.category)
    live = None if live == candidate else live
    known = ModelComparison.objects.filter(candidate=candidate, live=live, snapshot=snapshot)
    known = known.exclude(state__in=[ModelComparison.State.FAILED, ModelComparison.State.STOPPED])
    return known.order_by("-pk").first() or ModelComparison.objects.create(
        candidate=candidate, live=live, snapshot=snapshot, created_by=by, created_at=now
    )


def release(
    *,
    model: ModelVersion,
    by: User | None,
    submit_key: str,
    now: datetime,
    comparison: ModelComparison | None = None,
    seen_live: int | None = None,
) -> Release:
    """Make a model live in one step; the same key again changes nothing. Raises UnableToRelease.

    `seen_live` is the model that is to step back, 0 for none: nothing is done where it is another by now.
    The caller enqueues what follows: doubtful pictures are asked about, open proposals made anew.
    """
    return _make_live(
        judge=model.judge,
        category=model.category,
        model=model,
        submit_key=submit_key,
        comparison=comparison,
        seen_live=seen_live,
        released_by=by,
        released_at=now,
    )


def list_unfollowed() -> list[int]:
    """Releases whose consequences are still to be drawn; a periodic task sends them out again."""
    rows = Release.objects.filter(followed_at__isnull=True).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def roll_back(
    *,
    judge: str,
    category: Category | None,
    by: User | None,
    submit_key: str,
    now: datetime,
    seen_live: int | None = None,
) -> Release:
    """Back to what was live before the live model, or to what ships; `seen_live` as for a release."""
    if known := _find_submitted(submit_key, judge, category):
        return known
    live = find_live(judge, category)
    if live is None:
        raise UnableToRelease(_("No trained model is live: there is nothing to go back from."))
    made = Release.objects.filter(judge=judge, category=category, model=live, is_rollback=False)
    first = made.order_by("-pk").first()
    before = first.replaces if first else None
    return _make_live(
        judge=judge,
        category=category,
        model=before if before and before.state != State.SHIPPED else None,
        submit_key=submit_key,
        is_rollback=True,
        seen_live=seen_live,
        released_by=by,
        released_at=now,
    )


@transaction.atomic
def _make_live(
    *,
    judge: str,
    category: Category | None,
    model: ModelVersion | None,
    submit_key: str,
    seen_live: int | None = None,
    **said: Any,
) -> Release:
    _take_turns(judge, category)
    if known := _find_submitted(submit_key, judge, category):
        return known
    before = find_live(judge, category)
    _require_seen(before, seen_live)
    if model is not None and model == before:
        raise UnableToRelease(_("This model is live already."))
    ModelVersion.objects.filter(judge=judge, category=category, state=State.LIVE).update(state=State.RETIRED)
    if model is not None:
        ModelVersion.objects.filter(pk=model.pk).update(state=State.LIVE)
    if judge == TYPE and category is not None:
        before = _give_types(category, model) or before
    return Release.objects.create(
        judge=judge,
        category=category,
        model=model,
        replaces=before,
        submit_key=submit_key,
        **said,
    )


def _require_seen(live: ModelVersion | None, seen_live: int | None) -> None:
    if seen_live is not None and seen_live != (live.pk if live else 0):
        raise UnableToRelease(_("Another model judges by now. See what would change, and decide again."))


def _find_submitted(submit_key: str, judge: str, category: Category | None) -> Release | None:
    known = Release.objects.filter(submit_key=submit_key).first()
    if known and (known.judge, known.category_id) != (judge, category.pk if category else None):
        raise UnableToRelease(_("This key belongs to another decision. Load the page again."))
    return known


def _take_turns(judge: str, category: Category | None) -> None:
    """One release of a judge at a time; the next one sees what this one did."""
    with connection.cursor() as cursor:
        name = f"release {judge} {category.pk if category else ''}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _give_types(category: Category, model: ModelVersion | None) -> ModelVersion | None:
    """Have the category's types judged by a model, or by what ships; returns what judged them before."""
    held = Category.objects.select_for_update().get(pk=category.pk)
    before = held.type_head
    shipped = ModelVersion.objects.filter(judge=TYPE, category=category, state=State.SHIPPED)
    held.type_head = model or shipped.order_by("-pk").first()
    held.save(update_fields=["type_head"])
    return before
