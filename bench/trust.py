"""The rule of settling on a crowd that is partly worthless: python -m bench.trust [--items 2000] [--out F]

Fifty people, a fifth of whom guess, say which of eight types 2,000 pictures show, by the very actions that
the pages call: take, answer, weigh, pause. Only the truth is invented. Beside it, on the same people, three
votes for every picture, by majority and by Dawid and Skene's method. Prints JSON.

Use a folder of its own, and delete it after: SMARTIMG_VAR=/some/where python -m bench.trust
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from bench.rows import set_up
from pipeline.consensus import Votes, settle, vote_by_majority
from pipeline.voting import wilson_interval

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SUBJECT = "type"
TYPES = ("front", "side", "back", "top", "detail", "lifestyle", "packaging", "other")
SKILL = (0.7, 0.97)  # of those who look, evenly between
ANSWER_S = 4.0  # of one person; all work at the same time
WEIGH_S = 60  # as the beat does
FIXED = 3


@dataclass
class Crowd:
    """People with their chance to be right; the first ones guess."""

    people: list[User]
    skill: np.ndarray
    spammers: int
    random: np.random.Generator
    answered: Counter[int] = field(default_factory=Counter)
    paused_after: dict[int, int] = field(default_factory=dict)  # index of a person -> answers

    def say(self, index: int, truth: int) -> int:
        """The index of a type."""
        if self.random.random() < self.skill[index]:
            return truth
        return int((truth + self.random.integers(1, len(TYPES))) % len(TYPES))


def main() -> int:
    """Print the figures; 1 where a spammer was never paused, or an honest person was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--spammers", type=float, default=0.2, help="share of the people")
    parser.add_argument("--known", type=int, default=80, help="questions with a known answer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    set_up()
    refuse_used()
    begun = time.monotonic()
    found = {**vars(wanted), "out": None, "live": run_live(wanted), "fixed": run_fixed(wanted)}
    found["pauses_by_the_rule"] = foresee_pauses(wanted.seed)
    text = json.dumps(found | {"seconds": round(time.monotonic() - begun, 1)}, indent=1, default=int)
    print(text)
    if wanted.out:
        wanted.out.write_text(text + "\n", encoding="utf-8")
    live = found["live"]
    return int(live["honest_paused"] > 0 or live["spammers_paused"] < live["spammers"])


def refuse_used() -> None:
    """People would be asked what is there already."""
    from review.models import Question

    if Question.objects.exists():
        raise SystemExit("There are questions in this database already; use another SMARTIMG_VAR.")


def run_live(wanted: argparse.Namespace) -> dict[str, Any]:
    """Everybody takes and answers in turn until nothing is open for anybody, or all are paused."""
    from review.actions import standings
    from review.models import Question

    truth = ask_all(wanted)
    crowd = gather_crowd(wanted)
    now, active = start_of_day(), list(range(wanted.people))
    progress = tqdm(total=wanted.items, unit="settled", disable=None)
    while active:
        ended = now + timedelta(seconds=WEIGH_S)
        while active and now < ended:
            turn = crowd.random.permutation(active).tolist()
            active = [index for index in turn if answer_one(crowd, index, truth, now)]
            now += timedelta(seconds=ANSWER_S)
        standings.refit(SUBJECT, now)
        settled = Question.objects.filter(origin="upload").exclude(state="open").count()
        progress.update(settled - progress.n)
    progress.close()
    return summarise(crowd, truth)


def start_of_day() -> datetime:
    """Any moment; the simulation counts on from it."""
    from django.utils import timezone

    return timezone.now()


def ask_all(wanted: argparse.Namespace) -> dict[int, int]:
    """The questions, and known ones; gives the truth by question."""
    from review.actions import asking, gold
    from review.models import Image, Question

    random, now = np.random.default_rng(wanted.seed), start_of_day()
    many = wanted.items + wanted.known
    rows = [
        Image(sha256=f"{wanted.seed:08x}{number:056x}", byte_size=1, format="PNG", width_px=9, height_px=9)
        for number in range(many)
    ]
    images = Image.objects.bulk_create(rows)
    asked = [asking.Asked(SUBJECT, image.pk, choices=TYPES) for image in images]
    known = asking.ask(asked[wanted.items :], origin=Question.Origin.GOLD, now=now)
    ids = asking.ask(asked[: wanted.items], origin=Question.Origin.UPLOAD, now=now) + known
    truth = dict(zip(ids, random.integers(0, len(TYPES), many).tolist(), strict=True))
    for question in Question.objects.filter(pk__in=known):
        gold.make_gold(question=question, value=TYPES[truth[question.pk]], by=None, now=now)
    return truth


def gather_crowd(wanted: argparse.Namespace) -> Crowd:
    """New people, so that nothing is known of them."""
    from django.contrib.auth.models import User

    rows = [User(username=f"trust-{wanted.seed}-{number}") for number in range(wanted.people)]
    people = User.objects.bulk_create(rows)
    random = np.random.default_rng(wanted.seed + 1)
    skill, spammers = random.uniform(*SKILL, wanted.people), round(wanted.spammers * wanted.people)
    skill[:spammers] = 1.0 / len(TYPES)
    return Crowd(people, skill, spammers, random)


def answer_one(crowd: Crowd, index: int, truth: dict[int, int], now: datetime) -> bool:
    """One question of one person; False when there is none for them any more."""
    from review.actions import labelling, taking

    person = crowd.people[index]
    taken = taking.take(by=person, now=now, wanted=1, subject=SUBJECT)
    if taken.pause is not None:
        crowd.paused_after[index] = crowd.answered[index]
    if not taken.questions:
        return False
    question = taken.questions[0]
    value = TYPES[crowd.say(index, truth[question.pk])]
    labelling.record_answer(question=question, by=person, value=value, now=now, seconds=ANSWER_S)
    crowd.answered[index] += 1
    return True


def summarise(crowd: Crowd, truth: dict[int, int]) -> dict[str, Any]:
    """How right, how dear, and who was paused when."""
    from review.models import Answer, Question

    asked = Question.objects.filter(pk__in=truth, origin="upload")
    states = Counter(asked.values_list("state", flat=True))
    settled = asked.filter(state="settled").values_list("pk", "settled_value")
    right = sum(TYPES[truth[pk]] == value for pk, value in settled)
    said = Answer.objects.filter(question__in=list(truth))
    on_known = said.filter(question__gold__isnull=False).count()
    labels = max(1, states["settled"])
    bad = [crowd.paused_after[index] for index in range(crowd.spammers) if index in crowd.paused_after]
    honest = sum(index >= crowd.spammers for index in crowd.paused_after)
    return {
        "settled": states["settled"],
        "disputed": states["disputed"],
        "open": states["open"],
        "accuracy_of_settled": round(right / labels, 4),
        "answers_a_label": round(said.count() / labels, 3),
        "votes_a_label": round((said.count() - on_known) / labels, 3),
        "known_share": round(on_known / max(1, said.count()), 3),
        "spammers": crowd.spammers,
        "spammers_paused": len(bad),
        "answers_before_the_pause": {
            "fewest": min(bad, default=None),
            "median": float(np.median(bad)) if bad else None,
            "most": max(bad, default=None),
        },
        "honest_paused": honest,
    }


def foresee_pauses(seed: int, people: int = 10_000) -> dict[str, float]:
    """Answers of one who guesses until the pause, by the rule alone: how many 95 of 100 such people give."""
    from review.actions.pauses import FIRST_KNOWN, WINDOW
    from review.actions.trust import NEWCOMER_SHARE
    from review.models import AskingRule

    rule, random = AskingRule(subject=SUBJECT), np.random.default_rng(seed)
    given = []
    for _ in range(people):
        rights: list[bool] = []
        answers = 0
        while len(rights) < FIRST_KNOWN or not is_too_bad(rights[-WINDOW:], rule.pause_below):
            answers += 1
            share = NEWCOMER_SHARE if len(rights) < FIRST_KNOWN else rule.gold_share
            if random.random() < share:
                rights.append(bool(random.random() < 1 / len(TYPES)))
        given.append(answers)
    low, middle, high = np.percentile(given, [2.5, 50, 97.5])
    return {"from": float(low), "median": float(middle), "to": float(high)}


def is_too_bad(rights: list[bool], pause_below: float) -> bool:
    """As the pause decides, on an answer that was wrong."""
    return not rights[-1] and wilson_interval(sum(rights), len(rights))[1] < pause_below


def run_fixed(wanted: argparse.Namespace) -> dict[str, Any]:
    """Three votes each by people of the same skills, without known questions and without pauses."""
    random = np.random.default_rng(wanted.seed + 1)
    skill, spammers = random.uniform(*SKILL, wanted.people), round(wanted.spammers * wanted.people)
    skill[:spammers] = 1.0 / len(TYPES)
    truth = random.integers(0, len(TYPES), wanted.items)
    items = np.repeat(np.arange(wanted.items), FIXED)
    chosen = [random.choice(wanted.people, FIXED, replace=False) for _ in range(wanted.items)]
    people = np.concatenate(chosen)
    wrong = (truth[items] + random.integers(1, len(TYPES), len(items))) % len(TYPES)
    said = np.where(random.random(len(items)) < skill[people], truth[items], wrong)
    votes = Votes(items, people, said, wanted.items, wanted.people, len(TYPES))
    majority, weighed = vote_by_majority(votes), settle(votes)
    return {
        "answers_a_label": float(FIXED),
        "majority_accuracy": round(float((majority.argmax(axis=1) == truth).mean()), 4),
        "weighed_accuracy": round(float((weighed.posterior.argmax(axis=1) == truth).mean()), 4),
        "method": weighed.method,
    }


if __name__ == "__main__":
    raise SystemExit(main())
