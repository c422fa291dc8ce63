"""A selection becomes a draft, and what the judges doubt becomes questions."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.records import Assessment, Judgement, ProductRecord, SelectedItem, Selection
from review.candidates import Candidates
from review.drafting import find_doubts, make_draft

TYPES = ("front", "back")


def make_item(file: str = "a", **said: Any) -> SelectedItem:
    usual = {"verdict": "keep", "reason": None, "duplicate_of": None, "type": "front", "type_confidence": 0.9}
    return SelectedItem(file, **(usual | said))


def assess(file: str = "a", **scores: float) -> Assessment:
    words = {name: Judgement(name, score, 0.5, score >= 0.5) for name, score in scores.items()}
    return Assessment(file, 100, 100, 1000, "PNG", judgements=words)


def list_subjects(item: SelectedItem, assessment: Assessment) -> list[str]:
    return [doubt.subject for doubt in find_doubts(item, assessment, TYPES)]


def test_an_unsure_type_is_asked_with_the_types_of_the_category() -> None:
    says = {"head": "chairs", "threshold": 0.6}
    (doubt,) = find_doubts(make_item(type="unsure", evidence={"type": says}), assess(), TYPES)
    assert (doubt.kind, doubt.choices, doubt.model_says) == ("type", ("front", "back", "other"), says)


def test_a_type_that_no_model_knows_is_not_asked() -> None:
    assert list_subjects(make_item(type=None, type_confidence=None), assess()) == []


@pytest.mark.parametrize(("score", "asked"), [(0.38, False), (0.45, True), (0.55, True), (0.62, False)])
def test_a_score_near_its_threshold_is_asked_on_both_sides(score: float, asked: bool) -> None:
    assert (list_subjects(make_item(), assess(blur=score)) == ["blur"]) is asked


def test_what_is_allowed_is_asked_as_compliance() -> None:
    (doubt,) = find_doubts(make_item(), assess(badge=0.5), TYPES)
    assert (doubt.kind, doubt.nearness, doubt.choices) == ("compliance", 1.0, ("yes", "no"))


def test_a_measured_rule_is_not_asked_about() -> None:
    assert list_subjects(make_item(), assess(resolution=0.5)) == []


def test_nobody_is_asked_what_lies_over_a_placeholder() -> None:
    assert list_subjects(make_item(), assess(badge=0.5, watermark=0.45, placeholder=0.9)) == []
    assert list_subjects(make_item(), assess(badge=0.5, placeholder=0.45)) == ["badge", "placeholder"]


@pytest.mark.parametrize("reason", ["duplicate", "unreadable"])
def test_a_copy_and_a_broken_file_are_not_asked_about(reason: str) -> None:
    assert list_subjects(make_item(verdict="drop", reason=reason, type="unsure"), assess(blur=0.5)) == []


def test_the_type_of_a_dropped_picture_is_not_asked() -> None:
    assert list_subjects(make_item(verdict="drop", reason="badge", type="unsure"), assess()) == []


def draft(selection: Selection, **said: Any) -> Any:
    record = ProductRecord("p", category=said.pop("category", None))
    usual: dict[str, Any] = {
        "current": None,
        "shown": ("a",),
        "images": {},
        "type_order": (),
        "refused": (),
        "notes": (),
    }
    candidates = Candidates(record, **(usual | said))
    assessments = {item.file: assess(item.file) for item in selection.items}
    return make_draft(candidates, selection, assessments, {"b"}, config_digest="d", model_versions={})


def test_a_draft_counts_what_was_known_before() -> None:
    assert draft(Selection("p", ("a",), ("a", "b"), (make_item("a"), make_item("b")))).images_known == 1


def test_a_found_category_is_taken_over_and_a_given_one_is_left() -> None:
    found = Selection("p", (), ("a",), (make_item(),), category="Sofas", category_confidence=0.8)
    assert (draft(found).predicted_category, draft(found).category_confidence) == ("Sofas", 0.8)
    assert draft(found, category="Chairs").predicted_category is None


def test_what_could_not_be_fetched_is_told_with_a_bypass() -> None:
    passed = Selection("p", ("a",), ("a",), (make_item(),), passed_over="fewer than two images")
    said = draft(passed, refused=("not found (404)",)).passed_over
    assert said == "fewer than two images (1 refused: not found (404))"


def test_what_is_missing_from_todays_set_is_noted() -> None:
    noted = draft(Selection("p", ("a",), ("a",), (make_item(),), notes=("x",)), notes=("y",))
    assert noted.notes == ("x", "y")
