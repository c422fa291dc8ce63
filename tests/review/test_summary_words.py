"""Stored summaries are said in the language of the page."""

from __future__ import annotations

import pytest
from django.utils import translation

from review.actions.summary_words import say_summary

GERMAN = {
    "front view becomes the hero": "Vorderansicht wird Titelbild",
    "front view from Norda becomes the hero": "Vorderansicht von Norda wird Titelbild",
    "an image from Norda becomes the hero": "ein Bild von Norda wird Titelbild",
    "image 3 becomes the hero": "Bild 3 wird Titelbild",
    "a new image becomes the hero": "ein neues Bild wird Titelbild",
    "1 image replaced by a better copy": "1 Bild durch eine bessere Kopie ersetzt",
    "2 copies removed": "2 Kopien entfernt",
    "1 blurred image removed": "1 unscharfes Bild entfernt",
    "3 images with badges removed": "3 Bilder mit Werbeaufdruck entfernt",
    "2 images added from Norda and Solvik": "2 Bilder ergänzt von Norda und Solvik",
    "1 image added": "1 Bild ergänzt",
    "order changed": "Reihenfolge geändert",
}


@pytest.mark.parametrize(("english", "german"), GERMAN.items())
def test_every_part_of_a_summary_has_its_german(english: str, german: str) -> None:
    with translation.override("de"):
        assert say_summary(english) == german


def test_parts_are_said_one_by_one_and_unknown_ones_are_kept() -> None:
    with translation.override("de"):
        assert say_summary("order changed · 7 things happened") == "Reihenfolge geändert · 7 things happened"
        assert say_summary("") == ""


def test_english_stays_as_it_was_stored() -> None:
    with translation.override("en"):
        assert say_summary("2 copies removed") == "2 copies removed"
