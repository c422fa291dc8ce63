"""A question has one holder at a time, and every answer is kept, once a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from review.actions import labelling, queue_places, takers, taking
from review.actions.asking import Asked, ask
from review.actions.labelling import CANNOT_TELL, InvalidAnswer, TooOld
from review.given import sign_given
from review.models import Answer, AskingRule, Question, QuestionSlot, WorkerPause, WorkerPlace
from tests.review.factories import make_image, make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SERIAL = count(1)


def make_question(
    subject: str = "blur", choices: tuple[str, ...] = ("yes", "no"), votes: int = 2
) -> Question:
    """An open question with room for so many votes; the ones made later are asked later."""
    rule = AskingRule(subject=subject, first_votes=votes)
    product = make_product()
    asked = Asked(subject, make_image().pk, product_id=product.pk, choices=choices, weight=-next(SERIAL))
    return Question.objects.get(pk=ask([asked], origin="doubt", now=NOW, rule=rule)[0])


def take(by: User, now: datetime = NOW, wanted: int = 1, subject: str = "") -> list[Question]:
    return list(taking.take(by=by, now=now, wanted=wanted, subject=subject).questions)


def answer(question: Question, by: User, value: str = "yes", now: datetime = NOW, **said: Any) -> Answer:
    return labelling.record_answer(question=question, by=by, value=value, now=now, **said)


def test_each_vote_has_one_holder(wim: User, sam: User, ada: User) -> None:
    first, second = make_question(), make_question(votes=1)
    assert take(wim) == [first]
    assert take(sam) == [first]
    assert take(ada) == [second]
    assert QuestionSlot.objects.filter(leased_by=None).count() == 0


def test_two_windows_get_the_same_questions_in_the_same_order(wim: User) -> None:
    made = [make_question() for _ in range(4)]
    assert take(wim, wanted=3) == made[:3]
    make_question()
    urgent = ask([Asked("blur", make_image().pk, weight=9)], origin="doubt", now=NOW)
    assert take(wim, wanted=3) == made[:3]
    assert take(wim, NOW + timedelta(minutes=3), wanted=4)[3].pk == urgent[0]
    assert take(wim, NOW + timedelta(minutes=4), wanted=3) == made[:3]


def test_a_slot_that_was_left_lying_goes_to_the_next(wim: User, sam: User) -> None:
    question = make_question(votes=1)
    take(wim)
    assert take(sam) == []
    assert take(sam, NOW + taking.LASTS + timedelta(seconds=1)) == [question]


def test_looking_again_keeps_what_one_holds(wim: User, sam: User) -> None:
    question = make_question(votes=1)
    for minutes in range(0, 40, 8):
        assert take(wim, NOW + timedelta(minutes=minutes)) == [question]
    assert take(sam, NOW + timedelta(minutes=41)) == []


def test_nobody_answers_a_question_twice(wim: User) -> None:
    question = make_question()
    take(wim)
    first = answer(question, wim, "yes")
    again = answer(question, wim, "no")
    assert (again.pk, again.value) == (first.pk, "yes")
    assert take(wim) == []


def test_an_answer_that_is_sent_twice_is_kept_once_even_after_it_was_taken_back(wim: User) -> None:
    question = make_question()
    first = answer(question, wim, "yes", client_id="key-1")
    labelling.take_back(question=question, by=wim, now=NOW)
    assert answer(question, wim, "yes", client_id="key-1").pk == first.pk
    assert not Answer.objects.filter(withdrawn_at=None).exists()


def test_nobody_sees_a_picture_twice_for_the_same_subject(wim: User, sam: User) -> None:
    first, second = make_question(), make_question()
    Question.objects.filter(pk=second.pk).update(image=first.image)
    assert take(wim, wanted=2) == [first]
    answer(first, wim)
    assert take(wim) == []
    badge = ask([Asked("badge", first.image_id)], origin="doubt", now=NOW)
    assert [question.pk for question in take(wim)] == badge


def test_a_late_answer_is_kept_and_takes_no_room(wim: User, sam: User) -> None:
    question = make_question(votes=1)
    take(wim)
    later = NOW + taking.LASTS + timedelta(seconds=1)
    take(sam, later)
    assert answer(question, wim, now=later).is_late
    assert question.slots.get().leased_by == sam
    assert not answer(question, sam, now=later).is_late


def test_a_settled_question_is_not_asked_but_a_late_answer_to_it_is_kept(wim: User) -> None:
    question = make_question()
    Question.objects.update(state=Question.State.SETTLED)
    assert take(wim) == []
    kept = answer(question, wim)
    assert (kept.value, kept.is_late) == ("yes", True)


def test_whoever_has_answered_much_goes_on_where_they_were(
    wim: User, stretches: list[queue_places.Stretch]
) -> None:
    made = [make_question() for _ in range(12)]
    for question in made[:10]:
        assert take(wim) == [question]
        answer(question, wim)
    stretches.clear()
    assert take(wim) == [made[10]]
    assert [at.above for at in stretches] == [pytest.approx(made[9].slots.get(number=1).priority)]
    assert WorkerPlace.objects.get().slot == made[10].slots.get(number=1).pk


def test_what_comes_in_before_ones_place_is_found_soon(wim: User) -> None:
    made = [make_question() for _ in range(3)]
    answer(take(wim)[0], wim)
    (urgent,) = ask([Asked("blur", make_image().pk, weight=9)], origin="doubt", now=NOW)
    assert take(wim) == [made[1]]
    answer(made[1], wim)
    soon = NOW + timedelta(minutes=3)
    assert [question.pk for question in take(wim, soon)] == [urgent]


def test_at_the_end_the_queue_is_begun_again(wim: User, sam: User) -> None:
    first, _ = make_question(votes=1), make_question(votes=1)
    take(sam)
    answer(take(wim)[0], wim)
    taking.give_back(by=sam)
    assert take(wim) == [first]


def test_a_person_stays_with_a_subject_for_a_while(wim: User) -> None:
    asked = [Asked("blur", make_image().pk, weight=0.1) for _ in range(takers.IN_A_ROW + 2)]
    ask([*asked, Asked("badge", make_image().pk, weight=0.05)], origin="doubt", now=NOW)
    seen = []
    for step in range(takers.IN_A_ROW + 2):
        if step == 2:
            ask([Asked("adult", make_image().pk, weight=5)], origin="doubt", now=NOW)
        question = take(wim)[0]
        seen.append(question.subject)
        answer(question, wim)
    assert seen == ["blur"] * takers.IN_A_ROW + ["adult", "blur"]


def test_a_subject_that_is_closed_or_that_a_person_is_paused_on_is_not_asked(wim: User, sam: User) -> None:
    make_question("blur"), make_question("badge"), make_question("watermark")
    AskingRule.objects.create(subject="watermark", is_open=False)
    take(wim)
    pause = WorkerPause.objects.create(person=wim, subject="blur", reason="3 of 8 were right")
    taken = taking.take(by=wim, now=NOW)
    assert [question.subject for question in taken.questions] == ["badge"]
    assert taken.pause == pause
    assert [question.subject for question in take(sam, wanted=3)] == ["blur", "badge"]


def test_what_is_held_of_a_paused_subject_makes_room_for_another(wim: User, sam: User) -> None:
    held, badge = make_question("blur", votes=1), make_question("badge")
    assert take(wim, wanted=1) == [held]
    WorkerPause.objects.create(person=wim, subject="blur", reason="3 of 8 were right")
    assert take(wim, wanted=1) == [badge]
    assert take(sam, wanted=1) == [held]


def test_who_is_paused_on_all_holds_nothing_any_more(wim: User, sam: User) -> None:
    question = make_question(votes=1)
    take(wim)
    WorkerPause.objects.create(person=wim, subject="", reason="too fast")
    taken = taking.take(by=wim, now=NOW)
    assert (list(taken.questions), taken.pause.reason) == ([], "too fast")  # type: ignore[union-attr]
    assert take(sam) == [question]


def test_choosing_a_subject_gives_back_the_others(wim: User, sam: User) -> None:
    blur, badge = make_question("blur", votes=1), make_question("badge")
    assert take(wim) == [blur]
    assert take(wim, wanted=5, subject="badge") == [badge]
    assert take(sam) == [blur]


def test_an_answer_that_is_not_offered_is_refused(wim: User) -> None:
    with pytest.raises(InvalidAnswer):
        answer(make_question(), wim, "perhaps")


def test_not_knowing_is_an_answer(wim: User) -> None:
    assert answer(make_question(), wim, CANNOT_TELL).value == CANNOT_TELL


def test_what_is_passed_by_is_free_for_others_and_not_shown_again(wim: User, sam: User) -> None:
    question = make_question(votes=1)
    take(wim)
    for _ in range(2):
        labelling.skip(question=question, by=wim, now=NOW)
    assert take(wim) == []
    assert take(sam) == [question]


def test_taking_back_holds_the_question_again_and_the_second_answer_counts(wim: User) -> None:
    question, other = make_question(), make_question()
    take(wim)
    answer(question, wim, "yes")
    assert labelling.take_back(question=question, by=wim, now=NOW)
    assert take(wim, wanted=2) == [question, other]
    answer(question, wim, "no")
    kept = Answer.objects.filter(withdrawn_at=None)
    assert [(one.value, one.is_late) for one in kept] == [("no", False)]
    assert question.slots.filter(is_open=True).count() == 1


def test_taking_back_twice_changes_nothing(wim: User) -> None:
    question = make_question()
    answer(question, wim)
    assert labelling.take_back(question=question, by=wim, now=NOW)
    assert not labelling.take_back(question=question, by=wim, now=NOW)


def test_only_the_last_answers_can_be_taken_back(wim: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelling, "UNDO_MOST", 10)
    made = [make_question() for _ in range(11)]
    for question in made:
        answer(question, wim)
    with pytest.raises(TooOld):
        labelling.take_back(question=made[0], by=wim, now=NOW)
    assert labelling.take_back(question=made[1], by=wim, now=NOW)


def test_the_page_shows_the_question_and_one_key_an_answer(client: Client, wim: User) -> None:
    make_question("type", ("front", "lifestyle", "other"))
    client.force_login(wim)
    page = client.get("/label/").content.decode()
    assert "What does the picture show?" in page
    for key, word in (("1", "Front view"), ("2", "Scene"), ("3", "Other"), ("0", "I cannot tell")):
        assert f'data-key="{key}" aria-keyshortcuts="{key}">{word}' in page


def test_the_page_names_no_supplier_and_no_product_number(client: Client, wim: User) -> None:
    question = make_question()
    client.force_login(wim)
    page = client.get("/label/").content.decode()
    assert question.product is not None
    assert question.product.external_id not in page.replace(question.image.sha256, "")
    assert "Norda" not in page


def test_without_scripts_an_answer_leads_to_the_page_with_the_next(client: Client, wim: User) -> None:
    question, other = make_question(), make_question()
    client.force_login(wim)
    given = {"question": question.pk, "proof": sign_given(wim.pk, question.pk)}
    assert f'name="proof" value="{given["proof"]}"' in client.get("/label/").content.decode()
    found = client.post("/label/", given | {"value": "no"})
    assert (found.status_code, found.headers["Location"]) == (302, "/label/")
    page = client.get("/label/").content.decode()
    assert f'name="question" value="{other.pk}"' in page
    assert "1 answer today" in page
    assert Answer.objects.get().value == "no"


def test_without_scripts_a_second_answer_says_that_the_first_one_stays(client: Client, wim: User) -> None:
    question = make_question()
    client.force_login(wim)
    given = {"question": question.pk, "proof": sign_given(wim.pk, question.pk)}
    assert b"already" not in client.post("/label/", given | {"value": "no"}, follow=True).content
    page = client.post("/label/", given | {"value": "yes"}, follow=True).content.decode()
    assert "You had answered this question already: No. That answer stays, and counts once." in page
    assert list(Answer.objects.values_list("value", flat=True)) == ["no"]


def test_an_invalid_answer_is_told_and_not_kept(client: Client, wim: User) -> None:
    client.force_login(wim)
    asked = make_question()
    client.get("/label/")
    found = client.post("/label/", {"question": asked.pk, "value": "perhaps"})
    assert found.status_code == 400
    assert b"does not offer this answer" in found.content
    assert not Answer.objects.exists()


def test_with_nothing_to_ask_the_page_says_so(client: Client, wim: User) -> None:
    client.force_login(wim)
    assert b"No question is open" in client.get("/label/").content
