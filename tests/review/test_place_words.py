"""What the selection noted of a picture's place is said in the language of the page."""

from __future__ import annotations

import pytest
from django.utils import translation

from pipeline.ordering import Ordering, OrderingInput, order
from pipeline.records import TypeJudgement
from review.views.place_words import say_place

GERMAN = {
    "front view becomes the hero": "Vorderansicht wird Titelbild",
    "becomes the hero: sharper": "wird Titelbild: schärfer",
    "second angle pushed down": "zweites Bild vom Typ schräg, weiter hinten",
    "back moved up": "hinten rückt vor",
    "kept although blur: nothing better was sent; front moved up": (
        "nichts Besseres wurde geschickt als dieses: unscharfes Bild; vorne rückt vor"
    ),
}


@pytest.mark.parametrize("noted", GERMAN)
def test_every_known_note_is_said_in_german(noted: str) -> None:
    with translation.override("de"):
        assert say_place(noted) == GERMAN[noted]


def test_a_view_is_called_by_its_word_in_english_too() -> None:
    assert say_place("detail view becomes the hero") == "close-up becomes the hero"


def test_what_is_of_no_known_form_stays() -> None:
    with translation.override("de"):
        assert say_place("held back by hand") == "held back by hand"


def name(key: str, kind: str, place: int) -> OrderingInput:
    return OrderingInput(key, TypeJudgement(kind, 0.9, {kind: 0.9}, 0.6), place)


def test_no_note_of_the_selection_stays_english() -> None:
    kept = [name("a", "angle", 0), name("b", "angle", 1), name("c", "back", 2), name("d", "front", 3)]
    found: Ordering = order(kept, ["front", "back", "angle"])
    assert len(found.reasons) >= 3
    with translation.override("de"):
        assert all(say_place(noted) != noted for noted in found.reasons.values())
