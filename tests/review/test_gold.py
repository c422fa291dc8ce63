"""Questions with a known answer: made, worn out, found to have become known, found to be wrong."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review import tasks
from review.actions import disputes, gold, gold_stock, labelling, pauses, standings
from review.models import Answer, GoldQuestion, Label, Question, WorkerStanding
from tests.review.crowds import make_category, make_gold, make_question, make_workers, say
from tests.review.factories import make_image, make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def state_label(value: str, **said: object) -> Label:
    """A specialist said so in their own work."""
    usual = {"kind": "quality", "image": make_image(), "subject": "blur", "source": "specialist"}
    return Label.objects.create(value=value, **(usual | said))


def show(known: GoldQuestion, shown: int, fast_right: int = 0) -> GoldQuestion:
    GoldQuestion.objects.filter(pk=known.pk).update(shown=shown, right=shown, fast_right=fast_right)
    return known


def test_a_question_that_becomes_known_is_asked_no_more_and_yields_a_label(sam: User) -> None:
    question = make_question()
    known = gold.make_gold(question=question, value="no", by=sam, now=NOW)
    question.refresh_from_db()
    assert (question.state, question.settled_value) == ("settled", "no")
    assert not question.slots.filter(is_open=True).exists()
    label = Label.objects.get()
    assert (label.value, label.source, label.created_by) == ("fine", "gold", sam)
    assert gold.make_gold(question=question, value="yes", by=sam, now=NOW) == known
    assert Label.objects.count() == 1


def test_an_answer_that_is_not_offered_cannot_be_the_known_one(sam: User) -> None:
    with pytest.raises(gold.UnableToKnow):
        gold.make_gold(question=make_question(), value="perhaps", by=sam, now=NOW)


def test_one_that_was_shown_to_many_retires(db: None) -> None:
    worn, fresh = show(make_gold(), gold.MOST_SHOWN), show(make_gold(), 5)
    assert gold.retire_worn("blur", NOW) == 1
    worn.refresh_from_db()
    fresh.refresh_from_db()
    assert (worn.is_active, worn.retired, fresh.is_active) == (False, "shown to 200 people", True)


def test_one_that_two_people_flag_retires(db: None) -> None:
    flagged, other = make_gold(), make_gold()
    for person in make_workers(2):
        labelling.skip(question=flagged.question, by=person, now=NOW, reason="no picture", is_flag=True)
    labelling.skip(question=other.question, by=make_workers(1)[0], now=NOW)
    assert gold.retire_worn("blur", NOW) == 1
    flagged.refresh_from_db()
    assert flagged.retired == "flagged by 2 people"


def test_one_that_many_answer_right_without_looking_has_become_known(db: None) -> None:
    for _ in range(5):
        show(make_gold(), 40, fast_right=1)
    leaked, easy = show(make_gold(), 20, fast_right=9), show(make_gold(), 20, fast_right=0)
    assert gold.retire_worn("blur", NOW) == 1
    leaked.refresh_from_db()
    easy.refresh_from_db()
    assert "9 of 20 people were right in less than a second" in leaked.retired
    assert easy.is_active


def test_where_all_are_quick_none_has_become_known(db: None) -> None:
    for _ in range(6):
        show(make_gold(), 40, fast_right=20)
    assert gold.retire_worn("blur", NOW) == 0


def test_quick_right_answers_are_counted(wim: User) -> None:
    known = make_gold()
    say(known.question, wim, "yes", seconds=0.4)
    known.refresh_from_db()
    assert known.fast_right == 1


def test_a_wrong_one_takes_back_what_it_told_of_people(wim: User, ada: User) -> None:
    known = make_gold()
    say(known.question, wim, "no")
    assert gold.retire(gold=known, reason="it is sharp", now=NOW, is_wrong=True)
    standing = WorkerStanding.objects.get()
    assert (standing.gold_seen, standing.gold_right) == (0, 0)
    assert not Answer.objects.get().counts
    known.question.refresh_from_db()
    assert known.question.state == "disputed"
    assert Label.objects.get().withdrawn_at is not None
    assert not gold.retire(gold=known, reason="again", now=NOW)


def test_once_a_specialist_said_what_is_right_the_wrong_known_answer_is_forgotten(
    wim: User, sam: User
) -> None:
    known = make_gold(value="yes")
    say(known.question, wim, "no")
    gold.retire(gold=known, reason="it is sharp", now=NOW, is_wrong=True)
    disputes.settle(question=known.question, by=sam, value="no", now=NOW)
    assert standings.read_known("blur") == {known.question_id: "no"}
    say(known.question, make_workers(1)[0], "yes")
    assert pauses.list_known_answers(wim, "blur") == []
    assert not WorkerStanding.objects.filter(gold_seen__gt=0).exists()


def test_questions_on_which_all_agreed_are_fit_to_be_known(db: None) -> None:
    people = make_workers(3)
    for values, votes in (("yyy", 3), ("yyn", 3), ("yy", 2)):
        question = make_question()
        for person, value in zip(people, values, strict=False):
            said = {"y": "yes", "n": "no"}[value]
            Answer.objects.create(question=question, answered_by=person, value=said)
        Question.objects.filter(pk=question.pk).update(state="settled", settled_value="yes", votes=votes)
    assert [question.answers.count() for question in gold.list_fit()] == [3]
    make_known = gold.list_fit().get()
    gold.make_gold(question=make_known, value="yes", by=None, now=NOW)
    assert not gold.list_fit().exists()


def test_specialists_labels_become_known_questions_evenly_over_the_values(db: None) -> None:
    for number in range(9):
        state_label("blur" if number < 2 else "fine")
    assert gold_stock.stock("blur", NOW, wanted=6) == 6
    values = list(GoldQuestion.objects.values_list("value", flat=True))
    assert (values.count("yes"), values.count("no")) == (2, 4)
    assert not Question.objects.filter(slots__isnull=False).exists()
    assert gold_stock.stock("blur", NOW, wanted=6) == 0


def test_what_people_could_not_agree_on_is_no_fair_test(db: None) -> None:
    disputed = make_question(state="settled", settled_value="yes")
    state_label("blur", image=disputed.image, question=disputed)
    state_label("blur", source="consensus")
    assert gold_stock.stock("blur", NOW) == 0


def test_known_types_are_asked_with_the_categorys_types(db: None) -> None:
    make_category("Chairs")
    product = make_product(category="Chairs")
    state_label("side", kind="type", subject="type", product=product)
    state_label("packaging", kind="type", subject="type", product=product)  # the category has no such type
    assert gold_stock.stock("type", NOW) == 1
    question = GoldQuestion.objects.get().question
    assert question.choices == ["front", "side", "back", "other"]
    assert (question.category, question.settled_value) == (product.category, "side")


def test_the_beat_weighs_answers_and_makes_known_questions(wim: User) -> None:
    state_label("blur")
    say(make_question(), wim, "yes")
    tasks.weigh_answers()
    tasks.weigh_answers()
    assert WorkerStanding.objects.get(person=wim).votes == 1
    assert GoldQuestion.objects.count() == 1
