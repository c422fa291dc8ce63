"""The top bar: sections by role, the pages of a section, where one is."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve

from review.access import ADMIN, SPECIALIST, WORKER
from review.templatetags.navigation import SECTIONS, list_sections

EVERY = frozenset({WORKER, SPECIALIST, ADMIN})


def words(roles: set[str], path: str = "/") -> list[str]:
    return [str(section.word) for section in list_sections(frozenset(roles), path)]


def test_a_worker_sees_questions_only() -> None:
    assert words({WORKER}) == ["Label"]
    assert words(set()) == []


def test_only_an_admin_sees_imports_and_the_admin() -> None:
    assert "Admin" not in words({SPECIALIST})
    catalog = next(one for one in list_sections(frozenset({SPECIALIST}), "/") if one.word == "Catalog")
    assert [str(page.word) for page in catalog.pages] == ["Products", "Runs"]


@pytest.mark.parametrize("path", ["/products/abc/", "/runs/3/"])
def test_a_page_below_marks_its_section(path: str) -> None:
    found = list_sections(frozenset({SPECIALIST}), path)
    assert [str(one.word) for one in found if one.is_current] == ["Catalog"]


def test_every_page_of_the_bar_is_below_its_own_address() -> None:
    for section in SECTIONS:
        for entry in section.entries:
            assert entry.url, entry.name
            assert entry.measure(entry.url), entry.name
            assert resolve(entry.url).view_name == entry.name


@pytest.mark.django_db
def test_the_row_of_pages_names_where_one_is(client: Client, sam: User) -> None:
    client.force_login(sam)
    page = client.get("/runs/").text
    assert '<a href="/runs/" aria-current="page">Runs</a>' in page
    assert 'class="subtabs"' not in client.get("/settings/keys/").text


def test_a_page_within_another_is_the_only_current_one() -> None:
    review = list_sections(frozenset({SPECIALIST}), "/queue/sure/")[0]
    assert [str(page.word) for page in review.pages if page.is_current] == ["Sure ones"]
