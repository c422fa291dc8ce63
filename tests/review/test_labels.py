"""Labels: written once, and of several of a picture the one that counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review.actions import decisions, labels
from review.models import Image, Label, Question
from tests.review.factories import list_shas, make_image, make_product, make_proposal

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SPECIALIST, GOLD, CONSENSUS = Label.Source.SPECIALIST, Label.Source.GOLD, Label.Source.CONSENSUS


def say(image: Image, value: str, *, subject: str = "blur", source: str = SPECIALIST, age: int = 0) -> Label:
    now = NOW - timedelta(minutes=age)
    made = labels.write(subject=subject, image_id=image.pk, value=value, source=source, now=now)
    assert made is not None
    return made


def read(judge: str, **asked: object) -> dict[int, str]:
    return {row.image_id: row.value for row in labels.current(judge, **asked)}  # type: ignore[arg-type]


def test_a_specialist_counts_for_more_than_a_newer_consensus() -> None:
    image = make_image()
    say(image, "blur", age=9)
    say(image, "fine", source=GOLD, age=5)
    say(image, "fine", source=CONSENSUS)
    assert read("blur") == {image.pk: "yes"}


def test_gold_counts_for_more_than_consensus() -> None:
    image = make_image()
    say(image, "fine", source=GOLD, age=5)
    say(image, "blur", source=CONSENSUS)
    assert read("blur") == {image.pk: "no"}


def test_of_one_source_the_newest_counts() -> None:
    image = make_image()
    say(image, "fine")
    say(image, "blur", age=5)
    assert read("blur") == {image.pk: "no"}


def test_what_was_said_later_is_left_out_of_an_earlier_day() -> None:
    image = make_image()
    say(image, "fine")
    say(image, "blur", age=5)
    assert read("blur", until=NOW - timedelta(minutes=1)) == {image.pk: "yes"}


def test_sources_can_be_chosen() -> None:
    image, other = make_image(), make_image()
    say(image, "blur")
    say(other, "blur", source=CONSENSUS)
    assert read("blur", sources=["consensus"]) == {other.pk: "yes"}


def test_a_picture_that_is_fine_altogether_is_a_negative_of_every_judge_of_its_kind() -> None:
    image = make_image()
    Label.objects.create(kind="quality", image=image, value="fine", source=SPECIALIST)
    assert read("blur") == read("small_object") == {image.pk: "no"}
    assert read("badge") == {}


def test_a_picture_that_is_fine_of_one_defect_says_nothing_of_others() -> None:
    image = make_image()
    say(image, "fine", subject="blur")
    assert read("small_object") == {}


def test_a_defect_says_nothing_to_the_judge_of_another() -> None:
    image = make_image()
    Label.objects.create(kind="compliance", image=image, value="badge", source=SPECIALIST)
    assert read("badge") == {image.pk: "yes"}
    assert read("watermark") == {}


def test_labels_of_an_undone_decision_do_not_count(sam: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    edits = [{"edit": "drop", "image": e, "reason": "badge"}]
    said: dict[str, Any] = {"by": sam, "now": NOW}
    decision = decisions.approve(proposal=proposal, final=[b, a], edits=edits, submit_key="one", **said)
    assert list(read("badge").values()) == ["yes"]
    decisions.undo(decision=decision, submit_key="two", **said)
    assert read("badge") == {}


def test_a_withdrawn_label_does_not_count_and_can_be_said_again() -> None:
    image = make_image()
    question = Question.objects.create(kind="quality", subject="blur", image=image)
    said: dict[str, Any] = {
        "subject": "blur",
        "image_id": image.pk,
        "value": "blur",
        "source": CONSENSUS,
        "now": NOW,
    }
    first = labels.write(question=question, **said)
    Label.objects.update(withdrawn_at=NOW)
    assert read("blur") == {}
    again = labels.write(question=question, **said)
    assert first is not None and again is not None
    assert again.pk != first.pk
    assert read("blur") == {image.pk: "yes"}


def test_a_settled_question_has_one_label_however_often_it_is_written() -> None:
    image = make_image()
    question = Question.objects.create(kind="type", subject="type", image=image, product=make_product())
    said: dict[str, Any] = {
        "subject": "type",
        "image_id": image.pk,
        "value": "front",
        "source": CONSENSUS,
        "now": NOW,
    }
    first, second = labels.write(question=question, **said), labels.write(question=question, **said)
    assert first == second
    label = Label.objects.get()
    assert (label.kind, label.subject, label.product) == ("type", "type", question.product)


def test_both_ways_round_are_one_pair() -> None:
    left, right = make_image(), make_image()
    said: dict[str, Any] = {"subject": "pair", "source": SPECIALIST}
    labels.write(image_id=left.pk, other_id=right.pk, value="duplicate", now=NOW - timedelta(hours=1), **said)
    labels.write(image_id=right.pk, other_id=left.pk, value="different", now=NOW, **said)
    rows = list(labels.current("pair"))
    assert [(row.image_id, row.other_id, row.value) for row in rows] == [(left.pk, right.pk, "different")]


@pytest.mark.parametrize(("answer", "wanted"), [("first", "left"), ("second", "right")])
def test_who_is_shown_first_is_kept_the_one_way_round(answer: str, wanted: str) -> None:
    pair = {"left": make_image(), "right": make_image()}
    value = labels.value_of("hero", answer)
    left, right = pair["left"].pk, pair["right"].pk
    labels.write(subject="hero", image_id=left, other_id=right, value=value, source=CONSENSUS, now=NOW)
    label = Label.objects.get()
    assert (label.kind, label.value, label.image) == ("preference", "before", pair[wanted])
    assert [row.value for row in labels.current("hero")] == [answer]


def test_only_a_categorys_own_labels_are_read_where_one_is_named() -> None:
    inside, below, beside = (
        make_product(category=path) for path in ("Home > Lamps", "Home > Lamps > Desk", "Home > Lampshades")
    )
    for product in (inside, below, beside):
        said: dict[str, Any] = {"subject": "type", "value": "front", "source": SPECIALIST, "now": NOW}
        labels.write(image_id=make_image().pk, product_id=product.pk, **said)
    assert inside.category is not None
    rows = labels.current("type", category=inside.category)
    assert {row.product_id for row in rows} == {inside.pk, below.pk}


def test_a_label_finds_the_product_of_its_picture() -> None:
    proposal = make_proposal()
    image = proposal.items.order_by("pk")[0].image
    assert say(image, "blur").product_id == proposal.product_id


@pytest.mark.parametrize("answer", ["cannot_tell", "", "perhaps"])
def test_an_answer_that_says_nothing_writes_no_label(answer: str) -> None:
    value = labels.value_of("badge", answer)
    said: dict[str, Any] = {"subject": "badge", "image_id": make_image().pk, "source": CONSENSUS, "now": NOW}
    assert labels.write(value=value, **said) is None
    assert not Label.objects.exists()


@pytest.mark.parametrize(
    ("subject", "answer"),
    [("blur", "yes"), ("badge", "no"), ("scratch", "yes"), ("type", "back"), ("pair", "different")],
)
def test_an_answer_comes_back_as_it_was_given(subject: str, answer: str) -> None:
    assert labels.truth_of(labels.value_of(subject, answer), subject, subject) == answer


def test_a_labels_own_words_say_nothing_to_a_judge_of_another_subject() -> None:
    assert labels.truth_of("fine", "blur", "badge") is None
    assert labels.truth_of("fine", "", "badge") == "no"
    assert labels.truth_of("watermark", "", "badge") is None
