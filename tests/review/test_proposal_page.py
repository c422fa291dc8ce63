"""The page of a proposal: what it shows to whom, the lease, and decisions sent from it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from review.models import Decision, Proposal
from tests.review.factories import Candidate, list_shas, list_shown, make_image, make_proposal, publish_images

pytestmark = pytest.mark.django_db


def decide(client: Client, proposal: Proposal, **body: Any) -> Any:
    body = {"kind": "approve", "submit_key": "k" * 8, "edits": []} | body
    return client.post(f"/proposals/{proposal.pk}/decide/", json.dumps(body), "application/json")


def test_it_describes_every_picture_for_the_script(client: Client, sam: User) -> None:
    proposal = make_proposal()
    a, b, copy, blurred, e = list_shas(proposal)
    client.force_login(sam)
    data = client.get(f"/proposals/{proposal.pk}/").context["data"]
    shown = {image["sha"]: image for image in data["images"]}
    assert [shown[sha]["after"] for sha in (a, b, copy, blurred, e)] == [1, 0, None, None, 2]
    assert (shown[copy]["copyOf"], shown[blurred]["reason"], shown[e]["supplier"]) == (b, "blur", "Solvik")
    assert shown[a]["tile"].startswith(f"/i/480/{a}.webp?s=")
    assert data["types"][:2] == ["front", "angle"] and len(data["types"]) == 13


def test_opening_it_takes_the_lease(client: Client, sam: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    client.get(f"/proposals/{proposal.pk}/")
    proposal.refresh_from_db()
    assert proposal.leased_by == sam
    assert proposal.leased_until is not None
    assert timedelta(minutes=9) < proposal.leased_until - timezone.now() <= timedelta(minutes=10)


def test_whoever_comes_second_reads_and_is_told_who_holds_it(client: Client, sam: User, ada: User) -> None:
    proposal = make_proposal()
    client.force_login(ada)
    client.get(f"/proposals/{proposal.pk}/")
    client.force_login(sam)
    response = client.get(f"/proposals/{proposal.pk}/")
    assert "ada is looking at this proposal" in response.content.decode()
    assert response.context["data"]["canEdit"] is False
    renewal = client.post(f"/proposals/{proposal.pk}/lease/").json()
    assert renewal == {"held": False, "holder": "ada", "state": "open", "newer": None}


def test_a_lease_is_given_back_by_its_holder_only(client: Client, sam: User, ada: User) -> None:
    proposal = make_proposal()
    client.force_login(ada)
    client.get(f"/proposals/{proposal.pk}/")
    client.force_login(sam)
    client.post(f"/proposals/{proposal.pk}/lease/", {"release": "1"})
    proposal.refresh_from_db()
    assert proposal.leased_by == ada
    client.force_login(ada)
    client.post(f"/proposals/{proposal.pk}/lease/", {"release": "1"})
    proposal.refresh_from_db()
    assert (proposal.leased_by, proposal.leased_until) == (None, None)


def test_a_proposal_of_another_specialist_is_not_there(client: Client, toni: User) -> None:
    proposal = make_proposal()
    client.force_login(toni)
    assert client.get(f"/proposals/{proposal.pk}/").status_code == 404
    assert decide(client, proposal, final=list_shas(proposal)).status_code == 404
    assert client.post(f"/proposals/{proposal.pk}/lease/").status_code == 404


def test_a_decision_of_another_specialist_cannot_be_undone(client: Client, toni: User, sam: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    decision = decide(client, proposal, final=list_shas(proposal)).json()["decision"]
    client.force_login(toni)
    assert client.post(f"/decisions/{decision}/undo/").status_code == 404
    assert client.post("/decisions/999999/undo/").status_code == 404


@pytest.mark.parametrize("size", [1, 50])
def test_the_number_of_queries_does_not_grow_with_the_pictures(
    client: Client, sam: User, size: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    proposal = make_proposal([Candidate(before=place, after=place) for place in range(size)])
    make_proposal()
    client.force_login(sam)
    with django_assert_max_num_queries(14):
        client.get(f"/proposals/{proposal.pk}/")


def test_approving_answers_with_the_way_back(client: Client, sam: User) -> None:
    proposal = make_proposal()
    a, b, *_ = list_shas(proposal)
    client.force_login(sam)
    answer = decide(client, proposal, final=[a, b]).json()
    assert list_shown(proposal.product) == [a, b]
    response = client.post(answer["undoUrl"], follow=True)
    assert "open again" in response.content.decode()
    assert len(list_shown(proposal.product)) == 4


def test_a_refusal_is_a_conflict_in_words(client: Client, sam: User, ada: User) -> None:
    proposal = make_proposal()
    client.force_login(ada)
    decide(client, proposal, final=list_shas(proposal))
    client.force_login(sam)
    response = decide(client, proposal, final=list_shas(proposal), submit_key="other")
    assert response.status_code == 409
    assert response.json()["code"] == "decided"
    assert "ada approved" in response.json()["message"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"kind": "approve"}', b'{"submit_key": 7}', b"\xff"])
def test_a_broken_body_is_refused_in_words(client: Client, sam: User, body: bytes) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    response = client.post(f"/proposals/{proposal.pk}/decide/", body, "application/json")
    assert response.status_code == 400
    assert "did not arrive whole" in response.json()["message"]


@pytest.mark.parametrize("key", ["", "a" * 65, "a b", "\0", "é"])
def test_a_key_that_is_none_is_refused(client: Client, sam: User, key: str) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    response = decide(client, proposal, final=list_shas(proposal), submit_key=key)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_an_empty_set_is_refused_in_words(client: Client, sam: User) -> None:
    client.force_login(sam)
    response = decide(client, make_proposal(), final=[])
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_rejecting_keeps_the_reason(client: Client, sam: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    assert decide(client, proposal, kind="reject", reason="The hero \0is wrong").status_code == 200
    assert Decision.objects.get().reason == "The hero is wrong"
    page = client.get(f"/proposals/{proposal.pk}/").content.decode()
    assert ": The hero is wrong" in page


def test_a_decided_proposal_offers_undo_and_a_replaced_one_the_newer(client: Client, sam: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    answer = decide(client, proposal, final=list_shas(proposal)).json()
    assert answer["undoUrl"] in client.get(f"/proposals/{proposal.pk}/").content.decode()
    Proposal.objects.update(state=Proposal.State.SUPERSEDED)
    newer = make_proposal([Candidate(before=0, after=0)], product=proposal.product)
    page = client.get(f"/proposals/{proposal.pk}/").content.decode()
    assert f'href="/proposals/{newer.pk}/"' in page


def test_it_says_when_the_shop_shows_another_set_by_now(client: Client, sam: User) -> None:
    proposal = make_proposal()
    publish_images(proposal.product, [make_image()])
    client.force_login(sam)
    response = client.get(f"/proposals/{proposal.pk}/")
    assert "The shop shows set 2 by now" in response.content.decode()
    answer = decide(client, proposal, final=list_shas(proposal), seen_set=response.context["data"]["seenSet"])
    assert answer.status_code == 200


def test_titles_and_sources_cannot_break_out_of_the_page(client: Client, sam: User) -> None:
    proposal = make_proposal()
    proposal.product.title = "</script><script>alert(1)</script>"
    proposal.product.save()
    client.force_login(sam)
    page = client.get(f"/proposals/{proposal.pk}/").content.decode()
    assert "<script>alert(1)" not in page
