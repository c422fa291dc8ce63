"""The crowd's pages say what happened, ask the database as often for many as for few, and do as told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review.actions import crowd_figures, pauses, standings
from review.models import AskingRule, GoldQuestion, Question, WorkerPause, WorkerStanding
from tests.review.crowds import make_category, make_gold, make_question, make_workers, say
from tests.review.factories import make_product
from tests.review.test_settling import trust

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def settle_some(many: int = 2) -> list[User]:
    people = make_workers(2)
    trust(people)
    for _ in range(many):
        question = make_question(category=make_category())
        for person in people:
            say(question, person, "yes", seconds=1.5)
    return people


def test_the_figures_count_what_was_said_and_what_it_cost(ada: User) -> None:
    people = settle_some(3)
    say(make_gold().question, people[0], "yes")
    row = crowd_figures.read_subjects(timezone.now())[0]
    assert (row.subject, row.answers, row.known_answers, row.by_crowd) == ("blur", 7, 1, 3)
    assert (row.answers_today, row.answers_last_hour) == (7, 7)
    assert row.votes_a_label == pytest.approx(7 / 3)
    assert row.cents_a_label == pytest.approx(14 / 3)
    assert row.fixed_cents == 6.0
    assert row.disputed_share == 0.0


def test_what_specialists_had_to_settle_is_a_share_of_its_own(sam: User) -> None:
    settle_some(3)
    Question.objects.filter(pk=make_question().pk).update(state="disputed")
    assert crowd_figures.read_subjects(timezone.now())[0].disputed_share == pytest.approx(1 / 4)


def test_the_hours_of_a_day_are_all_there(ada: User) -> None:
    settle_some(1)
    hours = crowd_figures.read_hours(timezone.now())
    assert len(hours) == 24
    assert (hours[-1].many + hours[-2].many, sum(hour.many for hour in hours)) == (2, 2)


@pytest.mark.parametrize("address", ["/crowd/", "/crowd/workers/", "/crowd/rules/", "/known-questions/"])
def test_a_page_asks_the_database_as_often_for_many_as_for_few(
    as_ada: Client, address: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settle_some(1), make_gold()
    standings.refit("blur", timezone.now())
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert as_ada.get(address).status_code == 200
    for _ in range(4):
        people = settle_some(2)
        say(make_gold().question, people[0], "no")
        pauses.pause(person=people[1], subject="blur", reason="careless", now=timezone.now())
    standings.refit("blur", timezone.now())
    with django_assert_num_queries(len(few)):
        as_ada.get(address)


@pytest.mark.parametrize("address", ["/crowd/", "/crowd/workers/", "/crowd/rules/", "/known-questions/"])
def test_with_nothing_there_a_page_says_what_to_do(as_ada: Client, address: str) -> None:
    assert 'class="empty"' in as_ada.get(address).content.decode()


def test_the_overview_says_what_a_label_costs_and_how_far_people_agree(as_ada: Client) -> None:
    settle_some(2)
    standings.refit("blur", timezone.now())
    page = as_ada.get("/crowd/").content.decode()
    assert "with three votes each: 6.0" in page
    assert "Furniture &gt; Armchairs" in page or "Where people agree least" not in page


def test_a_person_is_paused_with_a_reason_and_asked_again(as_ada: Client, ada: User) -> None:
    people = settle_some(2)
    standing = WorkerStanding.objects.get(person=people[0])
    address = f"/crowd/workers/{standing.pk}/pause/"
    assert b"Say why" in as_ada.post(address, {"reason": " "}, follow=True).content
    assert not WorkerPause.objects.exists()
    said = as_ada.post(address, {"reason": "clicks blindly", "void": "1"}, follow=True).content.decode()
    pause = WorkerPause.objects.get()
    assert (pause.reason, pause.paused_by, len(pause.voided)) == ("clicks blindly", ada, 2)
    assert "2 questions are asked again" in said
    assert set(Question.objects.values_list("state", flat=True)) == {"open"}
    said = as_ada.post(f"/crowd/pauses/{pause.pk}/lift/", {"restore": "1"}, follow=True).content.decode()
    assert "2 answers count again" in said
    assert set(Question.objects.values_list("state", flat=True)) == {"settled"}
    assert (
        "ended this pause before"
        in as_ada.post(f"/crowd/pauses/{pause.pk}/lift/", follow=True).content.decode()
    )


def test_rules_are_kept_and_wrong_ones_are_refused_beside_their_field(as_ada: Client) -> None:
    make_question()
    said = {"subject": "blur", "first_votes": 3, "cap": 7, "target": 0.9, "gold_share": 0.12}
    said |= {"pause_below": 0.6, "cents": 1.5, "is_open": "on"}
    wrong = as_ada.post("/crowd/rules/", said | {"gold_share": 0.5})
    assert wrong.status_code == 400
    assert "less than or equal to 0.15" in wrong.content.decode()
    assert as_ada.post("/crowd/rules/", said | {"cap": 2}).status_code == 400
    assert not AskingRule.objects.exists()
    assert as_ada.post("/crowd/rules/", said).status_code == 302
    rule = AskingRule.objects.get()
    assert (rule.first_votes, rule.cap, rule.target, rule.gold_share, rule.is_open) == (3, 7, 0.9, 0.12, True)


def test_somebody_checks_what_all_agreed_on_before_it_is_known(as_ada: Client, ada: User) -> None:
    question = make_question(product=make_product())
    for person in make_workers(4):
        say(question, person, "no")
    assert "everybody agreed" in as_ada.get("/known-questions/").content.decode()
    as_ada.post(f"/known-questions/{question.pk}/make/", {"value": "yes"})
    known = GoldQuestion.objects.get()
    assert (known.value, known.created_by) == ("yes", ada)
    assert "everybody agreed</h2>" not in as_ada.get("/known-questions/").content.decode()


def test_an_admin_takes_a_wrong_one_out(as_ada: Client, wim: User) -> None:
    known = make_gold()
    say(known.question, wim, "no")
    as_ada.post(f"/known-questions/{known.pk}/retire/", {"is_wrong": "1"})
    known.refresh_from_db()
    assert (known.is_active, known.retired) == (False, "its answer was wrong")
    assert "its answer was wrong" in as_ada.get("/known-questions/?retired=1").content.decode()
    assert WorkerStanding.objects.get(person=wim).gold_seen == 0


def test_a_dispute_is_settled_on_its_page_and_the_next_one_comes(client: Client, sam: User) -> None:
    client.force_login(sam)
    first, second = (make_question() for _ in range(2))
    for question in (first, second):
        for person in make_workers(2):
            say(question, person, "cannot_tell")
    page = client.get("/disputes/").content.decode()
    assert "Is the picture blurred?" in page and "2 questions left" in page
    assert "worker" not in page
    part = client.post(
        f"/disputes/{first.pk}/settle/", {"value": "yes"}, headers={"hx-request": "true"}
    ).content.decode()
    assert f"/disputes/{second.pk}/settle/" in part and f"/disputes/{first.pk}/undo/" in part
    assert "<html" not in part
    assert client.post(f"/disputes/{second.pk}/settle/", {"value": "no"}).status_code == 302
    assert "Nothing is disputed" in client.get("/disputes/").content.decode()


def test_on_a_dispute_whoever_is_late_is_told(client: Client, sam: User, ada: User) -> None:
    question = make_question()
    for person in make_workers(2):
        say(question, person, "cannot_tell")
    client.force_login(ada)
    client.post(f"/disputes/{question.pk}/settle/", {"value": "yes"})
    client.force_login(sam)
    late = client.post(f"/disputes/{question.pk}/settle/", {"value": "no"})
    assert late.status_code == 409
    assert "ada settled it meanwhile" in late.content.decode()
