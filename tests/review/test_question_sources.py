"""Questions come from doubts, likeness, disputes and a sample of what is sure; each is asked once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from review.actions import asking, question_sources
from review.actions.asking import Asked, ask
from review.actions.blanks import leave_out_blanks
from review.actions.changes import Doubt, DraftItem
from review.actions.likeness import similar_to
from review.models import (
    AskingRule,
    Decision,
    Image,
    ImageAnalysis,
    Label,
    Offer,
    Question,
    QuestionSlot,
    SecondOpinion,
    Supplier,
)
from tests.review.factories import list_shas, make_image, make_product, make_proposal

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def embed(angle: float, version: str = "v1", image: Image | None = None) -> Image:
    """A picture whose embedding points somewhere."""
    image = image or make_image()
    vector = [0.0] * 1280
    vector[0], vector[1] = 1 - angle, angle
    ImageAnalysis.objects.create(image=image, version=version, embedding=vector)
    return image


def label(image: Image, value: str, by: User, kind: str = "quality", subject: str = "", **said: Any) -> Label:
    return Label.objects.create(
        image=image, kind=kind, value=value, subject=subject, source="specialist", created_by=by, **said
    )


def asked_of(ids: list[int]) -> list[tuple[str, int]]:
    rows = Question.objects.in_bulk(ids)
    return [(rows[pk].subject, rows[pk].image_id) for pk in ids]


def test_what_was_asked_before_is_found_and_not_asked_again() -> None:
    image, product = make_image(), make_product()
    first = ask([Asked("blur", image.pk, product_id=product.pk)], origin="doubt", now=NOW)
    again = ask([Asked("blur", image.pk), Asked("badge", image.pk)], origin="similar", now=NOW)
    assert again[0] == first[0]
    assert Question.objects.count() == 2
    assert QuestionSlot.objects.count() == 4


def test_a_pair_is_the_same_in_either_order() -> None:
    one, two = make_image(), make_image()
    ids = ask([Asked("pair", two.pk, one.pk), Asked("pair", one.pk, two.pk)], origin="doubt", now=NOW)
    question = Question.objects.get()
    assert ids == [question.pk] * 2
    assert (question.image, question.other, question.choices) == (one, two, ["duplicate", "different"])


def test_a_subject_is_asked_by_its_rule_and_a_known_question_has_no_slots() -> None:
    AskingRule.objects.create(subject="blur", first_votes=3, cap=7)
    (blur,) = ask([Asked("blur", make_image().pk)], origin="doubt", now=NOW)
    (gold,) = ask([Asked("blur", make_image().pk)], origin="gold", now=NOW)
    assert Question.objects.get(pk=blur).cap == 7
    assert QuestionSlot.objects.filter(question=blur).count() == 3
    assert not QuestionSlot.objects.filter(question=gold).exists()


def test_priority_is_written_once_with_a_jitter_that_never_turns_ranks_round() -> None:
    images = [make_image() for _ in range(30)]
    ids = ask([Asked("blur", image.pk, weight=0.5) for image in images], origin="doubt", now=NOW)
    ids += ask([Asked("blur", make_image().pk, weight=0.6)], origin="doubt", now=NOW)
    ranks = [Question.objects.get(pk=pk).priority for pk in ids]
    assert len(set(ranks)) == 31
    assert all(0.5 <= rank < 0.5 + asking.JITTER for rank in ranks[:30])
    assert ranks[30] > max(ranks[:30])


def test_a_picture_of_many_products_goes_before_a_more_doubtful_one_of_few() -> None:
    image, supplier = make_image(), Supplier.objects.create(name="Norda")
    for _ in range(4):
        Offer.objects.create(
            product=make_product(), supplier=supplier, source="a.png", position=0, image=image
        )
    counted = asking.count_products([image.pk])
    assert counted == {image.pk: 4}
    assert asking.rank(0.6, counted[image.pk]) > asking.rank(0.9, 1)


def test_the_most_similar_come_first_and_other_versions_are_not_compared() -> None:
    hit, near, far = embed(0.0), embed(0.1), embed(0.4)
    embed(0.01, version="v2")
    assert [one.image_id for one in similar_to([hit.pk], 5)] == [near.pk, far.pk]
    assert similar_to([hit.pk, near.pk], 1)[0].image_id == far.pk
    assert similar_to([], 5) == []


def test_pictures_like_a_hit_are_asked_about_unless_somebody_has_said(sam: User) -> None:
    hit, known, near, far = embed(0.0), embed(0.05), embed(0.1), embed(0.3)
    label(known, "badge", sam, kind="compliance", subject="badge")
    ids = question_sources.ask_similar(subject="badge", image_ids=[hit.pk], limit=2, now=NOW)
    assert asked_of(ids) == [("badge", near.pk), ("badge", far.pk)]
    question = Question.objects.get(pk=ids[0])
    assert (question.origin, question.kind) == ("similar", "compliance")


def test_two_specialists_who_differ_make_a_question(sam: User, toni: User) -> None:
    image, other, third = make_image(), make_image(), make_image()
    label(image, "blur", sam, subject="blur")
    label(image, "fine", toni)
    label(other, "front", sam, kind="type")
    label(other, "back", toni, kind="type")
    label(third, "blur", sam, subject="blur")
    label(third, "placeholder", toni, subject="placeholder")  # may both hold
    ids = question_sources.ask_disputed(now=NOW)
    assert set(asked_of(ids)) == {("blur", image.pk), ("type", other.pk)}
    assert {question.origin for question in Question.objects.all()} == {"dispute"}
    question_sources.ask_disputed(now=NOW)
    assert Question.objects.count() == 2


def test_what_was_taken_back_or_said_by_one_person_is_no_dispute(sam: User, toni: User) -> None:
    one, two = make_image(), make_image()
    label(one, "front", sam, kind="type")
    label(one, "back", sam, kind="type")
    label(two, "front", sam, kind="type")
    label(two, "back", toni, kind="type", withdrawn_at=NOW)
    label(make_image(), "front", sam, kind="type", created_at=NOW - timedelta(days=9))
    assert question_sources.ask_disputed(now=NOW) == []


def test_a_second_opinion_that_differs_makes_a_question(sam: User, toni: User) -> None:
    proposal = make_proposal()
    a, b, _, _, e = list_shas(proposal)
    relabel = [{"edit": "relabel", "image": a, "type": "side"}]
    drop = [{"edit": "drop", "image": e, "reason": "badge"}]
    decision = Decision.objects.create(
        proposal=proposal,
        kind="approve",
        submit_key="k",
        decided_by=sam,
        final_set=[b, a],
        edits=[*relabel, *drop],
    )
    SecondOpinion.objects.create(
        decision=decision, kind="approve", given_by=toni, given_at=NOW, final_set=[b, a, e], edits=relabel
    )
    ids = question_sources.ask_disputed(now=NOW)
    assert asked_of(ids) == [("badge", proposal.items.get(image__sha256=e).image_id)]


def test_a_share_of_what_is_sure_is_asked_always_of_the_same_pictures(settings: Any) -> None:
    product, image = make_product(), make_image()
    judges = {name: {"score": 0.9, "threshold": 0.5, "flag": True} for name in ("blur", "badge", "aspect")}
    item = DraftItem(
        image.sha256, "drop", evidence={"judges": judges}, doubts=(Doubt("badge", "compliance", 0.5, ()),)
    )
    settings.AUDIT_SHARE = 1.0
    found = list(question_sources.find_audited(item, image.pk, product))
    assert [(one.subject, one.model_says["verdict"]) for one in found] == [("blur", "yes")]
    settings.AUDIT_SHARE = 0.1
    counts = [len(list(question_sources.find_audited(item, pk, product))) for pk in range(2000)]
    assert 140 < sum(counts) < 260
    assert counts == [len(list(question_sources.find_audited(item, pk, product))) for pk in range(2000)]


def test_no_sample_is_drawn_of_what_lies_over_placeholders(settings: Any) -> None:
    settings.AUDIT_SHARE = 1.0
    sure = {"score": 0.9, "threshold": 0.5, "flag": True}
    item = DraftItem("a", "drop", evidence={"judges": dict.fromkeys(("placeholder", "badge", "blur"), sure)})
    found = question_sources.find_audited(item, 1, make_product())
    assert [one.subject for one in found] == ["placeholder", "blur"]


@pytest.mark.parametrize(("subject", "left"), [("badge", 1), ("watermark", 1), ("blur", 2)])
def test_placeholders_are_left_out_where_overlays_are_asked_about(subject: str, left: int) -> None:
    blank, photo = make_image(), make_image()
    for image, flag in ((blank, True), (photo, False)):
        words = {"placeholder": {"score": 0.5, "threshold": 0.5, "flag": flag}}
        ImageAnalysis.objects.create(image=image, version="v1", judgements=words)
    ids = [photo.pk, blank.pk]
    assert leave_out_blanks(subject, ids, "v1") == ids[:left]
    assert leave_out_blanks(subject, ids, "v2") == ids


def test_the_error_of_sure_is_reported_with_its_interval() -> None:
    asked = [Asked("blur", make_image().pk, model_says={"verdict": "no"}) for _ in range(11)]
    ids = ask(asked, origin="audit", now=NOW)
    Question.objects.filter(pk__in=ids[:9]).update(state="settled", settled_value="no")
    Question.objects.filter(pk=ids[9]).update(state="settled", settled_value="yes")
    (row,) = question_sources.report_audit()
    assert (row.subject, row.asked, row.settled, row.wrong, row.share) == ("blur", 11, 10, 1, 0.1)
    assert 0 < row.low < 0.1 < row.high < 0.5
