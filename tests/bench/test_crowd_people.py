"""The simulated crowd is what it says: repeatable, a fifth worthless, the others mostly right."""

from __future__ import annotations

import numpy as np

from bench.crowd_people import CANNOT_TELL, SUBJECTS, TYPES, draw_truths, majority, make_people


def test_the_same_seed_makes_the_same_people_and_questions() -> None:
    one, two = (make_people(10, np.random.default_rng(3)) for _ in range(2))
    assert [person.pace for person in one] == [person.pace for person in two]
    assert draw_truths(20, np.random.default_rng(3)) == draw_truths(20, np.random.default_rng(3))


def test_every_row_of_a_confusion_is_a_distribution() -> None:
    for person in make_people(20, np.random.default_rng(1)):
        for subject, values in SUBJECTS.items():
            assert person.confusion[subject].shape == (len(values), len(values))
            assert np.allclose(person.confusion[subject].sum(1), 1)
            assert person.confusion[subject].min() >= 0


def test_a_fifth_is_worthless_and_the_others_are_mostly_right() -> None:
    rng = np.random.default_rng(2)
    people = make_people(50, rng)
    spammers = [person for person in people if person.habit in ("guesses", "always the first")]
    assert len(spammers) == 10
    for person in people:
        said = [person.answer("type", "detail", rng) for _ in range(200)]
        share = said.count("detail") / 200
        assert share < 0.3 if person in spammers else share > 0.3
    lazy = next(person for person in people if person.habit == "always the first")
    assert {lazy.answer("type", truth, rng) for truth in TYPES} == {"front"}


def test_the_majority_counts_no_answer_that_says_nothing() -> None:
    assert majority(["no", CANNOT_TELL, CANNOT_TELL, "no", "yes"]) == "no"
    assert majority([CANNOT_TELL]) == CANNOT_TELL
