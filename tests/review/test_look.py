"""The small pieces of pages: shares, moments, names of judges, in one form everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from review.templatetags.crowd import signed_or_dash
from review.templatetags.look import ago, exact, judge_name, percent

MOMENT = datetime(2026, 11, 23, 8, 13, 46, tzinfo=UTC)


@pytest.mark.parametrize(
    ("share", "text"), [(None, "–"), (0.0, "0\u00a0%"), (0.333, "33\u00a0%"), (1.0, "100\u00a0%")]
)
def test_a_share_is_a_whole_percentage_that_does_not_break(share: float | None, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(("alpha", "text"), [(None, "–"), (0.591, "0.59"), (-0.333, "\u22120.33")])
def test_agreement_below_chance_has_a_proper_minus(alpha: float | None, text: str) -> None:
    assert signed_or_dash(alpha) == text


def test_a_moment_is_told_in_one_form_of_each_language() -> None:
    for code, words in {"en": "23 November 2026 08:13:46", "de": "23. November 2026 08:13:46"}.items():
        with translation.override(code):
            assert exact(MOMENT) == words


def test_how_long_ago_carries_the_moment_itself() -> None:
    at = timezone.now() - timedelta(minutes=5)
    html = ago(at).replace("\u00a0", " ")
    assert f'datetime="{at.isoformat()}"' in html
    assert f'title="{exact(at)}"' in html
    assert ">5 minutes ago<" in html


def test_a_judge_has_a_name_that_people_read() -> None:
    assert (judge_name("small_object"), judge_name("tilted_lamp")) == ("small product", "tilted lamp")
