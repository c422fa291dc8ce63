"""Passwords cannot be tried by the thousand, and there is one page to log in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as CacheAway

from review.actions import log_in_tries

pytestmark = pytest.mark.django_db
RIGHT = {"username": "sam", "password": "sam-has-a-long-password"}


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    for name in ("sam", "ada"):
        log_in_tries.forget(name, "127.0.0.1")


def fail(client: Client, times: int) -> None:
    for _ in range(times):
        client.post("/log-in/", RIGHT | {"password": "wrong"})


def test_the_right_password_after_too_many_wrong_ones_has_to_wait(client: Client, sam: User) -> None:
    fail(client, log_in_tries.MOST)
    answer = client.post("/log-in/", RIGHT)
    assert (answer.status_code, "Wait ten minutes" in answer.content.decode()) == (429, True)
    assert "_auth_user_id" not in client.session
    log_in_tries.forget("SAM ", "127.0.0.1")
    assert client.post("/log-in/", RIGHT).status_code == 302


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "This name and this password do not belong together."), ("de", "gehören nicht zusammen")],
)
def test_what_is_wrong_is_said_in_the_words_of_the_page(
    client: Client, sam: User, language: str, words: str
) -> None:
    wrong = RIGHT | {"password": "wrong"}
    page = client.post("/log-in/", wrong, headers={"accept-language": language}).content.decode()
    assert words in page
    assert "sername and password" not in page


def test_somebody_else_is_not_held_up(client: Client, sam: User, ada: User) -> None:
    fail(client, log_in_tries.MOST)
    said = {"username": "ada", "password": "ada-has-a-long-password"}
    assert client.post("/log-in/", said).status_code == 302
    assert client.post("/log-in/", RIGHT, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_who_mistypes_a_few_times_a_day_is_never_held_up(client: Client, sam: User) -> None:
    for _ in range(3):
        fail(client, log_in_tries.MOST - 1)
        assert client.post("/log-in/", RIGHT).status_code == 302


def test_people_log_in_while_the_cache_is_away(
    client: Client, sam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise CacheAway("nobody there")

    monkeypatch.setattr(cache, "add", refuse)
    monkeypatch.setattr(cache, "delete", refuse)
    assert client.post("/log-in/", RIGHT).status_code == 302


def test_the_admin_pages_ask_on_the_same_page(client: Client, ada: User) -> None:
    asked = client.get("/admin/review/category/", follow=True)
    assert asked.redirect_chain[-1][0] == "/log-in/?next=/admin/review/category/"
    said = {"username": "ada", "password": "ada-has-a-long-password", "next": "/admin/review/category/"}
    assert client.post("/log-in/", said)["Location"] == "/admin/review/category/"
    assert client.post("/admin/login/", said)["Location"].startswith("/log-in/")


def test_logging_in_begins_a_new_session(client: Client, sam: User) -> None:
    client.get("/log-in/")
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.post("/log-in/", RIGHT)
    assert client.session.session_key != before
