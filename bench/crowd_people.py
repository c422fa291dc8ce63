"""People of a simulated crowd, and questions whose truth is known; seeded, so that a run can be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

TYPES = ("front", "angle", "side", "back", "top", "detail", "lifestyle", "other")
SUBJECTS = {"type": TYPES, "badge": ("yes", "no")}
SPAMMERS = 0.2  # of the people
RARE = 0.25  # of pictures that have a badge
CANNOT_TELL = "cannot_tell"

Rng = np.random.Generator


@dataclass(frozen=True)
class Person:
    """Somebody with a name, a habit, and for each subject how often each true value is called what."""

    name: str
    habit: str  # 'careful', 'average', 'guesses', 'always the first'
    confusion: dict[str, np.ndarray]  # subject -> (values, values), rows sum to 1
    pace: float  # how slow, beside the others
    unsure: float  # how often they cannot tell

    def answer(self, subject: str, truth: str, rng: Rng) -> str:
        """What this person says."""
        values = SUBJECTS[subject]
        if rng.random() < self.unsure:
            return CANNOT_TELL
        return str(rng.choice(values, p=self.confusion[subject][values.index(truth)]))


def make_people(count: int, rng: Rng) -> list[Person]:
    """A fifth is worthless, evenly spread; the others are right in 70 to 97 of 100, less on some values."""
    people = []
    for number in range(count):
        is_spammer = number % round(1 / SPAMMERS) == 0
        habit = ("guesses" if number % 2 else "always the first") if is_spammer else "average"
        accuracy = float(rng.beta(12, 2.2)) if not is_spammer else 0.0
        if accuracy > 0.9:
            habit = "careful"
        people.append(
            Person(
                name=f"bench-worker-{number:03d}",
                habit=habit,
                confusion={
                    subject: confuse(len(values), habit, accuracy, rng)
                    for subject, values in SUBJECTS.items()
                },
                pace=float(rng.lognormal(0.0, 0.4)),
                unsure=0.0 if is_spammer else 0.01,
            )
        )
    return people


def confuse(values: int, habit: str, accuracy: float, rng: Rng) -> np.ndarray:
    """Rows are true values, columns what is said; errors fall on neighbours that the person mixes up."""
    if habit == "guesses":
        return np.full((values, values), 1 / values)
    if habit == "always the first":
        return np.tile(np.eye(values)[0], (values, 1))
    shares = np.clip(rng.normal(accuracy, 0.06, values), 0.34, 0.99)
    errors = rng.dirichlet(np.full(values, 0.5), values) * (1 - np.eye(values)) + 1e-9 * (1 - np.eye(values))
    return np.diag(shares) + errors / errors.sum(1, keepdims=True) * (1 - shares)[:, None]


def draw_truths(count: int, rng: Rng) -> list[tuple[str, str]]:
    """(subject, true value) of so many questions: three of types for one of badges."""
    kinds = rng.choice(["type", "badge"], size=count, p=[0.75, 0.25])
    return [(str(kind), draw_value(str(kind), rng)) for kind in kinds]


def draw_value(subject: str, rng: Rng) -> str:
    """A true value, as frequent as such things are."""
    if subject == "badge":
        return "yes" if rng.random() < RARE else "no"
    return str(rng.choice(TYPES, p=np.array([30, 18, 12, 10, 5, 12, 9, 4]) / 100))


def majority(votes: Sequence[str]) -> str:
    """What most said; of equals, what was said first."""
    said = [vote for vote in votes if vote != CANNOT_TELL]
    return max(said, key=lambda vote: (said.count(vote), -said.index(vote))) if said else CANNOT_TELL
