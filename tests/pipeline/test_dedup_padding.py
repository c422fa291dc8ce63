"""A picture with a frame round it never stands for the picture in the frame."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.dedup import adds_frame, load_comparator
from pipeline.dedup.padding import is_frame, lay_inside
from pipeline.records import ProductRecord, RgbArray
from pipeline.select import Selector
from tests.pipeline.dedup_pictures import encode
from tests.pipeline.test_select import assess, offer

GREY = (206, 200, 188)


def draw_scene(width: int = 420, height: int = 400) -> RgbArray:
    """A thing on a ground that grows lighter from left to right."""
    ground = np.linspace(170, 235, width)[None, :, None] * np.ones((height, 1, 3))
    rgb = ground.astype(np.uint8)
    cv2.ellipse(rgb, (width // 2, height // 2), (90, 130), 20, 0, 360, (40, 60, 130), -1)
    cv2.rectangle(rgb, (width // 2 - 30, 60), (width // 2 + 20, 130), (200, 60, 40), -1)
    return rgb


def draw_cut_off() -> RgbArray:
    """A thing on white that the frame cuts."""
    rgb = np.full((400, 400, 3), 255, np.uint8)
    cv2.circle(rgb, (200, 330), 190, (30, 90, 60), -1)
    cv2.circle(rgb, (150, 260), 40, (220, 180, 40), -1)
    return rgb


def pad(rgb: RgbArray, colour: tuple[int, int, int], px: int = 26) -> RgbArray:
    """The same with a margin."""
    return np.asarray(cv2.copyMakeBorder(rgb, px, px, px, px, cv2.BORDER_CONSTANT, value=colour), np.uint8)


def compare_and_ask(outer: RgbArray, inner: RgbArray) -> bool:
    """As the selection does: compare what stays with its copy, then look for a frame."""
    comparator = load_comparator("registration")
    found = comparator.compare(comparator.prepare(encode(outer)), comparator.prepare(encode(inner)))
    assert found.duplicate
    return adds_frame(found, outer.shape[1::-1], inner.shape[1::-1], lambda: encode(outer))


def test_a_frame_in_another_colour_is_seen() -> None:
    scene = draw_scene()
    assert compare_and_ask(pad(scene, GREY), scene)
    assert not compare_and_ask(scene, pad(scene, GREY))


def test_a_margin_that_goes_on_unseen_is_no_frame() -> None:
    white = np.full((400, 400, 3), 255, np.uint8)
    cv2.rectangle(white, (120, 80), (290, 330), (60, 90, 160), -1)
    cv2.circle(white, (200, 180), 40, (230, 120, 60), -1)
    assert not compare_and_ask(pad(white, (255, 255, 255)), white)


def test_a_crop_is_no_reason_to_drop_the_whole() -> None:
    scene = draw_scene(500, 480)
    assert not compare_and_ask(scene, scene[14:-14, 14:-14])


def test_the_place_of_the_inner_picture_is_found_whatever_the_proportions() -> None:
    # 600 x 300 with 60 px round: the inner picture's width is the unit of its own side
    scale = 600 / 720
    inside = lay_inside((1 / scale, 0, -0.1, 0, 1 / scale, -0.1), (720, 420), (600, 300))
    assert inside == pytest.approx((60 / 720, 60 / 420, 660 / 720, 360 / 420))


def test_a_picture_that_fills_its_frame_has_none() -> None:
    assert not is_frame(draw_scene(), (0.0, 0.0, 1.0, 1.0))
    assert is_frame(pad(draw_cut_off(), GREY), (26 / 452, 26 / 452, 426 / 452, 426 / 452))


def test_a_margin_round_a_thing_that_its_frame_cuts_counts_where_it_is_asked_for() -> None:
    inside = (26 / 452, 26 / 452, 426 / 452, 426 / 452)
    floating = pad(draw_cut_off(), (255, 255, 255))
    assert not is_frame(floating, inside)
    assert is_frame(floating, inside, also_cut=True)
    whole = np.full((400, 400, 3), 255, np.uint8)
    cv2.circle(whole, (200, 200), 150, (30, 90, 60), -1)
    assert not is_frame(pad(whole, (255, 255, 255)), inside, also_cut=True)


def test_of_three_copies_two_of_which_stand_in_margins_the_third_stays() -> None:
    """Once the first framed one is passed over, the other framed one must not take its place."""
    scene = draw_scene()
    copies = {"scene": scene, "wide": pad(scene, GREY, 34), "narrow": pad(scene, GREY)}
    pictures = {key: encode(rgb) for key, rgb in copies.items()}
    found = {key: assess(key, data) for key, data in pictures.items()}
    product = ProductRecord("p", offered=offer(*pictures), before=("scene",))
    selection = Selector().select(product, found, pictures.__getitem__)
    assert selection.after == ("scene",)
    assert {item.duplicate_of for item in selection.items} == {None, "scene"}
