"""A supplier's picture of another colour variant is held back where the product's colour is plain."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from pipeline import dedup
from pipeline.dedup.colour_names import find_named_cells
from pipeline.dedup.other_colour import share_colour
from pipeline.records import OfferedImage, ProductRecord, Selection
from pipeline.select import Selector
from tests.pipeline.test_select import assess, draw


def describe(shape: str, colour: str) -> bytes:
    return dedup.describe(np.asarray(Image.open(io.BytesIO(draw(shape, colour=colour))).convert("RGB")))


TEAL_DISC, TEAL_BOX, RED_DISC = describe("disc", "teal"), describe("box", "teal"), describe("disc", "crimson")


def test_a_view_of_todays_set_in_another_colour_is_found() -> None:
    assert dedup.find_other_colours([TEAL_BOX, TEAL_DISC], [RED_DISC]) == {0: 1}


def test_another_view_of_the_same_colour_is_none() -> None:
    assert dedup.find_other_colours([TEAL_BOX, TEAL_DISC], [describe("wedge", "teal")]) == {}


def test_another_view_in_another_colour_is_left_to_people() -> None:
    assert dedup.find_other_colours([TEAL_BOX, TEAL_DISC], [describe("wedge", "crimson")]) == {}


def test_one_picture_alone_makes_no_colour_plain_but_the_title_may() -> None:
    assert dedup.find_other_colours([TEAL_DISC], [RED_DISC]) == {}
    assert dedup.find_other_colours([TEAL_DISC], [RED_DISC], "Disc, Türkis, grün, blue") == {0: 0}


def test_a_colour_that_the_title_names_is_never_held_back() -> None:
    assert dedup.find_other_colours([TEAL_BOX, TEAL_DISC], [RED_DISC], "Disque rouge") == {}


def test_a_set_that_shows_several_colours_may_get_more() -> None:
    green = describe("disc", "darkolivegreen")
    assert dedup.find_other_colours([TEAL_BOX, TEAL_DISC, RED_DISC], [green]) == {}


def test_a_white_thing_has_no_colour_to_tell_by() -> None:
    blank = dedup.describe(np.full((64, 64, 3), 255, np.uint8))
    assert share_colour(dedup.descriptors.read(blank), dedup.descriptors.read(RED_DISC)) == 1.0


@pytest.mark.parametrize("word", ["Red", "rot", "ROUGE", "rojo", "rood"])
def test_colours_are_named_in_several_languages(word: str) -> None:
    assert np.array_equal(find_named_cells(f"Mug {word}, 0.3 l"), find_named_cells("red"))
    assert find_named_cells("Mug").sum() == 0 < find_named_cells("red").sum()


def select(sender: str) -> Selection:
    """Solvik's teal box and disc are shown today; a red disc comes from the sender."""
    pictures = {"box": draw("box"), "disc": draw("disc"), "red": draw("disc", colour="crimson")}
    sent = [("box", "Solvik", 0), ("disc", "Solvik", 1), ("red", sender, 2)]
    product = ProductRecord("p", offered=tuple(OfferedImage(*one) for one in sent), before=("box", "disc"))
    seen = {key: assess(key, data) for key, data in pictures.items()}
    return Selector().select(product, seen, pictures.__getitem__)


def test_a_selection_says_why_the_picture_is_not_added() -> None:
    chosen = select("Norda")
    (held,) = [item for item in chosen.items if item.verdict == "drop"]
    assert (held.file, held.reason, held.duplicate_of) == ("red", "other_colour", None)
    assert held.evidence["place"] == "another colour than the current images"
    assert chosen.after == ("box", "disc")


def test_a_supplier_who_sends_both_colours_means_both() -> None:
    assert set(select("Solvik").after) == {"box", "disc", "red"}


def test_todays_own_pictures_are_never_taken_out_for_their_colour() -> None:
    pictures = {"box": draw("box"), "disc": draw("disc"), "red": draw("disc", colour="crimson")}
    seen = {key: assess(key, data) for key, data in pictures.items()}
    chosen = Selector().select(ProductRecord("p", before=tuple(pictures)), seen, pictures.__getitem__)
    assert set(chosen.after) == set(pictures)
