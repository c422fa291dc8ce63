"""Hero and sequence (II.E)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.ordering import OrderingInput, order, rate_look
from pipeline.records import Framing, TypeJudgement

WHITE = Framing(fill=0.6, white_background=1.0, plain_background=1.0, sharpness=0.9)
SCENE = Framing(fill=0.9, white_background=0.0, plain_background=0.1, sharpness=0.9, touches_edge=True)
LIST = ("front", "angle", "back", "detail")


def _image(key: str, kind: str | None, place: int, framing: Framing | None = WHITE) -> OrderingInput:
    named = TypeJudgement(type=kind, confidence=None if kind is None else 0.9)
    return OrderingInput(key, named, place, framing, 800, 800)


def _row(*kinds: str | None) -> list[OrderingInput]:
    return [_image(f"{place}{kind or ''}", kind, place) for place, kind in enumerate(kinds)]


def test_the_categorys_list_decides_and_its_first_type_is_the_hero() -> None:
    result = order(_row("back", "detail", "front", "angle"), LIST)
    assert result.keys == ("2front", "3angle", "0back", "1detail")
    assert result.hero == "2front"
    assert result.reasons["2front"] == "front view becomes the hero"


def test_second_images_of_a_type_come_after_the_first_of_every_type() -> None:
    result = order(_row("front", "angle", "angle", "angle", "back"), LIST)
    assert result.keys == ("0front", "1angle", "4back", "2angle", "3angle")
    assert result.reasons["2angle"] == "second angle pushed down"
    assert result.reasons["3angle"] == "third angle pushed down"
    assert result.reasons["4back"] == "back moved up"


def test_another_list_gives_another_order() -> None:
    assert order(_row("front", "angle"), ("angle", "front")).keys == ("1angle", "0front")


def test_unsure_images_keep_the_rank_that_the_suppliers_gave_them() -> None:
    result = order(_row("front", "unsure", "detail", "angle"), LIST)
    assert result.keys == ("0front", "1unsure", "3angle", "2detail")


def test_a_known_front_takes_the_place_of_an_unsure_hero() -> None:
    assert order(_row("unsure", "front"), LIST).keys == ("1front", "0unsure")


def test_a_known_back_does_not_take_the_place_of_an_unsure_hero() -> None:
    assert order(_row("unsure", "back"), LIST).keys == ("0unsure", "1back")


def test_types_outside_the_list_count_as_unknown() -> None:
    assert order(_row("packaging", "detail"), LIST).keys == ("0packaging", "1detail")


def test_without_types_the_present_order_stays() -> None:
    images = _row(None, None, None)
    assert order(list(reversed(images)), LIST).keys == ("0", "1", "2")
    assert order(images, LIST).reasons == {}


def test_without_types_a_hero_with_a_badge_before_a_scene_gives_way_and_says_why() -> None:
    hero = replace(_image("a", None, 0, SCENE), has_text=True)
    result = order([hero, _image("b", None, 1, SCENE), _image("c", None, 2), _image("d", None, 3)], LIST)
    assert result.keys == ("c", "a", "b", "d")
    assert result.reasons == {"c": "becomes the hero: no text on it"}


def test_without_types_a_hero_that_is_only_a_little_worse_stays() -> None:
    a_little_better = replace(WHITE, fill=0.7, sharpness=0.95)
    images = [_image("a", None, 0), _image("b", None, 1, a_little_better)]
    assert rate_look(images[1]) > rate_look(images[0])
    assert order(images, LIST).keys == ("a", "b")


def test_without_types_a_close_up_never_becomes_the_hero() -> None:
    cut = replace(WHITE, touches_edge=True, white_background=0.5, plain_background=0.6)
    images = [_image("a", None, 0, replace(SCENE, fill=0.05)), _image("b", None, 1, cut)]
    assert order(images, LIST).hero == "a"


def test_of_two_fronts_the_clearly_better_looking_one_leads() -> None:
    images = [_image("a", "front", 0, SCENE), _image("b", "front", 1)]
    assert order(images, LIST).keys == ("b", "a")


def test_unmeasured_images_are_ordered_all_the_same() -> None:
    assert order([_image("a", None, 0, None), _image("b", None, 1, None)], LIST).keys == ("a", "b")


def test_an_empty_set_has_no_hero() -> None:
    assert order([], LIST).hero is None


def test_the_order_of_the_input_does_not_matter() -> None:
    images = _row("back", "unsure", "front", "angle", "front")
    assert order(images, LIST) == order(images[::-1], LIST)


def test_without_types_a_hero_cropped_tight_on_white_stays() -> None:
    tight = replace(SCENE, fill=1.0, white_background=0.26, plain_background=0.41)
    images = [_image("0", None, 0, tight), _image("1", None, 1, WHITE)]
    assert order(images, LIST).hero == "0"


def test_without_types_a_packshot_that_reaches_the_frame_at_a_point_takes_the_place_of_a_scene() -> None:
    packshot = replace(WHITE, touches_edge=True, white_background=0.88, plain_background=0.9, fill=0.4)
    images = [_image("0", None, 0, SCENE), _image("1", None, 1, packshot)]
    assert order(images, LIST).hero == "1"


def test_without_types_a_white_ground_alone_unseats_no_hero() -> None:
    grey = replace(WHITE, white_background=0.0)
    assert order([_image("0", None, 0, grey), _image("1", None, 1)], LIST).hero == "0"


def test_what_an_object_fills_counts_for_little_where_no_ground_was_found() -> None:
    full, half = (_image("0", None, 0, replace(SCENE, touches_edge=False, fill=f)) for f in (0.95, 0.3))
    assert rate_look(full) == rate_look(half)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (
            _image("0", "front", 0),
            "Front view on white, fills 60% of the frame, 800 px, sharp, no text on it.",
        ),
        (
            replace(_image("0", None, 0, SCENE), has_text=True),
            "View of no known type in a scene, cut by the frame, 800 px, sharp, with text on it.",
        ),
        (_image("0", "back", 0, None), "Back view, 800 px, no text on it."),
    ],
)
def test_the_hero_is_described_in_one_sentence(image: OrderingInput, words: str) -> None:
    assert order([image], LIST).hero_words == words
