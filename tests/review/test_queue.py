"""The queue: who sees which proposals, in which order, page by page, with a constant number of queries."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from review.models import Proposal
from tests.review.factories import Candidate, make_product, make_proposal

pytestmark = pytest.mark.django_db

ONE = [Candidate(before=0, after=0)]


def read_titles(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/queue/{query}")
    assert response.status_code == 200
    return [row["proposal"].product.title for row in response.context["rows"]]


def propose(title: str, category: str = "Furniture > Armchairs", **said: Any) -> Proposal:
    return make_proposal(ONE, product=make_product(title, category), **said)


def test_what_gains_most_comes_first(client: Client, sam: User) -> None:
    propose("little", benefit=0.1, doubt=0.9)
    propose("much", benefit=0.9, doubt=0.1)
    client.force_login(sam)
    assert read_titles(client) == ["much", "little"]
    assert read_titles(client, "?sort=doubt") == ["little", "much"]
    assert read_titles(client, "?sort=oldest") == ["little", "much"]


def test_it_filters_by_category_with_all_below_it(client: Client, sam: User) -> None:
    propose("chair", "Furniture > Armchairs")
    propose("tablet", "Electronics > Tablets")
    client.force_login(sam)
    assert read_titles(client, "?category=Furniture") == ["chair"]
    assert read_titles(client, "?category=Electronics+%3E+Tablets") == ["tablet"]
    assert read_titles(client, "?category=Furn") == []


def test_it_filters_by_kind_of_change_and_run(client: Client, sam: User) -> None:
    propose("copies", changes={"copy": 2})
    hero = propose("hero", changes={"hero": 1})
    client.force_login(sam)
    assert read_titles(client, "?change=copy") == ["copies"]
    assert read_titles(client, f"?run={hero.run_id}") == ["hero"]


@pytest.mark.parametrize(
    "query",
    [
        "?sort=nonsense&run=x&change=y",
        "?category=%00",
        "?after=zzz",
        "?before=1~",
        "?after=nan~5",
        "?after=0.5~99999999999999999999",
        "?sort=oldest&after=0001-01-01~1",
        "?run=99999999999999999",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_plain_queue(client: Client, sam: User, query: str) -> None:
    propose("one")
    client.force_login(sam)
    assert set(read_titles(client, query)) <= {"one"}


@pytest.mark.parametrize("sort", ["benefit", "doubt", "oldest"])
def test_pages_hold_every_proposal_once_there_and_back(
    client: Client, sam: User, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.views.queue.PAGE_ROWS", 3)
    for number in range(8):
        propose(f"p{number}", benefit=number % 3 / 10, doubt=number % 2 / 10)
    client.force_login(sam)
    pages: list[list[int]] = []
    query = ""
    for _ in range(3):
        response = client.get(f"/queue/?sort={sort}{query}")
        pages.append([row["proposal"].pk for row in response.context["rows"]])
        query = f"&after={response.context['page'].later}"
    seen = list(chain.from_iterable(pages))
    assert len(set(seen)) == len(seen) == 8
    assert response.context["page"].later == ""
    back = client.get(f"/queue/?sort={sort}&before={response.context['page'].earlier}")
    assert [row["proposal"].pk for row in back.context["rows"]] == pages[1]


def test_what_somebody_else_looks_at_is_named_and_not_listed(client: Client, sam: User, ada: User) -> None:
    propose("Mine")
    until = timezone.now() + timedelta(minutes=5)
    held = propose("Held", leased_by=ada, leased_until=until)
    client.force_login(sam)
    assert read_titles(client) == ["Mine"]
    assert [one.leased_by for one in client.get("/queue/").context["held"]] == [ada]
    Proposal.objects.filter(pk=held.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert set(read_titles(client)) == {"Mine", "Held"}


def test_a_specialist_sees_only_the_categories_that_are_hers(client: Client, toni: User) -> None:
    propose("chair", "Furniture > Armchairs")
    propose("tablet", "Electronics > Tablets")
    client.force_login(toni)
    assert read_titles(client) == ["tablet"]


def test_decided_and_replaced_proposals_are_not_waiting(client: Client, sam: User) -> None:
    propose("done", state=Proposal.State.APPROVED)
    propose("old", state=Proposal.State.SUPERSEDED)
    client.force_login(sam)
    assert read_titles(client) == []


def test_an_empty_queue_says_what_to_do_next(client: Client, ada: User, sam: User) -> None:
    client.force_login(ada)
    assert "manage.py import_catalog" in client.get("/queue/").content.decode()
    client.force_login(sam)
    assert "An admin imports a catalog" in client.get("/queue/").content.decode()
    propose("one")
    assert "Nothing waits behind these filters" in client.get("/queue/?change=copy").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_queue(
    client: Client, sam: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(sam)
    for count in (1, 30):
        for number in range(count):
            propose(f"p{number}", "Furniture" if number % 2 else "Toys")
        with django_assert_max_num_queries(13):
            client.get("/queue/")


def test_the_next_one_is_taken_for_the_asker(client: Client, sam: User, ada: User) -> None:
    first, second = propose("a", benefit=0.9), propose("b", benefit=0.5)
    client.force_login(ada)
    assert client.get("/proposals/next/").headers["Location"] == f"/proposals/{first.pk}/"
    client.force_login(sam)
    assert client.get("/proposals/next/").headers["Location"] == f"/proposals/{second.pk}/"
    second.refresh_from_db()
    assert second.leased_by == sam


def test_the_next_one_follows_the_filters_and_begins_again_at_the_end(client: Client, sam: User) -> None:
    first, second = propose("a", benefit=0.9), propose("b", benefit=0.5)
    client.force_login(sam)
    behind = client.get(f"/proposals/next/?after=0.9~{first.pk}").headers["Location"]
    assert behind == f"/proposals/{second.pk}/"
    again = client.get(f"/proposals/next/?after=0.5~{second.pk}").headers["Location"]
    assert again == f"/proposals/{first.pk}/"
    none = client.get("/proposals/next/?change=copy").headers["Location"]
    assert none == "/queue/?change=copy"
