"""The benchmark of trust runs through the product's own actions, and its figures mean what they say."""

from __future__ import annotations

import argparse

import pytest

from bench.trust import foresee_pauses, is_too_bad, run_fixed, run_live
from review.models import Answer, Question


def wanted(**said: object) -> argparse.Namespace:
    return argparse.Namespace(**({"items": 24, "people": 8, "spammers": 0.25, "known": 12, "seed": 3} | said))


@pytest.mark.django_db
def test_a_small_crowd_answers_everything_that_it_can() -> None:
    found = run_live(wanted())
    assert found["settled"] + found["disputed"] + found["open"] == 24
    assert found["settled"] > 0 and found["accuracy_of_settled"] > 0.5
    answers = Answer.objects.filter(question__origin=Question.Origin.UPLOAD).count()
    assert found["votes_a_label"] == pytest.approx(answers / found["settled"], abs=0.001)
    assert 0 < found["known_share"] < 0.5


def test_the_rule_alone_pauses_nobody_before_eight_known_questions_and_guessers_soon_after() -> None:
    found = foresee_pauses(seed=3, people=300)
    assert 8 <= found["from"] < found["median"] < found["to"] < 200
    assert not is_too_bad([False] * 5 + [True] * 3 + [True], 0.7)  # only a wrong answer pauses
    assert is_too_bad([True] * 3 + [False] * 5, 0.7) and not is_too_bad([True] * 4 + [False] * 4, 0.7)


def test_three_votes_weighed_are_righter_than_their_majority() -> None:
    found = run_fixed(wanted(items=2000, people=50, spammers=0.2))
    assert found["weighed_accuracy"] >= 0.89 > found["majority_accuracy"]
