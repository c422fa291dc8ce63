"""Pages in the person's language, and the scripts' texts beside them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from review.actions import preferences
from review.views.language import texts_url
from tests.review.conftest import make_person

pytestmark = pytest.mark.django_db


def test_a_page_speaks_what_the_browser_asks_for(client: Client, sam: User) -> None:
    client.force_login(sam)
    answer = client.get("/queue/", headers={"accept-language": "de-AT,de;q=0.9,en;q=0.5"})
    assert '<html lang="de">' in answer.text
    assert "Accept-Language" in answer.headers["Vary"]
    assert '<html lang="en">' in client.get("/queue/").text


@pytest.mark.parametrize("run", [1, 2])
def test_a_page_in_german_leaves_the_next_test_in_english(client: Client, db: None, run: int) -> None:
    assert translation.get_language() == "en"
    client.get("/log-in/", headers={"accept-language": "de"})
    assert translation.get_language() == "de"


def test_a_language_nobody_translated_to_is_english(client: Client, db: None) -> None:
    assert '<html lang="en">' in client.get("/log-in/", headers={"accept-language": "fi"}).text


def test_a_chosen_language_comes_before_the_browsers(client: Client, sam: User) -> None:
    client.force_login(sam)
    answer = client.post("/settings/language/", {"language": "de", "next": "/flags/"})
    assert answer.headers["Location"] == "/flags/"
    assert '<html lang="de">' in client.get("/queue/", headers={"accept-language": "en"}).text


def test_a_person_finds_their_language_where_they_log_in_next(client: Client, db: None) -> None:
    person = make_person("lea", "specialist")
    person.set_password("the-long-one")
    person.save()
    preferences.keep_language(person=person, language="de")
    client.post("/log-in/", {"username": "lea", "password": "the-long-one"})
    assert '<html lang="de">' in client.get("/queue/").text


def test_own_keys_survive_another_language(sam: User) -> None:
    preferences.keep_keys(person=sam, keys={"approve": "y"})
    preferences.keep_language(person=sam, language="de")
    assert preferences.read_keys(sam)["approve"] == "y"
    assert preferences.read_language(sam) == "de"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_it_sends_nobody_to_another_site(client: Client, back: str) -> None:
    assert client.post("/settings/language/", {"language": "de", "next": back}).headers["Location"] == "/"


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    answer = client.post("/settings/language/", {"language": "xx", "next": "/log-in/"})
    assert not answer.cookies


def test_the_scripts_texts_may_be_kept_for_good_by_everybody(client: Client) -> None:
    answer = client.get(texts_url("de"))
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]
    assert not answer.cookies


def test_an_old_address_of_texts_is_not_kept(client: Client) -> None:
    assert client.get("/texts/de-000000000000.js").headers["Cache-Control"] == "no-cache"
    assert client.get("/texts/xx-000000000000.js").status_code == 404


def test_the_scripts_texts_hold_the_language_of_their_address(client: Client) -> None:
    english = client.get(texts_url("en"), headers={"accept-language": "de"}).text
    assert "newcatalog" not in english  # English is what the scripts say by themselves
