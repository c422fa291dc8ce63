"""Training, release and rollback as they are written down."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from pipeline.labels import kind_of
from review.actions import learning
from review.actions.learning import UnableToRelease, UnableToTrain
from review.models import Category, ModelComparison, ModelVersion, Release, Snapshot

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SERIAL = count(1)
LIVE, RETIRED, SHIPPED = "live", "retired", "shipped"


def make_snapshot(judge: str = "badge") -> Snapshot:
    return Snapshot.objects.create(
        name=f"{judge} 1", judge=judge, frozen_at=NOW, digest="d" * 64, state=Snapshot.State.DONE
    )


def make_model(
    judge: str = "badge", category: Category | None = None, state: str = "candidate"
) -> ModelVersion:
    sha256 = hashlib.sha256(b"%d" % next(SERIAL)).hexdigest()
    said = {"kind": kind_of(judge), "name": judge, "path": f"models/{sha256}.npz"}
    return ModelVersion.objects.create(sha256=sha256, judge=judge, category=category, state=state, **said)


def release(model: ModelVersion, key: str) -> Release:
    return learning.release(model=model, by=None, submit_key=key, now=NOW)


def roll_back(model: ModelVersion, key: str) -> Release:
    return learning.roll_back(judge=model.judge, category=model.category, by=None, submit_key=key, now=NOW)


def state(model: ModelVersion) -> str:
    return ModelVersion.objects.get(pk=model.pk).state


def test_a_training_waits_for_its_worker(ada: User) -> None:
    run = learning.train(
        judge="badge",
        category=None,
        snapshot=make_snapshot(),
        technique="shallow",
        config={"epochs": 5},
        seed=3,
        by=ada,
        now=NOW,
    )
    assert (run.state, run.seed, run.created_by) == ("waiting", 3, ada)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"judge": "pair"}, ""),
        ({"judge": "blur"}, "snapshot"),
        ({"technique": "magic"}, "technique"),
        ({"config": {"epochs": 0}}, "epochs"),
        ({"config": {"epochs": "many"}}, "epochs"),
        ({"config": {"colour": 1}}, "colour"),
    ],
)
def test_what_cannot_be_trained_is_refused_with_the_field(changed: dict[str, object], field: str) -> None:
    asked = {"judge": "badge", "technique": "shallow", "config": {}} | changed
    with pytest.raises(UnableToTrain) as refused:
        learning.train(category=None, snapshot=make_snapshot(), seed=0, by=None, now=NOW, **asked)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_data_set_that_is_not_frozen_trains_nothing() -> None:
    snapshot = Snapshot.objects.create(name="badges", judge="badge")
    with pytest.raises(UnableToTrain, match="not frozen"):
        learning.train(
            judge="badge",
            category=None,
            snapshot=snapshot,
            technique="logistic",
            config={},
            seed=0,
            by=None,
            now=NOW,
        )


def test_a_release_retires_what_was_live_and_is_on_record() -> None:
    first, second = make_model(), make_model()
    release(first, "a")
    made = release(second, "b")
    assert (state(first), state(second), made.replaces) == (RETIRED, LIVE, first)


def test_the_same_key_twice_releases_once() -> None:
    model = make_model()
    assert release(model, "a") == release(model, "a")
    assert Release.objects.count() == 1


def test_a_live_model_is_not_released_again() -> None:
    model = make_model()
    release(model, "a")
    with pytest.raises(UnableToRelease, match="live already"):
        release(model, "b")


def test_rolling_back_goes_step_by_step_to_what_ships() -> None:
    first, second = make_model(), make_model()
    release(first, "a")
    release(second, "b")
    assert roll_back(second, "c").model == first
    assert (state(first), state(second)) == (LIVE, RETIRED)
    assert roll_back(second, "c").model == first  # pressed twice
    assert roll_back(second, "d").model is None
    assert state(first) == RETIRED
    with pytest.raises(UnableToRelease, match="nothing to go back from"):
        roll_back(second, "e")


def test_models_of_other_categories_and_judges_stay_live() -> None:
    chairs = Category.objects.create(path="Chairs")
    everywhere, of_chairs, blur = make_model(), make_model(category=chairs), make_model("blur")
    for key, model in enumerate((everywhere, of_chairs, blur)):
        release(model, str(key))
    assert [state(model) for model in (everywhere, of_chairs, blur)] == [LIVE] * 3


def test_a_category_judges_types_by_what_is_live_and_goes_back_to_what_ships() -> None:
    shipped = make_model("type", state=SHIPPED)
    chairs = Category.objects.create(path="Chairs", type_head=shipped)
    ModelVersion.objects.filter(pk=shipped.pk).update(category=chairs)
    model = make_model("type", chairs)
    assert release(model, "a").replaces == shipped
    assert Category.objects.get().type_head == model
    assert roll_back(model, "b").model is None
    assert Category.objects.get().type_head == shipped
    assert (state(shipped), state(model)) == (SHIPPED, RETIRED)


def test_a_comparison_is_made_once() -> None:
    live, candidate, snapshot = make_model(), make_model(), make_snapshot()
    release(live, "a")
    made = learning.compare(candidate=candidate, snapshot=snapshot, by=None, now=NOW)
    assert made.live == live
    assert learning.compare(candidate=candidate, snapshot=snapshot, by=None, now=NOW) == made
    ModelComparison.objects.update(state="failed")
    assert learning.compare(candidate=candidate, snapshot=snapshot, by=None, now=NOW) != made


@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_leave_one_live() -> None:
    models = [make_model() for _ in range(4)]

    def press(model: ModelVersion) -> None:
        try:
            release(model, f"key {model.pk}")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(press, models))
    assert sorted(state(model) for model in models) == [LIVE, RETIRED, RETIRED, RETIRED]
    chain = Release.objects.order_by("pk").values_list("replaces", "model")
    assert [before for before, _ in chain] == [None, *[model for _, model in chain][:-1]]


def test_nothing_is_released_or_taken_back_where_another_model_came_meanwhile() -> None:
    first, second = make_model(), make_model()
    said: dict[str, Any] = {"by": None, "now": NOW}
    learning.release(model=first, submit_key="a", seen_live=0, **said)
    with pytest.raises(UnableToRelease, match="Another model judges by now"):
        learning.release(model=second, submit_key="b", seen_live=0, **said)
    learning.release(model=second, submit_key="c", seen_live=first.pk, **said)
    with pytest.raises(UnableToRelease, match="Another model judges by now"):
        learning.roll_back(judge="badge", category=None, submit_key="d", seen_live=first.pk, **said)
    assert (state(first), state(second)) == (RETIRED, LIVE)


def test_the_key_of_one_judges_release_is_none_of_another() -> None:
    release(make_model(), "a")
    other = make_model("blur")
    with pytest.raises(UnableToRelease, match="another decision"):
        release(other, "a")
    assert state(other) == "candidate"
