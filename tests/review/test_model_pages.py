"""Pages of models: training, cards, comparing, releasing and going back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from review import tasks
from review.actions import learning, work
from review.models import Category, Image, ModelComparison, ModelVersion, Release, Snapshot, TrainingRun
from review.templatetags import charts
from tests.review.heads import lay_ground
from tests.review.test_learning_actions import make_model
from tests.review.test_training import make_snapshot

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PART = {"hx-request": "true"}
Hints = list[tuple[str, tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def hints(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hints:
    """What was to be enqueued, instead of a broker."""
    lay_ground(settings, tmp_path, monkeypatch)
    hinted: Hints = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: hinted.append((task.name, args)))
    return hinted


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def read(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers or None)
    assert answer.status_code == 200, address
    return answer.content.decode()


def train_one(snapshot: Snapshot, technique: str = "shallow", **config: Any) -> TrainingRun:
    run = learning.train(
        judge=snapshot.judge,
        category=None,
        snapshot=snapshot,
        technique=technique,
        config=config or {"epochs": 6, "hidden": 4},
        seed=1,
        by=None,
        now=NOW,
    )
    tasks.train_judge(run.pk)
    run.refresh_from_db()
    return run


def test_with_nothing_there_the_page_says_what_to_do_first(admin: Client) -> None:
    assert "freeze labels first" in read(admin, "/models/")
    assert "no frozen data set to learn from" in read(admin, "/models/train/")


def test_before_the_first_training_it_says_first_that_shipped_heads_judge(admin: Client) -> None:
    assert "Every judge is as it ships" in read(admin, "/models/")
    head = make_model("type", state=ModelVersion.State.SHIPPED)
    Category.objects.create(path="Chairs", type_head=head)
    page = read(admin, "/models/")
    assert page.index(f"/models/{head.pk}/") < page.index("No model was trained here yet")
    assert "These ship with the product" in page
    make_model("badge")
    assert "These ship with the product" not in read(admin, "/models/")


def test_the_form_proposes_a_technique_that_fits_the_data(admin: Client) -> None:
    few = Snapshot.objects.create(
        name="few", judge="weapon", frozen_at=NOW, digest="d" * 64, counts={"train": {"yes": 9, "no": 90}}
    )
    assert "?technique=logistic" in read(admin, "/models/train/")
    page = read(admin, f"/models/train/?snapshot={few.pk}")
    assert 'aria-current="true" href="?technique=logistic' in page
    many = Snapshot.objects.create(
        name="many", judge="weapon", frozen_at=NOW, digest="d" * 64, counts={"train": {"yes": 900, "no": 900}}
    )
    assert 'aria-current="true" href="?technique=shallow' in read(admin, f"/models/train/?snapshot={many.pk}")


def test_an_admin_starts_a_training_with_what_differs_from_the_defaults(admin: Client, hints: Hints) -> None:
    snapshot, category = make_snapshot({"no": 4, "yes": 4}), Category.objects.create(path="Toys")
    sent = {"snapshot": snapshot.pk, "technique": "shallow", "epochs": "9", "rate": "0.01", "seed": "7"}
    answer = admin.post("/models/train/", {**sent, "category": "Toys", "beside_shipped": "either"})
    run = TrainingRun.objects.get()
    assert answer.headers["Location"] == f"/models/trainings/{run.pk}/"
    assert (run.config, run.seed, run.category) == ({"epochs": "9"}, 7, category)
    assert hints == [("review.tasks.train_judge", (run.pk,))]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"epochs": "0"}, "0 is not between 1 and 1000"),
        ({"rate": "fast"}, "“fast” is no number"),
        ({"seed": "-1"}, "seed is a whole number"),
        ({"category": "Nowhere"}, "no such category"),
        ({"snapshot": "999"}, "Choose a data set"),
    ],
)
def test_a_wrong_setting_is_said_beside_the_form(admin: Client, wrong: dict[str, str], said: str) -> None:
    snapshot = make_snapshot({"no": 4, "yes": 4})
    answer = admin.post("/models/train/", {"snapshot": snapshot.pk, "technique": "shallow", **wrong})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not TrainingRun.objects.exists()


def test_a_training_is_followed_stopped_and_taken_up_again(admin: Client, hints: Hints) -> None:
    snapshot = make_snapshot({"no": 4, "yes": 4})
    run = TrainingRun.objects.create(judge="weapon", snapshot=snapshot)
    address = f"/models/trainings/{run.pk}/"
    assert "waiting for a worker" in read(admin, address)
    assert 'hx-trigger="every 2s"' in read(admin, address, **PART)
    admin.post(address + "stop/")
    stopped = read(admin, address, **PART)
    assert "It was stopped" in stopped
    assert "hx-trigger" not in stopped
    admin.post(address + "again/")
    assert TrainingRun.objects.get().state == "waiting"
    assert hints == [("review.tasks.train_judge", (run.pk,))]


def test_curves_and_the_card_show_what_came_of_it(admin: Client) -> None:
    run = train_one(make_snapshot({"no": 120, "yes": 80}))
    page = read(admin, f"/models/trainings/{run.pk}/")
    assert page.count("<polyline") == 2
    assert "best after epoch" in page
    model = ModelVersion.objects.get()
    assert "On pictures that it did not learn from" in page
    assert "Accuracy" in page
    card = read(admin, f"/models/{model.pk}/")
    for words in ("pictures that it did not learn from", "What is taken for what", "d" * 64, "scikit-learn"):
        assert words in card
    assert read(admin, "/models/").count(f"/models/{model.pk}/") == 1


def test_a_failed_training_says_why_and_that_nothing_changed(admin: Client) -> None:
    run = train_one(make_snapshot({"no": 40, "yes": 2}), "logistic", precision=0.9)
    page = read(admin, f"/models/trainings/{run.pk}/")
    assert "what is live is as it was" in page
    assert "at least 5 of each are needed" in page


def test_a_comparison_tells_how_many_whole_sets_come_out_as_decided(admin: Client) -> None:
    train_one(make_snapshot({"no": 120, "yes": 80}))
    asked = ModelComparison.objects.create(
        candidate=ModelVersion.objects.get(), snapshot=Snapshot.objects.get(), state="done"
    )
    own = {"exact": 61, "pictures": 70, "hero": 88, "order": 0.9512}
    whole = {"sets": 100, "left_out": {"learnt": 1, "untold": 7}, "candidate": own}
    whole["live"] = {"exact": 58, "pictures": 66, "hero": 88, "order": None}
    asked.figures = {"verdict": "undecided", "rows": 9, "products": 5, "main": "f1", "figures": {"f1": {}}}
    asked.figures["changes"] = {"won": 0, "lost": 0}
    asked.replay = {"decisions": 0, "whole": whole}
    asked.save()
    page = " ".join(read(admin, f"/models/comparisons/{asked.pk}/").split())
    assert "61 of 100 decided sets exactly as they were decided; what is live, 58" in page
    assert "95.1 %" in page
    assert "7 sets are left out because two pictures that may be copies were not compared then" in page
    assert "1 set is left out because the candidate learnt" in page


def test_a_comparison_that_shows_some_of_the_pictures_says_so(admin: Client) -> None:
    train_one(make_snapshot({"no": 120, "yes": 80}))
    asked = ModelComparison.objects.create(
        candidate=ModelVersion.objects.get(), snapshot=Snapshot.objects.get(), state="done"
    )
    row = {"image": Image.objects.values_list("pk", flat=True)[0], "truth": "badge", "candidate": "badge"}
    asked.figures = {"verdict": "undecided", "rows": 9, "products": 5, "main": "f1", "figures": {"f1": {}}}
    asked.figures["changes"] = {"won": 32, "lost": 0, "won_shown": [{**row, "live": "fine"}] * 12}
    asked.replay = {"decisions": 0, "disagreed": 1, "disagreements": [{**row, "said": "fine"}]}
    asked.save()
    page = " ".join(read(admin, f"/models/comparisons/{asked.pk}/").split())
    assert "32 pictures that only the candidate has right" in page
    assert page.count("The first 12 of 32.") == page.count("The first ") == 1
    assert "No picture that only the live one has right" in page
    assert page.count('<ul class="models-pictures">') == 2


def test_a_candidate_is_compared_released_and_rolled_back(admin: Client, hints: Hints) -> None:
    snapshot = make_snapshot({"no": 120, "yes": 80})
    train_one(snapshot)
    model = ModelVersion.objects.get()
    answer = admin.post(f"/models/{model.pk}/compare/", {"snapshot": snapshot.pk})
    asked = ModelComparison.objects.get()
    assert answer.headers["Location"] == f"/models/comparisons/{asked.pk}/"
    assert "waiting for a worker" in read(admin, f"/models/comparisons/{asked.pk}/")
    tasks.train_comparison(asked.pk)
    page = read(admin, f"/models/comparisons/{asked.pk}/")
    assert "The candidate is better" in page
    assert "No past decision says anything to this judge yet" in page

    assert "The candidate is better" in read(admin, f"/models/{model.pk}/release/")
    for _ in range(2):  # pressed twice
        admin.post(f"/models/{model.pk}/release/", {"submit_key": "k" * 20})
    made = Release.objects.get()
    assert (made.model, made.comparison) == (model, asked)
    assert ("review.tasks.train_follow_release", (made.pk,)) in hints
    assert "Roll back" in read(admin, "/models/")
    assert "This model is live already" in admin.post(f"/models/{model.pk}/release/").content.decode()

    assert "or by nobody where nothing ships" in read(admin, f"/models/{model.pk}/roll-back/")
    admin.post(f"/models/{model.pk}/roll-back/", {"submit_key": "b" * 20})
    model.refresh_from_db()
    assert model.state == "retired"
    assert admin.get(f"/models/{model.pk}/roll-back/").status_code == 404


def test_a_release_without_a_comparison_is_warned_of(admin: Client) -> None:
    assert "nobody knows whether it is better" in read(admin, f"/models/{make_model().pk}/release/")


def test_what_ships_is_not_released(admin: Client) -> None:
    assert admin.get(f"/models/{make_model(state='shipped').pk}/release/").status_code == 404


def test_a_comparison_that_failed_can_be_tried_again(admin: Client, hints: Hints) -> None:
    snapshot = make_snapshot({"no": 4, "yes": 4})
    asked = learning.compare(candidate=make_model("weapon"), snapshot=snapshot, by=None, now=NOW)
    tasks.train_comparison(asked.pk)  # its model has no file
    assert "cannot be used any more" in read(admin, f"/models/comparisons/{asked.pk}/")
    admin.post(f"/models/comparisons/{asked.pk}/again/")
    assert hints == [("review.tasks.train_comparison", (asked.pk,))]


def test_the_list_asks_the_database_as_often_for_few_models_as_for_many(admin: Client) -> None:
    snapshot = make_snapshot({"no": 4, "yes": 4})

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            read(admin, "/models/")
        return len(asked)

    def fill(number: int) -> None:
        category = Category.objects.create(path=f"Toys > {number}")
        learning.release(model=make_model("weapon", category), by=None, submit_key=f"key {number}", now=NOW)
        work.stop(TrainingRun, TrainingRun.objects.create(judge="weapon", snapshot=snapshot).pk, NOW)

    fill(0)
    before = count()
    for number in range(1, 6):
        fill(number)
    assert count() == before


def test_a_line_ends_where_its_last_value_is() -> None:
    line = charts.draw_line("train_loss", [2.0, 1.0], 2.0, 4)
    assert line.points == "0.0,0.0 140.0,100.0"
    assert charts.training_curves([], 10)["lines"] == []


@pytest.mark.parametrize(("share", "shown"), [(0.032, "+3.2"), (-0.004, "−0.4"), (0.0, "±0.0"), (None, "–")])
def test_differences_are_shown_in_points_with_their_sign(share: float | None, shown: str) -> None:
    assert charts.signed(share) == shown


def test_an_interval_is_clear_where_it_leaves_out_zero() -> None:
    assert charts.interval(0.01, 0.05, 0.03)["is_clear"]
    assert not charts.interval(-0.01, 0.05, 0.03)["is_clear"]
    assert charts.interval(None, None, None) == {}
