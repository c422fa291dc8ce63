"""The benches of queue and pages: rows that the product can show, and what claims are summed up to."""

from __future__ import annotations

import argparse
import random

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bench import claims, pages, rows
from review.models import Image, Offer, Product, Proposal, ProposalItem, PublishedImage

WANTED = argparse.Namespace(sort="benefit", category="", hold=False)


@pytest.fixture
def filled(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "CHUNK", 40)
    rows.write(70, 5)
    pages.prepare()


def test_every_product_has_its_rows_across_chunks(filled: None) -> None:
    counts = [
        model.objects.count() for model in (Product, Proposal, Image, Offer, ProposalItem, PublishedImage)
    ]
    assert counts == [70, 70, 350, 350, 350, 210]
    proposal = Proposal.objects.get(pk=41)
    assert proposal.category == proposal.product.category
    shown = proposal.items.filter(before_position__isnull=False).values_list("image", flat=True)
    assert set(shown) == set(proposal.product.published_sets.get().images.values_list("image", flat=True))
    assert Product.objects.create(external_id="behind").pk == 71


def test_it_writes_nothing_into_a_catalog(filled: None) -> None:
    with pytest.raises(rows.NotEmpty):
        rows.write(1, 1)


def test_every_measured_page_answers_and_asks_the_database_a_few_times(filled: None) -> None:
    found = [pages.measure(name, who, addresses, 1) for name, who, addresses in pages.list_pages(70)]
    assert {page["page"]: page["queries"] for page in found if not 0 < page["queries"] < 25} == {}


def test_a_claim_takes_what_the_queue_has_first(filled: None, client: Client) -> None:
    person = User.objects.get(username=claims.NAME.format(0))
    client.force_login(person)
    first = client.get("/queue/").context["rows"][0]["proposal"]
    assert claims.claim(person, WANTED) == first.pk
    claims.decide(first.pk)
    assert claims.claim(person, WANTED) != first.pk


def test_claims_of_the_same_proposal_are_counted() -> None:
    found = claims.summarise([[(1, 0.001), (2, 0.003)], [(2, 0.002), (3, 0.1)]], 0.5)
    assert (found["over_assigned"], found["p50_ms"], found["p95_ms"], found["rate_per_s"]) == (
        1,
        3.0,
        100.0,
        8.0,
    )
    assert claims.at_share([1.0, 2.0], 1.0) == 2.0


def test_depths_lie_within_the_queue() -> None:
    chance = random.Random(1)
    assert all(pages.deep("doubt", 10)(chance).startswith("/queue/?sort=doubt&after=0.") for _ in range(20))
