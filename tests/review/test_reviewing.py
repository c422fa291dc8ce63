"""Drafts on the server, sending back, flags, reasons: what reviewers say besides approving."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from review.actions import decisions
from review.models import Decision, Event, Flag, Proposal, ReviewDraft
from tests.review.factories import list_shas, list_shown, make_product, make_proposal

pytestmark = pytest.mark.django_db


def send(client: Client, proposal: Proposal, where: str, **body: Any) -> Any:
    address = f"/proposals/{proposal.pk}/{where}/"
    return client.post(address, json.dumps({"submit_key": "k" * 8} | body), "application/json")


def edits_of(*order: str, **more: Any) -> dict[str, Any]:
    return {"order": list(order), "types": {}, "drops": {}, "copies": {}, "apart": [], "proposed": []} | more


def test_a_draft_comes_back_with_the_page(client: Client, sam: User) -> None:
    proposal = make_proposal()
    a, b, *_ = list_shas(proposal)
    client.force_login(sam)
    kept = send(client, proposal, "draft", clock=5, edits=edits_of(b, a, types={a: "side"})).json()
    assert kept == {"kept": True, "clock": 5, "edits": None}
    data = client.get(f"/proposals/{proposal.pk}/").context["data"]
    assert data["draft"] == {"clock": 5, "edits": edits_of(b, a, types={a: "side"})}


def test_the_later_clock_has_the_last_word(client: Client, sam: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    send(client, proposal, "draft", clock=9, edits=edits_of("x"))
    late = send(client, proposal, "draft", clock=7, edits=edits_of("y")).json()
    assert late == {"kept": False, "clock": 9, "edits": edits_of("x")}
    send(client, proposal, "draft", clock=10, edits=None)
    assert ReviewDraft.objects.values_list("clock", "edits").get() == (10, None)


def test_nobody_sees_the_draft_of_another(client: Client, sam: User, ada: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    send(client, proposal, "draft", clock=1, edits=edits_of("x"))
    client.force_login(ada)
    assert client.get(f"/proposals/{proposal.pk}/").context["data"]["draft"] is None


@pytest.mark.parametrize(
    "said",
    [
        {"clock": 0},
        {"clock": True},
        {"clock": "5"},
        {"clock": 2**60},
        {"edits": []},
        {"edits": {"order": "abc"}},
        {"edits": {"order": [1]}},
        {"edits": {"types": ["x"]}},
        {"edits": {"order": ["\0"]}},
        {"edits": {"types": {"x": "y" * 65}}},
        {"edits": {"surprise": 1}},
    ],
)
def test_a_draft_of_another_shape_is_refused(client: Client, sam: User, said: dict[str, Any]) -> None:
    client.force_login(sam)
    answer = send(client, make_proposal(), "draft", **({"clock": 1, "edits": edits_of("x")} | said))
    assert answer.status_code == 400 and "was not kept" in answer.json()["message"]
    assert not ReviewDraft.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff"])
def test_a_broken_draft_is_refused(client: Client, sam: User, body: bytes) -> None:
    client.force_login(sam)
    proposal = make_proposal()
    assert client.post(f"/proposals/{proposal.pk}/draft/", body, "application/json").status_code == 400


def test_edits_of_a_replaced_proposal_are_offered(client: Client, sam: User) -> None:
    older = make_proposal()
    client.force_login(sam)
    send(client, older, "draft", clock=1, edits=edits_of("x"))
    Proposal.objects.update(state=Proposal.State.SUPERSEDED)
    newer = make_proposal(product=older.product)
    data = client.get(f"/proposals/{newer.pk}/").context["data"]
    assert data["former"] == {"id": older.pk, "edits": edits_of("x")}
    told = client.post(f"/proposals/{older.pk}/lease/").json()
    assert (told["held"], told["state"], told["newer"]) == (False, "superseded", newer.pk)


def test_sending_back_takes_it_out_of_the_queue_and_can_be_undone(client: Client, sam: User) -> None:
    proposal = make_proposal()
    shown = list_shown(proposal.product)
    client.force_login(sam)
    answer = send(client, proposal, "decide", kind="send_back", reason="Wrong category: a table")
    assert answer.json()["word"] == "sent back"
    proposal.refresh_from_db()
    assert (proposal.state, list_shown(proposal.product)) == ("sent_back", shown)
    assert client.get("/queue/").context["rows"] == []
    assert (
        "proposal sent back by sam"
        in client.get(f"/products/{proposal.product.external_id}/").content.decode()
    )
    assert send(client, proposal, "undo", of="k" * 8, submit_key="undo-it").json() == {"word": "undone"}
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_sending_back_needs_a_reason(client: Client, sam: User) -> None:
    client.force_login(sam)
    answer = send(client, make_proposal(), "decide", kind="send_back", reason="  ")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert "sent back" in answer.json()["message"]


def test_undoing_by_key_happens_once(client: Client, sam: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    send(client, proposal, "decide", kind="approve", final=list_shas(proposal)[:1], edits=[])
    for _ in range(2):
        assert send(client, proposal, "undo", of="k" * 8, submit_key="undo-it").status_code == 200
    assert Decision.objects.filter(kind="undo").count() == 1
    again = send(client, proposal, "undo", of="k" * 8, submit_key="another")
    assert (again.status_code, again.json()["code"]) == (409, "undone")


def test_undoing_what_never_arrived_is_no_trouble(client: Client, sam: User) -> None:
    client.force_login(sam)
    answer = send(client, make_proposal(), "undo", of="never", submit_key="undo-it")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing")


def test_a_kind_that_is_none_is_refused(client: Client, sam: User) -> None:
    client.force_login(sam)
    assert send(client, make_proposal(), "decide", kind=["reject"]).status_code == 400


def test_the_next_ones_come_whole_and_are_nobodys(client: Client, sam: User) -> None:
    first, second, third, fourth = [make_proposal(benefit=place / 10) for place in (9, 8, 7, 6)]
    client.force_login(sam)
    client.get(f"/proposals/{first.pk}/")
    rows = client.get(f"/proposals/{first.pk}/coming/").json()["coming"]
    assert [row["id"] for row in rows] == [second.pk, third.pk]
    assert rows[0]["images"] and "Zoe armchair" in rows[0]["parts"]["facts"] and rows[0]["canEdit"]
    assert Proposal.objects.filter(leased_by__isnull=False).get() == first
    rest = client.get(f"/proposals/{first.pk}/coming/?not={second.pk},{third.pk},x").json()["coming"]
    assert [row["id"] for row in rest] == [fourth.pk]


def test_titles_cannot_break_out_of_the_parts_that_are_put_in_place(client: Client, sam: User) -> None:
    proposal = make_proposal(summary="<b>bold</b>", notes=["<i>note</i>"])
    proposal.product.title = "<img src=x onerror=alert(1)>"
    proposal.product.save()
    client.force_login(sam)
    parts = client.post(f"/proposals/{proposal.pk}/open/").json()["parts"]
    assert not any(sign in "".join(parts.values()) for sign in ("<img", "<b>", "<i>"))


def test_opening_in_place_takes_the_lease(client: Client, sam: User, ada: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    assert client.post(f"/proposals/{proposal.pk}/open/").json()["canEdit"] is True
    client.force_login(ada)
    late = client.post(f"/proposals/{proposal.pk}/open/").json()
    assert late["canEdit"] is False and "sam is looking at" in late["parts"]["notices"]


@pytest.mark.parametrize("size", [1, 2])
def test_the_queries_for_the_next_ones_do_not_grow_with_the_queue(
    client: Client, sam: User, size: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = make_proposal(benefit=1.0)
    for _ in range(size * 3):
        make_proposal()
    client.force_login(sam)
    with django_assert_max_num_queries(24):
        client.get(f"/proposals/{first.pk}/coming/")


def test_a_flag_asks_somebody_else_and_stands_in_the_history(client: Client, sam: User, ada: User) -> None:
    proposal = make_proposal()
    client.force_login(sam)
    for _ in range(2):  # sent twice by an outbox
        assert (
            send(client, proposal, "flag", reason="Is this ours?", image=list_shas(proposal)[0]).status_code
            == 200
        )
    flag = Flag.objects.get()
    assert (flag.reason, flag.raised_by, flag.image and flag.image.sha256) == (
        "Is this ours?",
        sam,
        list_shas(proposal)[0],
    )
    client.force_login(ada)
    assert "Is this ours?" in client.get("/flags/").content.decode()
    client.post(f"/flags/{flag.pk}/settle/", {"answer": "Yes, keep it"})
    assert "Is this ours?" not in client.get("/flags/").content.decode()
    page = client.get(f"/products/{proposal.product.external_id}/").content.decode()
    assert "a picture of it flagged by sam" in page and "Yes, keep it" in page
    late = client.post(f"/flags/{flag.pk}/settle/", {"answer": "No"}, follow=True)
    assert "settled it meanwhile" in late.content.decode()
    assert Event.objects.filter(kind="flag_settled").count() == 1


@pytest.mark.parametrize("said", [{"reason": " "}, {"image": "f" * 64}, {"submit_key": ""}])
def test_a_flag_without_its_parts_is_refused(client: Client, sam: User, said: dict[str, str]) -> None:
    client.force_login(sam)
    assert send(client, make_proposal(), "flag", **({"reason": "odd"} | said)).status_code == 400
    assert not Flag.objects.exists()


def test_reasons_are_counted_by_what_stands_before_the_colon(client: Client, sam: User, toni: User) -> None:
    said = [
        ("send_back", "Wrong category: a table"),
        ("send_back", "wrong category"),
        ("reject", "The hero is wrong"),
    ]
    for number, (kind, reason) in enumerate(said):
        act = decisions.reject if kind == "reject" else decisions.send_back
        act(proposal=make_proposal(), by=sam, reason=reason, submit_key=f"k{number}", now=timezone.now())
    tablet = make_proposal(product=make_product(category="Electronics > Tablets"))
    last = decisions.reject(proposal=tablet, by=sam, reason="Undone", submit_key="u", now=timezone.now())
    client.force_login(toni)
    assert [row["word"] for row in client.get("/reports/reasons/").context["rows"]] == ["Undone"]
    decisions.undo(decision=last, by=sam, submit_key="u2", now=timezone.now())
    client.force_login(sam)
    rows = client.get("/reports/reasons/").context["rows"]
    assert [(row["word"].lower(), row["many"], row["kind_word"]) for row in rows] == [
        ("wrong category", 2, "sent back"),
        ("the hero is wrong", 1, "rejected"),
    ]
    assert client.get("/reports/reasons/?category=Electronics > Tablets").context["rows"] == []
    assert len(client.get(f"/reports/reasons/?run={tablet.run_id}&category=\0").context["rows"]) == 0
