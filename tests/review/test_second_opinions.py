"""A share of decisions is made again by somebody who does not know the first; nothing of it is published."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review.actions import decisions, sampling, second_opinions
from review.actions.decisions import UnableToDecide
from review.actions.second_opinions import Said
from review.models import Decision, Label, Proposal, ReviewDraft, SecondOpinion
from tests.review.factories import list_shas, list_shown, make_product, make_proposal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything_is_chosen(settings: Any) -> None:
    settings.SECOND_OPINION_PERCENT = 100


def decide(by: User, kind: str = "approve", category: str = "Furniture > Armchairs") -> Proposal:
    proposal = make_proposal(product=make_product(category=category))
    said: dict[str, Any] = {
        "proposal": proposal,
        "by": by,
        "submit_key": f"first-{proposal.pk}",
        "now": timezone.now(),
    }
    if kind == "approve":
        decisions.approve(final=list_final(proposal), edits=[], **said)
    else:
        decisions.reject(reason="The hero is wrong", **said)
    return proposal


def list_final(proposal: Proposal) -> list[str]:
    kept = proposal.items.exclude(after_position=None).order_by("after_position")
    return list(kept.values_list("image__sha256", flat=True))


def give(opinion: SecondOpinion, by: User, **said: Any) -> SecondOpinion:
    usual: dict[str, Any] = {
        "kind": "approve",
        "reason": "",
        "final": None,
        "edits": [],
        "submit_key": "second",
    }
    return second_opinions.give(opinion=opinion, by=by, said=Said(**(usual | said)), now=timezone.now())


def test_the_share_is_kept_and_always_the_same() -> None:
    chosen = [number for number in range(20_000) if sampling.is_chosen(number, 5)]
    assert 900 < len(chosen) < 1100
    assert set(chosen) <= {number for number in range(20_000) if sampling.is_chosen(number, 20)}
    assert not any(sampling.is_chosen(number, 0) for number in range(1000))
    assert all(sampling.is_chosen(number, 100) for number in range(1000))


def test_a_decision_asks_once_and_undoing_it_asks_nobody(sam: User, ada: User) -> None:
    proposal = decide(sam)
    opinion = SecondOpinion.objects.get()
    assert opinion.decision.kind == "approve"
    decisions.undo(decision=opinion.decision, by=sam, submit_key="u", now=timezone.now())
    assert SecondOpinion.objects.count() == 1
    assert second_opinions.take_next(by=ada, now=timezone.now()) is None
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_it_is_offered_to_others_of_the_category_only(sam: User, ada: User, toni: User) -> None:
    decide(sam)
    now = timezone.now()
    assert [second_opinions.count_waiting(person, now) for person in (sam, toni, ada)] == [0, 0, 1]
    assert second_opinions.take_next(by=sam, now=now) is None
    assert second_opinions.take_next(by=toni, now=now) is None
    taken = second_opinions.take_next(by=ada, now=now)
    assert taken is not None and taken.leased_by == ada


def test_two_people_never_get_the_same(sam: User, ada: User, toni: User) -> None:
    decide(sam, category="Electronics > Tablets")
    decide(sam, category="Electronics > Tablets")
    now = timezone.now()
    first = second_opinions.take_next(by=ada, now=now)
    assert second_opinions.take_next(by=ada, now=now) == first
    second = second_opinions.take_next(by=toni, now=now)
    assert second is not None and second != first


def test_it_publishes_nothing_and_writes_no_label(sam: User, ada: User) -> None:
    proposal = decide(sam)
    shown, final = list_shown(proposal.product), list(reversed(list_final(proposal)))
    ReviewDraft.objects.create(person=ada, proposal=proposal, clock=1)
    given = give(
        SecondOpinion.objects.get(),
        ada,
        final=final,
        edits=[{"edit": "relabel", "image": final[0], "type": "back"}],
    )
    assert (given.kind, given.final_set, given.given_by) == ("approve", final, ada)
    assert list_shown(proposal.product) == shown
    assert not Label.objects.exists() and Decision.objects.count() == 1
    assert not ReviewDraft.objects.exists()


def test_the_same_key_again_changes_nothing_and_a_second_person_is_refused(
    sam: User, ada: User, toni: User
) -> None:
    decide(sam)
    opinion = SecondOpinion.objects.get()
    assert give(opinion, ada, kind="reject", reason="No") == give(opinion, ada, kind="reject", reason="Other")
    opinion.refresh_from_db()
    assert opinion.reason == "No"
    with pytest.raises(UnableToDecide, match="meanwhile"):
        give(opinion, toni, kind="reject", reason="No", submit_key="t")


def test_what_makes_no_sense_is_refused(sam: User, ada: User) -> None:
    proposal = decide(sam)
    opinion = SecondOpinion.objects.get()
    for said in ({"kind": "undo"}, {"kind": "reject"}, {"final": ["nothing"]}, {"submit_key": "no key!"}):
        with pytest.raises(UnableToDecide):
            give(opinion, ada, **said)
    with pytest.raises(UnableToDecide, match="your own"):
        give(opinion, sam, final=list_final(proposal))


def test_its_page_hides_the_first_decision(client: Client, sam: User, ada: User) -> None:
    proposal = decide(sam)
    client.force_login(ada)
    page = client.get(client.get("/second-opinions/next/").headers["Location"])
    data = page.context["data"]
    assert (data["isOpen"], data["canEdit"], data["setChanged"], data["seenSet"]) == (True, True, False, 0)
    assert [image["sha"] for image in data["images"] if image["before"] == 0] == list_shas(proposal)[:1]
    text = page.content.decode()
    assert "Second opinion:" in text and "approved" not in text and "sam" not in text
    again = client.post(data["openUrl"]).json()
    assert "sam" not in json.dumps(again) and again["state"] == "open"


def test_it_is_given_and_withdrawn_from_its_page(client: Client, sam: User, ada: User) -> None:
    proposal = decide(sam)
    client.force_login(ada)
    opinion = SecondOpinion.objects.get()
    address = f"/second-opinions/{opinion.pk}/"
    body = {"kind": "approve", "submit_key": "k1", "final": list_final(proposal), "edits": []}
    assert client.post(address + "give/", json.dumps(body), "application/json").status_code == 200
    assert client.get(address).headers["Location"] == "/queue/"
    assert client.post(address + "withdraw/").status_code == 200
    assert client.post(address + "withdraw/").json()["code"] == "nothing"
    assert client.post(address + "hold/").json()["held"] is True
    assert client.post(address + "hold/", {"release": "1"}).json() == {"held": False}
    bad = client.post(address + "give/", "{}", "application/json")
    assert (bad.status_code, bad.json()["code"]) == (400, "invalid")
    assert client.get(address + "coming/").json() == {"coming": []}


def test_the_report_counts_pairs_by_reviewer_and_category(
    client: Client, sam: User, ada: User, toni: User
) -> None:
    same, other_order, differing = decide(sam), decide(sam), decide(sam, "reject", "Electronics > Tablets")
    for number, (proposal, said) in enumerate(
        (
            (same, {"final": list_final(same)}),
            (other_order, {"final": [*list_final(other_order)[:1], *reversed(list_final(other_order)[1:])]}),
            (differing, {"final": list_final(differing)}),
        )
    ):
        give(SecondOpinion.objects.get(decision__proposal=proposal), ada, submit_key=f"s{number}", **said)
    client.force_login(ada)
    context = client.get("/reports/agreement/").context
    overall = context["overall"]
    counted = [(overall[name].hits, overall[name].many) for name in ("same", "same_hero", "same_set")]
    assert counted == [(2, 3), (2, 2), (1, 2)]
    low, high = overall["same"].ends
    assert 0.2 < low < 2 / 3 < high < 0.95
    assert [(row["name"], row["pairs"]) for row in context["by_reviewer"]] == [("ada", 3), ("sam", 3)]
    assert [row["pairs"] for row in context["by_category"]] == [2, 1]
    assert [(row["first"], row["second"], row["many"]) for row in context["kinds"]] == [
        ("rejected", "approved", 1)
    ]
    client.force_login(sam)
    assert [row["name"] for row in client.get("/reports/agreement/").context["by_reviewer"]] == ["sam"]
    client.force_login(toni)
    assert client.get("/reports/agreement/?days=30").context["overall"]["pairs"] == 1


def test_undone_decisions_do_not_count(client: Client, sam: User, ada: User) -> None:
    proposal = decide(sam)
    opinion = give(SecondOpinion.objects.get(), ada, final=list_final(proposal))
    decisions.undo(decision=opinion.decision, by=sam, submit_key="u", now=timezone.now())
    client.force_login(ada)
    page = client.get("/reports/agreement/?days=nonsense")
    assert page.context["overall"]["pairs"] == 0
    assert "No second opinion yet" in page.content.decode()
