"""The pages of runs: starting, following, trying again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review import tasks
from review.actions import runs
from review.actions.run_progress import measure
from review.models import RunBatch, RunProduct, SelectionRun
from review.templatetags.figures import counted, drops, duration
from tests.review.factories import make_product, make_proposal
from tests.review.test_runs import make_offered, start_run

pytestmark = pytest.mark.django_db
NOW = timezone.now()
PART = {"hx-request": "true"}


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    """What was to be enqueued, instead of a broker."""
    hinted: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: hinted.append((task.name, args)))
    return hinted


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def test_an_admin_starts_a_run(admin: Client, ada: User, hints: list[Any]) -> None:
    make_offered()
    answer = admin.post("/runs/")
    run = SelectionRun.objects.get()
    assert answer.headers["Location"] == f"/runs/{run.pk}/"
    assert (run.scope, run.created_by) == ({"all": True}, ada)
    assert hints == [("review.tasks.plan_run", (run.pk,))]


def test_an_admin_starts_a_run_over_one_category(admin: Client) -> None:
    make_offered(category="Furniture > Armchairs")
    admin.post("/runs/", {"category": "Furniture > Armchairs"})
    assert SelectionRun.objects.get().scope == {"category": "Furniture > Armchairs"}


def test_a_run_that_cannot_start_says_why(admin: Client) -> None:
    answer = admin.post("/runs/")
    assert answer.status_code == 400
    assert b"import a catalog first" in answer.content


def test_a_specialist_cannot_start_one(client: Client, sam: User) -> None:
    make_offered()
    client.force_login(sam)
    assert b"Start a run" not in client.get("/runs/").content
    assert client.post("/runs/").status_code == 403
    assert not SelectionRun.objects.exists()


def test_the_list_shows_what_each_run_did(admin: Client) -> None:
    make_offered(), make_offered(1)
    run = start_run()
    page = admin.get("/runs/").content.decode()
    assert f"Run {run.pk}" in page
    assert "all categories" in page


def test_the_list_costs_the_same_for_one_run_and_for_many(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    make_offered()
    for _ in range(12):
        start_run()
    with django_assert_max_num_queries(8):
        admin.get("/runs/")


def test_the_list_goes_on_at_older_runs(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.views.runs.ROWS", 2)
    make_offered()
    first, second, third = (start_run() for _ in range(3))
    assert f"?after={second.pk}~{second.pk}" in admin.get("/runs/").content.decode()
    older = admin.get(f"/runs/?after={second.pk}~{second.pk}").content.decode()
    assert f"Run {first.pk}" in older
    assert f"Run {third.pk}" not in older
    assert f"?before={first.pk}~{first.pk}" in older


def test_a_run_that_goes_on_is_fetched_again_and_a_finished_one_is_not(admin: Client) -> None:
    make_offered()
    run = start_run()
    assert 'hx-trigger="every 2s"' in admin.get(f"/runs/{run.pk}/", headers=PART).content.decode()
    run.batches.update(state=RunBatch.State.DONE)
    runs.finish_if_complete(run_id=run.pk, now=NOW)
    part = admin.get(f"/runs/{run.pk}/", headers=PART).content.decode()
    assert "every 2s" not in part
    assert "<html" not in part


def test_the_page_tells_what_was_dropped_passed_over_and_failed(admin: Client) -> None:
    make_offered(), make_offered(1)
    run = start_run()
    run.batches.update(dropped={"blur": 2, "duplicate": 1}, images_judged=9, state=RunBatch.State.DONE)
    run.products.filter(batch__isnull=False).update(outcome="failed", reason="the disk is full")
    page = admin.get(f"/runs/{run.pk}/").content.decode()
    for words in (
        "Blurred images</th>",
        "<span>2</span>",
        "Copy</th>",
        "Fewer than two different",
        "the disk is full",
        "1 product failed",
    ):
        assert words in page


def test_trying_again_opens_the_failed_products(admin: Client, hints: list[Any]) -> None:
    make_offered()
    run = start_run()
    run.batches.update(state=RunBatch.State.FAILED)
    run.products.update(outcome=RunProduct.Outcome.FAILED, reason="the disk is full")
    admin.post(f"/runs/{run.pk}/retry/")
    assert run.products.get().outcome == RunProduct.Outcome.WAITING
    assert hints == [("review.tasks.fetch_batch", (run.pk, 0))]


def test_only_ones_own_proposals_are_counted_for_review(client: Client, toni: User) -> None:
    proposal = make_proposal(product=make_product(category="Furniture > Armchairs"))
    client.force_login(toni)
    assert b"Review" not in client.get(f"/runs/{proposal.run_id}/", headers=PART).content


def test_a_run_that_is_not_there_is_not_found(admin: Client) -> None:
    assert admin.get("/runs/999/").status_code == 404


def test_progress_counts_and_tells_the_time_left() -> None:
    for _ in range(4):
        make_offered()
    run = start_run()
    first = run.products.order_by("pk").first()
    assert first is not None
    first.outcome = RunProduct.Outcome.PROPOSED
    first.save()
    run.batches.update(images_judged=8, started_at=NOW - timedelta(seconds=10))
    progress = measure(run, NOW)
    assert (progress.done, progress.to_do, progress.waiting) == (1, 4, 3)
    assert progress.images_a_second == pytest.approx(0.8)
    assert progress.seconds_left == pytest.approx(30)


def test_there_is_no_time_left_before_anything_happened() -> None:
    make_offered()
    assert measure(start_run(), NOW).seconds_left is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "–"), (0.4, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (900, "15 min"), (7500, "2 h 5 min")],
)
def test_durations_read_as_people_say_them(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_counts_agree_with_their_nouns() -> None:
    assert [counted(1, "product"), counted(1240, "product")] == ["1 product", "1,240 products"]
    assert [drops(1, "blur"), drops(2, "duplicate"), drops(3, "odd")] == ["Blurred image", "Copies", "Odd"]


def test_nor_is_a_product_named_that_is_somebody_elses(client: Client, toni: User, sam: User) -> None:
    product = make_product("Zoe armchair", category="Furniture > Armchairs")
    run = SelectionRun.objects.create(scope={"all": True})
    RunProduct.objects.create(run=run, product=product, outcome=RunProduct.Outcome.FAILED, reason="full")
    for person, is_named in ((toni, False), (sam, True)):
        client.force_login(person)
        assert (b"Zoe armchair" in client.get(f"/runs/{run.pk}/").content) == is_named
