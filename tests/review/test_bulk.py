"""Sure proposals approved together: each on its own, none held up by another, undone as one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from review.actions import bulk, decisions, leases
from review.actions.decisions import UnableToDecide
from review.models import BulkApproval, BulkItem, Decision, Flag, Label, Proposal
from tests.review.factories import list_shown, make_product, make_proposal

pytestmark = pytest.mark.django_db
KEY = "b" * 32


def sure(title: str = "Zoe armchair", category: str = "Furniture > Armchairs", **said: Any) -> Proposal:
    return make_proposal(product=make_product(title, category), **({"is_sure": True} | said))


def approve(proposals: list[Proposal], by: User, key: str = KEY) -> BulkApproval:
    return bulk.approve_all(proposals=proposals, by=by, submit_key=key, now=timezone.now())


def send(client: Client, proposals: list[Proposal], key: str = KEY) -> Any:
    body = {"submit_key": key, "proposals": [one.pk for one in proposals]}
    return client.post("/queue/sure/approve/", json.dumps(body), "application/json")


def list_sure(client: Client, query: str = "") -> list[str]:
    return [card["proposal"].product.title for card in client.get(f"/queue/sure/{query}").context["cards"]]


def test_each_is_published_as_proposed_and_no_label_follows(sam: User) -> None:
    first, second = sure(), sure()
    wanted = [
        list(
            p.items.exclude(after_position=None)
            .order_by("after_position")
            .values_list("image__sha256", flat=True)
        )
        for p in (first, second)
    ]
    approve([first, second], sam)
    assert [list_shown(one.product) for one in (first, second)] == wanted
    assert set(Proposal.objects.values_list("state", flat=True)) == {"approved"}
    assert not Label.objects.exists()


def test_the_same_key_again_approves_nothing_twice(sam: User) -> None:
    first, second = sure(), sure()
    approve([first], sam)
    approve([first, second], sam)
    assert (Decision.objects.count(), BulkItem.objects.count(), BulkApproval.objects.count()) == (2, 2, 1)


def test_those_that_moved_are_named_and_the_others_are_approved(sam: User, ada: User) -> None:
    good, decided, held, doubtful = (
        sure("Good"),
        sure("Decided"),
        sure("Held"),
        sure("Doubtful", is_sure=False),
    )
    flagged = sure("Flagged")
    now = timezone.now()
    decisions.reject(proposal=decided, by=ada, reason="No", submit_key="r", now=now)
    leases.take(proposal=held, by=ada, now=now)
    Flag.objects.create(product=flagged.product, reason="?", submit_key="f", raised_by=ada)
    done = approve([decided, held, doubtful, flagged, good], sam)
    refused = dict(done.items.filter(decision=None).values_list("proposal__product__title", "refusal"))
    assert refused["Decided"].startswith("ada rejected this proposal")
    assert refused["Held"] == "ada is looking at it now."
    assert set(refused) == {"Decided", "Held", "Doubtful", "Flagged"}
    assert Proposal.objects.get(state="approved") == good


def test_one_undo_takes_all_of_them_back(sam: User) -> None:
    rows = [sure(), sure()]
    shown = [list_shown(one.product) for one in rows]
    done = approve(rows, sam)
    for _ in range(2):
        bulk.undo_all(bulk=done, by=sam, now=timezone.now())
    assert [list_shown(one.product) for one in rows] == shown
    assert set(Proposal.objects.values_list("state", flat=True)) == {"open"}
    assert Decision.objects.filter(kind="undo").count() == 2


def test_a_late_repetition_does_not_bring_back_what_was_undone(sam: User) -> None:
    first = sure()
    bulk.undo_all(bulk=approve([first], sam), by=sam, now=timezone.now())
    approve([first], sam)
    first.refresh_from_db()
    assert first.state == "open"


def test_what_was_published_since_stays_and_is_named(sam: User, ada: User) -> None:
    first, second = sure("First"), sure("Second")
    done = approve([first, second], sam)
    newer = make_proposal(product=first.product)
    final = list(
        newer.items.exclude(after_position=None)
        .order_by("after_position")
        .values_list("image__sha256", flat=True)
    )
    seen = first.product.published_sets.count()
    decisions.approve(
        proposal=newer, by=ada, final=final, edits=[], submit_key="n", now=timezone.now(), seen_set=seen
    )
    bulk.undo_all(bulk=done, by=sam, now=timezone.now())
    assert list_shown(first.product) == final
    assert done.items.get(proposal=first).refusal.startswith("Set ")
    second.refresh_from_db()
    assert second.state == "open"


def test_a_key_of_somebody_else_and_too_many_are_refused(sam: User, ada: User) -> None:
    one = sure()
    approve([one], sam)
    for by, proposals, key in (
        (ada, [one], KEY),
        (sam, [], "e"),
        (sam, [one] * 25, "m"),
        (sam, [one], "no key!"),
    ):
        with pytest.raises(UnableToDecide):
            approve(proposals, by, key)


def test_the_grid_shows_only_sure_ones_that_are_free_and_holds_them(
    client: Client, sam: User, ada: User
) -> None:
    sure("Sure")
    sure("Doubtful", is_sure=False)
    held = sure("Held")
    leases.take(proposal=held, by=ada, now=timezone.now())
    client.force_login(sam)
    assert list_sure(client) == ["Sure"]
    client.force_login(ada)
    assert list_sure(client) == ["Held"]


def test_the_grid_never_shows_more_than_a_bulk_holds(
    client: Client, sam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.actions.bulk.MOST", 3)
    for number in range(4):
        sure(f"p{number}", benefit=0.9 - number / 10)
    client.force_login(sam)
    page = client.get("/queue/sure/")
    assert [card["proposal"].product.title for card in page.context["cards"]] == ["p0", "p1", "p2"]
    assert list_sure(client, f"?after={page.context['others']}") == ["p3"]
    assert send(client, list(Proposal.objects.all())).status_code == 400


def test_a_specialist_approves_only_in_the_own_categories(client: Client, toni: User) -> None:
    chair, tablet = sure("chair"), sure("tablet", "Electronics > Tablets")
    client.force_login(toni)
    assert list_sure(client) == ["tablet"]
    assert send(client, [chair, tablet]).json()["approved"] == [tablet.pk]
    chair.refresh_from_db()
    assert chair.state == "open"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"submit_key": "k"}',
        '{"submit_key": 1, "proposals": [1]}',
        '{"submit_key": "k", "proposals": ["1"]}',
        '{"submit_key": "k", "proposals": [true]}',
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_in_words(client: Client, sam: User, body: str) -> None:
    client.force_login(sam)
    answer = client.post("/queue/sure/approve/", body, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_the_undo_is_offered_after_a_reload_and_not_for_ever(client: Client, sam: User, ada: User) -> None:
    sure("Left")
    done = approve([sure()], sam)
    client.force_login(sam)
    assert client.get("/queue/sure/").context["last"]["words"] == "1 approved together."
    answer = client.post(f"/bulks/{done.pk}/undo/").json()
    assert (answer["words"], len(answer["undone"]), answer["approved"]) == ("1 approval undone.", 1, [])
    assert client.get("/queue/sure/").context["last"] is None
    old = approve([sure()], sam, "old")
    BulkApproval.objects.filter(pk=old.pk).update(approved_at=timezone.now() - timedelta(days=2))
    assert client.get("/queue/sure/").context["last"] is None


def test_leases_of_the_grid_are_renewed_and_given_back(client: Client, sam: User) -> None:
    one = sure()
    client.force_login(sam)
    client.get("/queue/sure/")
    Proposal.objects.update(leased_until=timezone.now() + timedelta(seconds=5))
    assert client.post("/queue/sure/hold/", {"proposals": f"{one.pk},x"}).json() == {"held": 1}
    one.refresh_from_db()
    assert one.leased_until is not None and one.leased_until > timezone.now() + timedelta(minutes=9)
    client.post("/queue/sure/hold/", {"proposals": str(one.pk), "release": "1"})
    one.refresh_from_db()
    assert one.leased_by is None


def test_the_number_of_queries_does_not_grow_with_the_grid(
    client: Client, sam: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(sam)
    for count in (1, 12):
        for number in range(count):
            sure(f"p{number}")
        with django_assert_max_num_queries(12):
            client.get("/queue/sure/")
