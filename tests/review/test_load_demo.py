"""The demo: loaded once, harmless twice, and never where its passwords would be a danger."""

from __future__ import annotations

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.authtoken.models import Token

from review.access import roles_of
from review.actions.heads import register_heads
from review.demo_people import PEOPLE
from review.models import Category, ModelVersion, Product, SelectionRun
from tests.review.factories import draw_picture, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings: Settings, tmp_path: Path) -> Path:
    settings.DEBUG = True
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    """A type head and a category model, as far as the database looks at them."""
    folder = tmp_path / "heads"
    folder.mkdir()
    (folder / "type-mugs.npz").write_bytes(b"weights")
    card = {"scope": "Demo > Mugs", "classes": ["detail", "front", "angle"]}
    (folder / "type-mugs.json").write_text(json.dumps(card))
    (folder / "category.npz").write_bytes(b"words")
    (folder / "category.json").write_text(json.dumps({"categories": ["Demo > Mugs"], "terms": ["mug"] * 9}))
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    lines = []
    for number in range(3):
        names = [f"{number}-{view}.png" for view in range(2)]
        for view, name in enumerate(names):
            (tmp_path / name).write_bytes(draw_picture(number * 2 + view))
        offers = [{"supplier": "Norda", "images": names}]
        lines.append({"id": f"demo-{number}", "title": "Mug", "category": "Demo > Mugs", "offers": offers})
    path = tmp_path / "products.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def load(catalog: Path, heads: Path) -> str:
    out = StringIO()
    call_command("load_demo", catalog=catalog, heads=heads, stdout=out)
    return out.getvalue()


def test_it_makes_a_catalog_people_and_a_run(catalog: Path, heads: Path, place: Path, client: Client) -> None:
    text = load(catalog, heads)
    assert Product.objects.count() == 3
    assert SelectionRun.objects.get().scope == {"all": True}
    for person in PEOPLE:
        user = User.objects.get(username=person.role)
        assert roles_of(user) == {person.role}
        assert client.login(username=person.role, password=person.password)
        assert person.password in text
    logins = place / "demo-logins.txt"
    assert Token.objects.get().key in logins.read_text()
    assert logins.stat().st_mode & 0o077 == 0


def test_a_second_time_changes_nothing(catalog: Path, heads: Path) -> None:
    load(catalog, heads)
    models = (Product, User, Token, SelectionRun, Category, ModelVersion)
    before = [model.objects.count() for model in models]
    assert "looked at before" in load(catalog, heads)
    assert [model.objects.count() for model in models] == before


def test_beside_another_catalog_the_run_covers_the_demo_alone(catalog: Path, heads: Path) -> None:
    make_product()
    load(catalog, heads)
    assert SelectionRun.objects.get().scope == {"products": ["demo-0", "demo-1", "demo-2"]}


def test_it_is_refused_where_debug_is_off(catalog: Path, heads: Path, settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with SMARTIMG_DEBUG=1"):
        load(catalog, heads)
    assert not User.objects.exists()


def test_its_people_are_turned_away_once_debug_is_off(
    catalog: Path, heads: Path, client: Client, settings: Settings
) -> None:
    load(catalog, heads)
    assert client.login(username="admin", password="demo-admin")
    assert client.get("/imports/").status_code == 200
    settings.DEBUG = False
    assert client.get("/imports/").status_code == 302
    assert not Client().login(username="admin", password="demo-admin")


def test_somebody_elses_account_is_left_alone(catalog: Path, heads: Path) -> None:
    User.objects.create_user("admin", email="me@shop.example", password="my-own-long-password")
    assert "this name was taken before" in load(catalog, heads)
    assert User.objects.get(username="admin").check_password("my-own-long-password")


def test_it_says_what_to_do_where_the_catalog_is_not_drawn(tmp_path: Path, heads: Path) -> None:
    with pytest.raises(CommandError, match=r"python -m demo\.draw"):
        load(tmp_path / "none.jsonl", heads)


def test_heads_are_known_by_digest_and_given_to_their_category(heads: Path) -> None:
    Category.objects.create(path="Demo > Mugs")
    assert register_heads(heads) == 2
    assert register_heads(heads) == 2
    category = Category.objects.get()
    assert category.type_order == ["front", "angle", "detail"]
    assert category.type_head is not None
    assert category.type_head.sha256 == hashlib.sha256(b"weights").hexdigest()
    words = ModelVersion.objects.get(kind="category")
    assert words.card == {"categories": ["Demo > Mugs"]}


def test_an_order_that_people_chose_is_kept(heads: Path) -> None:
    Category.objects.create(path="Demo > Mugs", type_order=["angle", "front"])
    register_heads(heads)
    assert Category.objects.get().type_order == ["angle", "front"]
