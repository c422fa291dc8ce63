"""What people and programs try that they should not: nothing breaks, nothing leaks, nothing is done twice."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from rest_framework.authtoken.models import Token

from review.actions.store import image_url, original_url
from review.models import CategoryGrant, Decision, Product, Proposal
from tests.review.conftest import make_person
from tests.review.factories import list_shas, make_pictured_image, make_proposal

pytestmark = pytest.mark.django_db
HUGE = "9" * 25


def approve(client: Client, proposal: Proposal, key: str, **headers: str) -> Any:
    body = {"submit_key": key, "final": list(list_shas(proposal)[:2]), "edits": {}}
    address = f"/proposals/{proposal.pk}/decide/"
    return client.post(address, json.dumps(body), content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    "address",
    [
        "/products/%00/",
        "/products/..%2f..%2fetc%2fpasswd/",
        "/products/?category=%00&q=%00&state=%00&after=%00&before=%00",
        "/queue/?category=%00&run=%00&kind=%00&sort=%00&after=%00",
        f"/queue/?run={HUGE}&after={HUGE}&before={HUGE}",
        "/proposals/next/?category=%00&after=%00",
        f"/proposals/{HUGE}/",
        f"/runs/{HUGE}/",
        f"/runs/?after={HUGE}&before=%00",
        f"/imports/{HUGE}/",
        "/imports/?after=%00&before=x",
        f"/i/480/{'0' * 64}.webp?s=%00%ff",
        "/i/480/..%2f..%2fsettings.py?s=x",
        "/static/..%2f..%2fmanage.py",
        "/static/../manage.py",
        "/log-in/?next=%00",
        "/%ff%fe",
    ],
)
def test_an_address_made_up_is_a_page_in_words(client: Client, ada: User, address: str) -> None:
    client.force_login(ada)
    answer = client.get(address)
    assert answer.status_code in (200, 302, 404)
    assert b"SECRET_KEY" not in answer.getvalue()


@pytest.mark.parametrize(
    "address", ["/api/v1/products/%00/images/", f"/api/v1/selections/{HUGE}/", "/api/v1/products/a/b/images/"]
)
def test_a_made_up_id_is_not_there_for_programs_either(ada: User, address: str) -> None:
    token = Token.objects.create(user=ada).key
    answer = Client(headers={"authorization": f"Token {token}"}).get(address)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["field"] == "id"


@pytest.mark.parametrize("token", ["Token wrong", "Token", "Token a b", "Bearer x", "Token \x7f\xff"])
def test_a_wrong_token_is_told_in_json(db: None, token: str) -> None:
    answer = Client(headers={"authorization": token}).get("/api/v1/products/a/images/")
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["message"]


def test_a_token_of_somebody_who_left_opens_nothing(ada: User) -> None:
    token = Token.objects.create(user=ada).key
    User.objects.filter(pk=ada.pk).update(is_active=False)
    answer = Client(headers={"authorization": f"Token {token}"}).get("/api/v1/products/a/images/")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example", "javascript:alert(1)", "\\\\evil"]
)
def test_logging_in_leads_nowhere_else(client: Client, sam: User, target: str) -> None:
    said = {"username": "sam", "password": "sam-has-a-long-password", "next": target}
    answer = client.post(f"/log-in/?next={target}", said)
    assert answer["Location"] == "/"


def test_a_wrong_password_is_told_and_the_name_kept(client: Client, sam: User) -> None:
    text = client.post("/log-in/", {"username": "sam", "password": "no"}).content.decode()
    assert "This name and this password do not belong together" in text
    assert 'value="sam"' in text


def test_a_form_of_another_site_changes_nothing_and_is_explained(sam: User) -> None:
    client, proposal = Client(enforce_csrf_checks=True), make_proposal()
    client.force_login(sam)
    answer = approve(client, proposal, "k" * 20)
    assert answer.status_code == 403
    assert "Load the page again" in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_session_of_a_browser_does_not_open_the_api_to_other_sites(sam: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(sam)
    answer = client.post("/api/v1/selections/", {"id": "x"}, content_type="application/json")
    assert answer.status_code in (401, 403)
    assert not Product.objects.exists()


def test_a_changed_signature_or_size_finds_nothing(client: Client) -> None:
    sha256 = make_pictured_image(1).sha256
    good = image_url(sha256, 480)
    assert client.get(good).status_code == 200
    flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
    bigger = good.replace("/480/", "/1200/")
    original = original_url(sha256).partition("?")[0] + "?" + good.partition("?")[2]
    for address in (flipped, bigger, original, good.partition("?")[0], good + "x"):
        assert client.get(address).status_code == 404, address


def test_a_double_submit_is_one_decision(client: Client, sam: User) -> None:
    client.force_login(sam)
    proposal = make_proposal()
    first, again = (approve(client, proposal, "a" * 20).json() for _ in range(2))
    assert first == again
    assert Decision.objects.count() == 1
    assert proposal.product.published_sets.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_decide_in_the_same_moment_make_one_decision() -> None:
    proposal = make_proposal()
    gate = threading.Barrier(4)
    clients = []
    for n in range(4):
        person = make_person(f"specialist{n}", "specialist")
        CategoryGrant.objects.create(user=person, path="")
        client = Client()
        client.force_login(person)
        clients.append(client)

    def decide(n: int) -> HttpResponse:
        gate.wait()
        try:
            return approve(clients[n], proposal, f"{n}" * 20)  # type: ignore[no-any-return]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(decide, range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    told = [json.loads(answer.content)["message"] for answer in answers if answer.status_code == 409]
    winner = Decision.objects.get().decided_by.get_username()
    assert all(message.startswith(f"{winner} approved this proposal") for message in told)
    assert proposal.product.published_sets.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"submit_key": "k" * 20, "final": ["0" * 64], "edits": {}},
        {"submit_key": "k" * 20, "final": "all", "edits": {}},
        {"submit_key": "k" * 20, "final": None, "edits": None},
        {"submit_key": "k" * 20, "final": [["x"]], "edits": {"types": 5}},
        {"submit_key": "k" * 20, "final": [], "edits": []},
        {"submit_key": "\x00" * 20, "final": []},
        {"submit_key": "k" * 20, "kind": "reject", "reason": "\x00"},
        {"submit_key": "k" * 20, "final": [{}], "seen_set": HUGE},
    ],
)
def test_a_decision_made_up_is_refused_in_words(client: Client, sam: User, body: dict[str, Any]) -> None:
    client.force_login(sam)
    proposal = make_proposal()
    answer = client.post(
        f"/proposals/{proposal.pk}/decide/", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert not Decision.objects.exists()
