"""What the queue's page says besides its rows: counts, who is on what, one's own, saved filters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from review.actions import decisions, drafts, leases, saved_filters
from review.models import CHANGES, Flag, Product, Proposal, ReviewDraft, SavedFilter, SelectionRun
from review.templatetags.queue import benefit_line, queue_count
from review.views.queue_filters import Filters
from tests.review.test_queue import propose, read_titles

pytestmark = pytest.mark.django_db


def save(client: Client, name: str, address: str = "?change=copy") -> str:
    answer = client.post("/queue/filters/", {"name": name, "address": address}, follow=True)
    return str(answer.content.decode())


def test_a_count_is_exact_for_few_and_marked_as_estimated_for_many(
    client: Client, sam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose("one")
    client.force_login(sam)
    assert "1 proposal waits" in client.get("/queue/").content.decode()
    assert queue_count(None, 1_234_567, 1000, False) == "~ 1,235,000 proposals wait (estimated)"
    assert queue_count(None, 400, 1000, True) == "more than 1,000 proposals wait behind these filters"
    monkeypatch.setattr("review.views.queue_filters.COUNT_UP_TO", 1)
    propose("two")
    context = client.get("/queue/").context
    assert context["count"] is None and isinstance(context["about"], int)


def test_a_benefit_is_explained_in_one_line() -> None:
    parts = [
        ["hero", 1, 0.3],
        ["copy", 2, 0.106],
        ["doubt", 1, -0.02],
        ["views", 1200, 0.04],
        ["moved", 1, 0.004],
    ]
    said = "Benefit 0.43: new hero +0.30, 2 copies +0.11, doubt −0.02, 1,200 views a week +0.04"
    assert benefit_line(parts, 0.426) == said  # rounded as in its column
    assert benefit_line([["moved", 1, 0.004]], 0.004) == ""
    with translation.override("de"):
        assert benefit_line(parts[:2], 0.406) == "Nutzen 0,41: neues Titelbild +0,30, 2 Kopien +0,11"


def test_many_rows_are_paged_by_an_index_at_any_depth(
    client: Client, sam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.views.queue_filters.COUNT_UP_TO", 3)
    monkeypatch.setattr("review.views.queue.PAGE_ROWS", 4)
    run = SelectionRun.objects.create()
    products = Product.objects.bulk_create(Product(external_id=f"q{n}", title=f"q{n}") for n in range(10))
    Proposal.objects.bulk_create(
        Proposal(product=one, run=run, benefit=0.5, content_digest="c") for one in products
    )
    client.force_login(sam)
    page = client.get("/queue/").context["page"]
    assert read_titles(client, f"?after={page.later}") == ["q4", "q5", "q6", "q7"]


def test_it_names_who_is_on_what_and_since_when(client: Client, sam: User, ada: User) -> None:
    held = propose("Held chair")
    leases.take(proposal=held, by=ada, now=timezone.now() - timedelta(minutes=4))
    client.force_login(sam)
    text = client.get("/queue/").content.decode()
    assert "<b>ada</b>" in text and "for 4 min" in text
    client.force_login(ada)
    assert client.get("/queue/").context["held"] == []


def test_mine_lists_what_i_hold_began_sent_back_and_flagged(client: Client, sam: User, ada: User) -> None:
    held, begun, back, other = (propose(name) for name in ("Held", "Begun", "Back", "Other"))
    now = timezone.now()
    leases.take(proposal=held, by=sam, now=now)
    drafts.keep(proposal=begun, by=sam, clock=1, edits={"order": []}, now=now)
    decisions.send_back(proposal=back, by=sam, reason="Wrong category", submit_key="b", now=now)
    Flag.objects.create(product=other.product, reason="Logo?", submit_key="f", raised_by=sam)
    client.force_login(sam)
    mine = client.get("/queue/?sort=mine").context["mine"]
    found = {name: [row["proposal"] for row in mine[name]] for name in ("holding", "begun", "sent_back")}
    assert found == {"holding": [held], "begun": [begun], "sent_back": [back]}
    assert [flag.product for flag in mine["flags"]] == [other.product]
    client.force_login(ada)
    assert "Nothing of yours is open" in client.get("/queue/?sort=mine").content.decode()


def test_filters_are_kept_under_a_name_and_forgotten(client: Client, sam: User) -> None:
    client.force_login(sam)
    assert "Saved as Copies." in save(client, " Copies ")
    save(client, "Copies", "?change=hero&sort=doubt&next=https://example.com")
    kept = SavedFilter.objects.get()
    assert (kept.name, kept.address) == ("Copies", "?change=hero&sort=doubt")
    assert 'href="/queue/?change=hero&amp;sort=doubt"' in client.get("/queue/").content.decode()
    client.post(f"/queue/filters/{kept.pk}/forget/")
    assert not SavedFilter.objects.exists()


def test_a_filter_needs_a_name_and_there_are_at_most_twenty(client: Client, sam: User) -> None:
    client.force_login(sam)
    assert "Give the filters a name." in save(client, "  ")
    for number in range(saved_filters.MOST):
        saved_filters.save(person=sam, name=f"n{number}", address="")
    assert "which is the most" in save(client, "one more")
    assert "Saved as n3." in save(client, "n3")
    assert SavedFilter.objects.count() == saved_filters.MOST


def test_only_old_drafts_of_decided_proposals_are_cleaned(sam: User) -> None:
    now = timezone.now()
    rows = {name: propose(name) for name in ("open", "fresh", "old")}
    for name, proposal in rows.items():
        age = timedelta(days=1 if name == "fresh" else 31)
        drafts.keep(proposal=proposal, by=sam, clock=1, edits=None, now=now - age)
    Proposal.objects.exclude(pk=rows["open"].pk).update(state="approved")
    assert drafts.clean(now=now) == 1
    assert set(ReviewDraft.objects.values_list("proposal__product__title", flat=True)) == {"open", "fresh"}


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"category": "Furniture > Armchairs"}, "queue_of_category"),
        ({"run": "run"}, "queue_of_run"),
        *(({"change": kind}, f"queue_{kind}") for kind in CHANGES),
    ],
)
def test_few_rows_come_out_of_an_index_of_their_own_in_order(
    ada: User, query: dict[str, str], index: str
) -> None:
    proposal = propose("chair", changes=dict.fromkeys(CHANGES, 1))
    filters = Filters(**query | ({"run": str(proposal.run_id)} if "run" in query else {}))
    rows, count = filters.narrow(ada)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute("DROP INDEX queue_by_benefit")  # of a single row, all indexes cost the same
    plan = filters.order.sort(rows.free_for(ada, timezone.now()))[:31].explain()
    assert (count, index in plan, "Sort" in plan) == (1, True, False), plan
