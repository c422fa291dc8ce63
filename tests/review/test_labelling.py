"""A question has one holder at a time, and every answer is kept, once a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review.actions import labelling
from review.actions.labelling import CANNOT_TELL, InvalidAnswer
from review.models import Answer, Question
from tests.review.factories import make_image, make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def make_question(subject: str = "blur", choices: tuple[str, ...] = ("yes", "no")) -> Question:
    return Question.objects.create(
        kind="type" if subject == "type" else "quality",
        subject=subject,
        image=make_image(),
        product=make_product(),
        choices=list(choices),
    )


def answer(question: Question, by: User, value: str = "yes") -> Answer:
    return labelling.record_answer(question=question, by=by, value=value, now=NOW)


def test_two_people_do_not_get_the_same_question(wim: User, sam: User) -> None:
    first, second = make_question(), make_question()
    assert labelling.take_question(by=wim, now=NOW) == first
    assert labelling.take_question(by=sam, now=NOW) == second


def test_a_person_gets_the_question_again_that_they_hold(wim: User) -> None:
    make_question(), make_question()
    assert labelling.take_question(by=wim, now=NOW) == labelling.take_question(by=wim, now=NOW)


def test_a_question_that_was_left_lying_goes_to_the_next(wim: User, sam: User) -> None:
    question = make_question()
    labelling.take_question(by=wim, now=NOW)
    assert labelling.take_question(by=sam, now=NOW) is None
    assert labelling.take_question(by=sam, now=NOW + labelling.LASTS + timedelta(seconds=1)) == question


def test_nobody_answers_a_question_twice(wim: User) -> None:
    question = make_question()
    first = answer(question, wim, "yes")
    again = answer(question, wim, "no")
    assert (again.pk, again.value) == (first.pk, "yes")
    assert labelling.take_question(by=wim, now=NOW) is None


def test_somebody_else_may_answer_it_too(wim: User, sam: User) -> None:
    question = make_question()
    labelling.take_question(by=wim, now=NOW)
    answer(question, wim)
    assert labelling.take_question(by=sam, now=NOW) == question


def test_a_late_answer_is_kept(wim: User, sam: User) -> None:
    question = make_question()
    labelling.take_question(by=wim, now=NOW)
    later = NOW + labelling.LASTS + timedelta(seconds=1)
    labelling.take_question(by=sam, now=later)
    answer(question, wim)
    assert Answer.objects.get().answered_by == wim
    question.refresh_from_db()
    assert question.leased_by == sam


def test_a_settled_question_is_not_asked_but_a_late_answer_to_it_is_kept(wim: User) -> None:
    question = make_question()
    Question.objects.update(state=Question.State.SETTLED)
    assert labelling.take_question(by=wim, now=NOW) is None
    assert answer(question, wim).value == "yes"


def test_an_answer_that_is_not_offered_is_refused(wim: User) -> None:
    with pytest.raises(InvalidAnswer):
        answer(make_question(), wim, "perhaps")


def test_not_knowing_is_an_answer(wim: User) -> None:
    assert answer(make_question(), wim, CANNOT_TELL).value == CANNOT_TELL


def test_the_page_shows_the_question_and_one_key_an_answer(client: Client, wim: User) -> None:
    make_question("type", ("front", "lifestyle", "other"))
    client.force_login(wim)
    page = client.get("/label/").content.decode()
    assert "What does the picture show?" in page
    for key, word in (("1", "Front view"), ("2", "Scene"), ("3", "Other"), ("0", "I cannot tell")):
        assert f'data-key="{key}">{word}' in page


def test_the_page_names_no_supplier(client: Client, wim: User) -> None:
    question = make_question()
    client.force_login(wim)
    page = client.get("/label/").content.decode()
    assert question.product.external_id not in page.replace(question.image.sha256, "")
    assert "Norda" not in page


def test_an_answer_leads_to_the_next_question(client: Client, wim: User) -> None:
    first, second = make_question(), make_question()
    client.force_login(wim)
    said = {"question": first.pk, "value": "no"}
    part = client.post("/label/", said, headers={"hx-request": "true"}).content.decode()
    assert f'name="question" value="{second.pk}"' in part
    assert "<html" not in part
    assert "1 answer today" in part
    assert Answer.objects.get().value == "no"


def test_without_scripts_the_page_is_loaded_again(client: Client, wim: User) -> None:
    question = make_question()
    client.force_login(wim)
    found = client.post("/label/", {"question": question.pk, "value": "no"})
    assert (found.status_code, found.headers["Location"]) == (302, "/label/")


def test_an_invalid_answer_is_told_and_not_kept(client: Client, wim: User) -> None:
    client.force_login(wim)
    found = client.post("/label/", {"question": make_question().pk, "value": "perhaps"})
    assert found.status_code == 400
    assert b"does not offer this answer" in found.content
    assert not Answer.objects.exists()


def test_with_nothing_to_ask_the_page_says_so(client: Client, wim: User) -> None:
    client.force_login(wim)
    assert b"No question is open" in client.get("/label/").content
