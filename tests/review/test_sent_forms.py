"""A form that starts something is sent twice by a second click or by a reload, and starts it once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from review.actions import sent_forms
from review.models import LabelImport, SelectionRun, SentForm, Snapshot
from tests.review.factories import make_product

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
BLUR = {"judge": "blur", "name": "twice", "sources": "specialist"}


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def show(admin: Client, address: str) -> dict[str, str]:
    """What a form carries besides what is filled in: another token each time that it is shown."""
    found = TOKEN.findall(admin.get(address).content.decode())
    return {"csrfmiddlewaretoken": found[-1]}


@pytest.mark.django_db
def test_a_form_sent_twice_leads_twice_to_one_thing(admin: Client) -> None:
    form = BLUR | show(admin, "/data/")
    first, second = (admin.post("/data/", form) for _ in range(2))
    assert first.status_code == 302
    assert second.headers["Location"] == first.headers["Location"]
    assert Snapshot.objects.count() == 1


@pytest.mark.django_db
def test_the_same_words_in_a_form_that_is_shown_anew_start_another(admin: Client) -> None:
    for _ in range(2):
        admin.post("/data/", BLUR | show(admin, "/data/"))
    assert Snapshot.objects.count() == 2


@pytest.mark.django_db
def test_so_do_other_words_in_a_form_that_somebody_went_back_to(admin: Client) -> None:
    form = BLUR | show(admin, "/data/")
    for name in ("one", "two"):
        admin.post("/data/", form | {"name": name})
    assert set(Snapshot.objects.values_list("name", flat=True)) == {"one", "two"}


@pytest.mark.django_db
def test_a_refused_form_may_be_sent_again(admin: Client) -> None:
    form = show(admin, "/runs/")
    assert admin.post("/runs/", form).status_code == 400  # nothing to look at
    make_product()
    assert admin.post("/runs/", form).status_code == 302
    assert admin.post("/runs/", form).status_code == 302
    assert SelectionRun.objects.count() == 1


@pytest.mark.django_db
def test_a_file_is_taken_once(admin: Client, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("sha256,judge,value\n")
    form = show(admin, "/data/imports/") | {"source": "specialist", "dry": "on", "format": "csv"}
    for _ in range(2):
        with path.open("rb") as file:
            assert admin.post("/data/imports/", form | {"file": file}).status_code == 302
    assert LabelImport.objects.count() == 1


@pytest.mark.django_db
def test_what_one_person_sent_is_no_one_elses(ada: User, sam: User) -> None:
    now = timezone.now()
    for by, place in ((ada, "/a/"), (sam, "/b/"), (ada, "/c/")):
        sent_forms.act_once(by=by, key="k", now=now, act=lambda place=place: place)  # type: ignore[misc]
    assert set(SentForm.objects.values_list("person__username", "location")) == {
        (ada.username, "/a/"),
        (sam.username, "/b/"),
    }


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_start_one(ada: User) -> None:
    def send(_: int) -> str:
        try:
            return sent_forms.act_once(by=ada, key="k", now=timezone.now(), act=start)
        finally:
            connection.close()

    def start() -> str:
        return f"/data/{Snapshot.objects.create(name='s', judge='blur').pk}/"

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
    assert Snapshot.objects.count() == 1


@pytest.mark.django_db
def test_forms_are_forgotten_after_a_week(ada: User) -> None:
    now = timezone.now()
    for days in (8, 6):
        key, then = str(days), now - timedelta(days=days)
        sent_forms.act_once(by=ada, key=key, now=then, act=lambda: "/x/")
    assert sent_forms.clean(now=now) == 1
    assert SentForm.objects.get().key == "6"
