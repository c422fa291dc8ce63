"""After a release the open proposals that it changes are made anew, and the doubtful is asked of people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from review import releasing, tasks
from review.actions import learning
from review.models import Category, Image, ModelVersion, Proposal, Question, Release, SelectionRun
from tests.review.factories import Candidate, make_product, make_proposal
from tests.review.heads import embed, keep_model, lay_ground, make_head

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path, monkeypatch)


def propose(*values: float, title: str = "Chair", category: str = "Chairs", **said: Any) -> Proposal:
    """A proposal of pictures with these numbers in their embeddings."""
    images = [embed(value) for value in values]
    candidates = [Candidate(before=at, after=at) for at in range(len(values))]
    product = make_product(title, category)
    return make_proposal(candidates, product=product, images=images, **said)


def release(model: ModelVersion, key: str = "key") -> Release:
    return learning.release(model=model, by=None, submit_key=key, now=NOW)


def test_open_proposals_that_change_are_made_anew_and_no_others() -> None:
    hit, miss = propose(1.0, 0.0), propose(0.0, 0.0)
    decided = propose(1.0, 1.0, state=Proposal.State.APPROVED)
    made = release(keep_model(make_head(), state="candidate"))
    run_id = releasing.follow(made.pk)
    made.refresh_from_db()
    run = SelectionRun.objects.get(pk=run_id or 0)
    assert run.scope == {"products": [hit.product.external_id]}
    assert (made.run, made.followed["pictures"], made.followed["products"]) == (run, 1, 1)
    assert {miss.product.external_id, decided.product.external_id}.isdisjoint(run.scope["products"])


def test_a_second_time_changes_nothing() -> None:
    propose(1.0, 0.0)
    made = release(keep_model(make_head(), state="candidate"))
    assert releasing.follow(made.pk) is not None
    before = SelectionRun.objects.count()
    assert releasing.follow(made.pk) is None
    assert SelectionRun.objects.count() == before


def test_where_nothing_changes_no_run_is_started() -> None:
    propose(0.0, 0.0)
    made = release(keep_model(make_head(), state="candidate"))
    assert releasing.follow(made.pk) is None
    assert learning.list_unfollowed() == []


def test_a_model_of_a_category_touches_only_that() -> None:
    inside, outside = propose(1.0, category="Toys > Knives"), propose(1.0, category="Chairs")
    toys = Category.objects.create(path="Toys")
    made = release(keep_model(make_head(), category=toys, state="candidate"))
    releasing.follow(made.pk)
    made.refresh_from_db()
    assert made.run is not None
    assert made.run.scope == {"products": [inside.product.external_id]}
    assert outside.product.external_id not in made.run.scope["products"]


def test_a_rollback_has_the_same_proposals_made_anew_again() -> None:
    hit = propose(1.0, 0.0)
    releasing.follow(release(keep_model(make_head(), state="candidate")).pk)
    back = learning.roll_back(judge="weapon", category=None, by=None, submit_key="back", now=NOW)
    releasing.follow(back.pk)
    back.refresh_from_db()
    assert back.run is not None
    assert back.run.scope == {"products": [hit.product.external_id]}
    assert not Question.objects.exists()


def test_pictures_near_the_threshold_are_asked_once() -> None:
    propose(0.5, 0.0)  # sure of neither: the head says 0.5 of a picture with 0.5
    doubtful = Image.objects.filter(offers__isnull=False).earliest("pk")
    releasing.follow(release(keep_model(make_head(), state="candidate"), "a").pk)
    question = Question.objects.get()
    assert (question.subject, question.image, question.origin) == ("weapon", doubtful, "doubt")
    assert question.model_says["score"] == pytest.approx(0.5)
    releasing.follow(release(keep_model(make_head(threshold=0.51), state="candidate"), "b").pk)
    assert Question.objects.count() == 1


def test_what_a_lost_worker_left_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hinted: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: hinted.append((task.name, args)))
    propose(1.0, 0.0)
    made = release(keep_model(make_head(), state="candidate"))
    tasks.resume_work()
    assert ("review.tasks.train_follow_release", (made.pk,)) in hinted
    tasks.train_follow_release(made.pk)
    assert hinted[-1][0] == "review.tasks.plan_run"
    hinted.clear()
    tasks.resume_work()
    assert hinted == []


def test_trainings_and_comparisons_go_to_the_queue_of_models() -> None:
    from smartimg.celery import app

    for name in ("train_judge", "train_comparison", "train_follow_release", "improve"):
        assert app.amqp.router.route({}, f"review.tasks.{name}")["queue"].name == "train"
