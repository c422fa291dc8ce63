"""Taking the next proposal: one statement, many people at once, nobody gets what another has."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from review.actions import leases
from review.models import Product, Proposal, SelectionRun
from tests.review.conftest import make_person
from tests.review.factories import Candidate, make_proposal
from tests.review.test_queue import propose

TAKERS, OPEN = 8, 120
BY_BENEFIT = Proposal.objects.order_by("-benefit", "pk")


def fill(many: int) -> None:
    """Bare open proposals, several with the same benefit."""
    run = SelectionRun.objects.create()
    products = Product.objects.bulk_create(Product(external_id=f"t{number}") for number in range(many))
    Proposal.objects.bulk_create(
        Proposal(product=one, run=run, benefit=number % 7 / 7, content_digest="c")
        for number, one in enumerate(products)
    )


def take_all(person: User) -> list[int]:
    """Take one after another and keep them, as somebody who never decides."""
    taken: list[int] = []
    try:
        for _ in range(OPEN // TAKERS):
            free = BY_BENEFIT.exclude(pk__in=taken)  # what one holds oneself could be had again
            taken += leases.take_next(rows=free, by=person, now=timezone.now())
    finally:
        connections.close_all()
    return taken


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_never_get_the_same() -> None:
    fill(OPEN)
    people = [make_person(f"taker{number}", "specialist") for number in range(TAKERS)]
    with ThreadPoolExecutor(TAKERS) as pool:
        taken = [pk for part in pool.map(take_all, people) for pk in part]
    assert max(Counter(taken).values()) == 1
    assert len(taken) == OPEN
    assert Counter(Proposal.objects.values_list("leased_by", flat=True)) == Counter(
        {person.pk: OPEN // TAKERS for person in people}
    )


@pytest.mark.django_db
def test_it_takes_the_first_free_one_by_a_single_statement(sam: User, ada: User) -> None:
    now = timezone.now()
    best = propose("best", benefit=0.9, leased_by=ada, leased_until=now + timedelta(minutes=5))
    second = propose("second", benefit=0.8)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert leases.take_next(rows=BY_BENEFIT, by=sam, now=now) == [second.pk]
    assert len(asked) == 1
    assert leases.take_next(rows=BY_BENEFIT, by=sam, now=now + timedelta(minutes=6)) == [best.pk]


@pytest.mark.django_db
def test_what_was_decided_or_filtered_out_is_never_taken(sam: User) -> None:
    propose("decided", state=Proposal.State.APPROVED)
    assert leases.take_next(rows=BY_BENEFIT, by=sam, now=timezone.now()) == []
    assert leases.take_next(rows=BY_BENEFIT.filter(pk__in=[]), by=sam, now=timezone.now()) == []


@pytest.mark.django_db
def test_a_lease_remembers_since_when_it_is_held(sam: User, ada: User) -> None:
    proposal, now = make_proposal([Candidate(before=0, after=0)]), timezone.now()
    later = now + timedelta(minutes=5)
    leases.take(proposal=proposal, by=sam, now=now)
    leases.take(proposal=proposal, by=sam, now=later)
    assert leases.take_next(rows=BY_BENEFIT, by=sam, now=later) == [proposal.pk]
    proposal.refresh_from_db()
    assert (proposal.leased_at, proposal.leased_until) == (now, later + leases.LASTS)
    much_later = later + timedelta(hours=1)
    assert leases.take(proposal=proposal, by=ada, now=much_later)
    proposal.refresh_from_db()
    assert (proposal.leased_by, proposal.leased_at) == (ada, much_later)


@pytest.mark.django_db
def test_several_are_taken_and_given_back_together(sam: User, ada: User) -> None:
    first, second, third = (
        propose(name, benefit=benefit) for name, benefit in (("a", 0.9), ("b", 0.8), ("c", 0.7))
    )
    now = timezone.now()
    assert set(leases.take_next(rows=BY_BENEFIT, by=sam, now=now, many=2)) == {first.pk, second.pk}
    assert leases.take_next(rows=BY_BENEFIT, by=ada, now=now, many=2) == [third.pk]
    assert leases.renew(ids=[first.pk, second.pk, third.pk], by=sam, now=now) == 2
    leases.give_back_all(ids=[first.pk, third.pk], by=sam)
    assert set(Proposal.objects.filter(leased_by__isnull=True)) == {first}
