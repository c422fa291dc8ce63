"""What no page sends, but a program may: it is answered in words, and nothing is written by halves."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review.models import (
    Decision,
    Event,
    Flag,
    ModelVersion,
    Proposal,
    ReviewDraft,
    SavedFilter,
    SecondOpinion,
    SelectionRun,
    Snapshot,
)
from tests.review.factories import make_proposal

pytestmark = pytest.mark.django_db

DEEP = "[" * 100_000
CUT = "looks \ud83d odd\0"  # an emoji cut in two, as a field's longest length does it


@pytest.fixture
def proposal(client: Client, sam: User) -> Proposal:
    client.force_login(sam)
    return make_proposal()


def send(client: Client, address: str, body: dict[str, Any] | str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(address, text, content_type="application/json")


@pytest.mark.parametrize("what", ["decide", "draft", "flag", "undo"])
@pytest.mark.parametrize("body", [DEEP, '{"a":' * 100_000, "1" * 5_000, "\x00", "null", '"x"'])
def test_what_is_no_form_of_a_page_is_refused_in_words(
    client: Client, proposal: Proposal, what: str, body: str
) -> None:
    answer = send(client, f"/proposals/{proposal.pk}/{what}/", body)
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("address", ["/queue/sure/approve/", "/label/answers/"])
def test_endless_nesting_is_refused_in_words(client: Client, proposal: Proposal, address: str) -> None:
    answer = send(client, address, DEEP)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_sign_cut_in_half_does_not_hold_a_reason_up(client: Client, proposal: Proposal) -> None:
    body = {"submit_key": "k", "kind": "reject", "reason": CUT}
    assert send(client, f"/proposals/{proposal.pk}/decide/", body).status_code == 200
    assert Decision.objects.get().reason == "looks  odd"


def test_nor_a_draft_or_a_flag(client: Client, proposal: Proposal) -> None:
    draft = {"clock": 1, "edits": {"order": ["a\ud83d"], "types": {"\0": "\ud83d"}}}
    assert send(client, f"/proposals/{proposal.pk}/draft/", draft).status_code == 200
    assert (ReviewDraft.objects.get().edits or {})["order"] == ["a"]
    nothing_left = {"clock": 2, "edits": {"order": ["\ud83d"]}}
    assert send(client, f"/proposals/{proposal.pk}/draft/", nothing_left).status_code == 400
    flag = {"submit_key": "f", "reason": CUT, "image": "\ud83d\0"}
    assert send(client, f"/proposals/{proposal.pk}/flag/", flag).status_code == 200
    assert Flag.objects.get().reason == "looks  odd"


@pytest.mark.parametrize(
    "address",
    [
        "/queue/?run=²",
        "/proposals/next/?run=²",
        "/proposals/{}/coming/?not=²,1",
        "/reports/reasons/?run=²",
        "/reports/agreement/?days=²",
        "/reports/agreement/?days=00030999999999999",
        "/label/grid/?subject=%00",
    ],
)
def test_what_is_no_number_or_subject_falls_away(client: Client, proposal: Proposal, address: str) -> None:
    assert client.get(address.format(proposal.pk)).status_code in (200, 302)


def test_nor_is_it_one_of_what_the_grid_holds(client: Client, proposal: Proposal) -> None:
    answer = client.post("/queue/sure/hold/", {"proposals": f"²,{proposal.pk}"})
    assert answer.json() == {"held": 1}


def test_a_category_in_another_script_is_kept_whole(client: Client, proposal: Proposal) -> None:
    category = "Мебель > " + "к" * 200
    client.post("/queue/filters/", {"name": "mine", "address": f"?category={quote(category)}"})
    kept = SavedFilter.objects.get().address
    assert client.get(f"/queue/{kept}").context["filters"].category == category


def test_the_key_of_one_flag_does_not_raise_another(client: Client, proposal: Proposal) -> None:
    body, other = {"submit_key": "f", "reason": "odd"}, make_proposal()
    for _ in range(2):
        assert send(client, f"/proposals/{proposal.pk}/flag/", body).status_code == 200
    refused = send(client, f"/proposals/{other.pk}/flag/", body)
    assert (refused.status_code, Flag.objects.get().proposal_id) == (400, proposal.pk)
    assert "another" in refused.json()["message"]
    assert Event.objects.filter(kind="flagged").count() == 1


def test_nor_does_the_key_of_one_second_opinion_give_another(
    client: Client, proposal: Proposal, ada: User
) -> None:
    said = {"kind": "reject", "reason": "odd", "decided_by": ada}
    rows = [Decision.objects.create(proposal=make_proposal(), submit_key=key, **said) for key in "ab"]
    opinions = [SecondOpinion.objects.create(decision=decision) for decision in rows]
    body = {"submit_key": "same", "kind": "reject", "reason": "blurred"}
    answers = [send(client, f"/second-opinions/{one.pk}/give/", body) for one in opinions]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert SecondOpinion.objects.filter(given_at__isnull=False).get().pk == opinions[0].pk


@pytest.mark.parametrize(
    "address",
    ["/runs/", "/data/", "/improve/", "/models/train/", "/models/{}/release/", "/models/{}/roll-back/"],
)
def test_a_nul_in_a_form_of_admins_is_refused_in_words(client: Client, ada: User, address: str) -> None:
    client.force_login(ada)
    model = ModelVersion.objects.create(name="m", sha256="a" * 64, judge="badge", state="live")
    Snapshot.objects.create(name="badges", judge="badge", frozen_at=timezone.now(), digest="d", state="done")
    said = {"category": "\0", "judge": "badge", "rounds": "1", "questions": "5", "submit_key": "\0"}
    answer = client.post(address.format(model.pk), said)
    assert answer.status_code in (302, 400)
    assert not SelectionRun.objects.exists()


def test_what_is_larger_than_any_form_is_refused_in_words(client: Client, proposal: Proposal) -> None:
    page = client.post("/queue/filters/", {"name": "x" * 3_000_000})
    assert (page.status_code, "damaged or too large" in page.content.decode()) == (400, True)
    answer = send(client, f"/proposals/{proposal.pk}/decide/", {"submit_key": "x" * 3_000_000})
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True)
