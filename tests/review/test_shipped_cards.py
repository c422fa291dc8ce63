"""The card of a model that ships speaks in a person's words, and keeps the rest behind a fold."""

from __future__ import annotations

import html

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from review.views.shipped_cards import tell_card
from tests.review.test_learning_actions import make_model

CARD = {
    "name": "type-demo-home-mugs",
    "classes": ["back", "front"],
    "rows": 1320,
    "products": 20,
    "figures": {"precision": 0.9944, "accuracy": 1.0, "calibration_error": 0.0115},
    "threshold": 0.521,
    "temperature": 0.6144,
    "sources": ["pictures drawn by demo.draw"],
    "licences": "the project's own",
    "sha256": "1caae9d6",
}


def test_a_card_says_what_it_learnt_from_and_how_well_it_does() -> None:
    assert [(str(word), said) for word, said in tell_card(CARD)] == [
        ("Tells apart", "back, front"),
        ("Learnt from", "pictures drawn by demo.draw"),
        ("How many", "1,320 pictures of 20 products"),
        ("Measured on", "products left out in turn"),
        ("Accuracy", "100.0 %"),
        ("Precision", "99.4 %"),
        ("Calibration error", "1.2 %"),
        ("Threshold", "surer than 52.1 %; below that it says that it is unsure"),
        ("Licence of what it learnt from", "the project's own"),
    ]
    assert tell_card({}) == []
    assert tell_card({"figures": "see another card", "threshold": {"a": 1}}) == []


def test_a_card_is_german_on_a_german_page() -> None:
    with translation.override("de"):
        english = {"pictures drawn by demo.draw", "the project's own", "Threshold", "Learnt from"}
        assert not english & {str(text) for fact in tell_card(CARD) for text in fact}


@pytest.mark.django_db
def test_the_page_keeps_names_of_fields_behind_the_fold(client: Client, ada: User) -> None:
    client.force_login(ada)
    shipped = make_model("type", state="shipped")
    shipped.card = CARD
    shipped.save()
    page = html.unescape(client.get(f"/models/{shipped.pk}/").content.decode())
    told, fold = page.split("All that is written on the card", 1)
    assert "1,320 pictures of 20 products" in told
    assert "emperature" not in told
    assert '"temperature": 0.6144' in fold
