"""What pages of models say in words: classes, data sets, what is missing, what goes on judging."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from review.models import Category, ModelVersion, Snapshot
from tests.review.test_learning_actions import make_model
from tests.review.test_model_pages import hints, read, train_one  # noqa: F401  (one is a fixture)
from tests.review.test_training import make_snapshot

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


@pytest.mark.parametrize(
    ("judge", "counts", "said"),
    [
        ("small_object", {"yes": 3, "no": 90}, "3 examples of “small product” and 90 without"),
        ("type", {"front": 9, "back": 4}, "Only 1 of its types have 5 examples"),
        ("weapon", {"yes": 5, "no": 5}, ""),
        ("type", {"front": 9, "back": 5}, ""),
    ],
)
def test_what_is_too_little_to_learn_from_is_said_before_the_training(
    admin: Client, judge: str, counts: dict[str, int], said: str
) -> None:
    Snapshot.objects.create(name="few", judge=judge, frozen_at=NOW, digest="d" * 64, counts={"train": counts})
    page = read(admin, "/models/train/")
    assert ("would end without a model" in page) == bool(said)
    assert said in page


def test_a_data_set_is_named_once(admin: Client) -> None:
    said = {"judge": "weapon", "frozen_at": NOW, "digest": "d" * 64}
    Snapshot.objects.create(name="Weapon, 23 November", **said)
    Snapshot.objects.create(name="by Ann", **said)
    page = read(admin, "/models/train/")
    assert ">Weapon, 23 November</option>" in page
    assert ">Weapon: by Ann</option>" in page


def test_a_model_for_all_categories_says_which_keep_their_own(admin: Client) -> None:
    own = make_model("type", state="shipped")
    Category.objects.create(path="Toys", type_head=own)
    general = make_model("type")
    assert "keeps the model of its own, which goes before this one: Toys" in read(
        admin, f"/models/{general.pk}/release/"
    )
    assert "of its own" not in read(admin, f"/models/{make_model('badge').pk}/release/")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Said</th>", ">weapon</th>", ">fine</th>", ">Weapon</th>")),
        ("de", (">Waffe</th>", ">in Ordnung</th>")),
    ],
)
def test_classes_have_the_words_that_people_see_elsewhere(
    admin: Client, language: str, words: tuple[str, ...]
) -> None:
    train_one(make_snapshot({"no": 120, "yes": 80}))
    address = f"/models/{ModelVersion.objects.get().pk}/"
    table = read(admin, address, **{"accept-language": language}).split('class="table models-confusion"')[1]
    for word in words:
        assert word in table.split("</table>")[0]


def test_classes_of_types_and_defects_are_named() -> None:
    model = ModelVersion.objects.create(name="m", kind="head", sha256="b" * 64, judge="small_object")
    rows = [{"name": name, "rows": 1, "said": 1} for name in ("fine", "small_object", "multiview", "unsure")]
    table = {"names": ["fine", "small_object"], "columns": ["fine", "small_object"], "rows": [[1, 0], [0, 1]]}
    told = {"rows": 9, "figures": {"accuracy": 1.0}, "by_class": rows, "confusion": table, "reliability": []}
    shown = {"model": model, "told": told, "figures": [("Accuracy", 1.0)], "side": "Test"}
    with translation.override("en"):
        page = render_to_string("models/model.html", shown)
    assert "Small product</th>" in page
    assert (
        "small_object" not in page.split('aria-labelledby="figures"')[1].split('aria-labelledby="origin"')[0]
    )
