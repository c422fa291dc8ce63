"""What a report says, in the language of the page."""

from __future__ import annotations

from django.utils import translation

from review.views.import_words import say_reason


def check_german(*reasons: str) -> None:
    """Each reason that is given is said in German on a German page."""
    with translation.override("de"):
        assert [reason for reason in reasons if reason and say_reason(reason) == reason] == []
