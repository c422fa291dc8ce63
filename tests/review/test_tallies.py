"""Small tables are counted at once; large ones by a worker, and pages show the count with its age."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import ConnectionError as NoBroker

from review.actions import tallies
from tests.review.crowds import make_gold, make_question, make_workers, say

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PAGES = {"crowd": "/crowd/", "labels": "/data/", "questions": "/questions/"}


@pytest.fixture(autouse=True)
def memory(settings: Any) -> None:
    """Counts of a test are nobody else's."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three answers are many."""
    monkeypatch.setattr(tallies, "SMALL", 2)
    question = make_question()
    for person in make_workers(3):
        say(question, person, "yes")
    for value in ("yes", "no", "yes"):
        make_gold("badge", value)


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def test_what_is_small_is_counted_at_this_moment() -> None:
    make_gold("badge")
    found = tallies.read("labels", NOW)
    assert found is not None
    assert (found.value, found.counted_at) == ([("badge", 1)], None)
    tallies.keep(NOW)
    assert tallies._find("labels") is None


def test_what_is_large_waits_for_a_worker_and_keeps_its_age(large: None) -> None:
    assert tallies.read("labels", NOW) is None
    tallies.keep(NOW)
    found = tallies.read("labels", NOW + timedelta(hours=1))
    assert found is not None
    assert (found.value, found.counted_at) == ([("badge", 3)], NOW)


def test_what_is_slow_to_count_is_counted_less_often(large: None) -> None:
    tallies._write("labels", tallies.Tally([("badge", 2)], NOW, took_s=6.0))
    tallies.keep(NOW + timedelta(minutes=4))
    known = tallies._find("labels")
    assert known is not None and known.value == [("badge", 2)]
    tallies.keep(NOW + timedelta(minutes=6))
    known = tallies._find("labels")
    assert known is not None and known.value == [("badge", 3)]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_that_it_is_counted_and_then_how_long_ago(large: None, as_ada: Client, name: str) -> None:
    assert "a worker counts it" in as_ada.get(PAGES[name]).content.decode()
    tallies.keep(timezone.now() - timedelta(minutes=9))
    page = as_ada.get(PAGES[name]).content.decode()
    assert "a worker counts it" not in page
    assert "Counted <time" in page


def test_a_page_of_large_tables_goes_through_none_of_them(large: None, as_ada: Client) -> None:
    tallies.keep(NOW)
    for address in PAGES.values():
        with CaptureQueriesContext(connection) as asked:
            as_ada.get(address)
        assert not [one["sql"] for one in asked if "GROUP BY" in one["sql"] and "review_label" in one["sql"]]
        assert not [one["sql"] for one in asked if "GROUP BY" in one["sql"] and "review_answer" in one["sql"]]


class Away:
    """A cache whose server does not answer."""

    def get(self, key: str) -> None:
        raise NoBroker(key)

    def set(self, key: str, value: object, timeout: object) -> None:
        raise NoBroker(key)


def test_without_the_broker_a_page_still_comes(
    large: None, as_ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "cache", Away())
    tallies.keep(NOW)
    assert "a worker counts it" in as_ada.get("/crowd/").content.decode()
