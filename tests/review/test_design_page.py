"""The page of the design shows every part that pages are built of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from review.templatetags.look import MARKS
from review.views.design import list_icons, list_tokens

pytestmark = pytest.mark.django_db
CSS = Path(__file__).resolve().parents[2] / "static" / "css"
COMPONENTS = ("components.css", "dialogs.css", "lists.css", "stacks.css", "forms.css", "charts.css")
ELSEWHERE = {"log-in", "wide", "icon"}  # the log-in page itself; the comparison's dialog; an element's own


def list_classes(text: str) -> set[str]:
    """Names of classes in the selectors of a style sheet."""
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", text, flags=re.S)
    return set(re.findall(r"\.([a-z][\w-]*)", selectors))


@pytest.fixture
def shown(client: Client, sam: User) -> str:
    client.force_login(sam)
    return client.get("/design/").text


def test_it_finds_the_classes_of_a_style_sheet() -> None:
    assert list_classes("/* .gone */ .a:hover > .b-c { width: .5px } @media x { .d { } }") == {
        "a",
        "b-c",
        "d",
    }


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_is_shown(name: str, shown: str) -> None:
    used = set(" ".join(re.findall(r'class="([^"]*)"', shown)).split())
    assert list_classes((CSS / name).read_text(encoding="utf-8")) - used - ELSEWHERE == set()


def test_both_schemes_show_every_token_and_mark(shown: str) -> None:
    for name in list_tokens("colour"):
        assert shown.count(f'data-token="{name}"') == 2, name
    assert len(list_tokens("colour")) > 20
    for meaning in MARKS:
        assert f"mark-{meaning}" in shown or meaning in {"kept", "copy", "hero", "unsure"}
    assert all(f"#{name}" in shown for name in list_icons())


def test_ids_are_not_said_twice(shown: str) -> None:
    ids = re.findall(r'\sid="([^"]*)"', shown)
    assert len(ids) == len(set(ids))
