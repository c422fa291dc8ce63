"""Rows for a simulated crowd, the application that it works with, and the checking of what was kept."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.crowd_people import SUBJECTS, Person, draw_truths, majority

PASSWORD = "a-password-of-the-bench"  # noqa: S105 (of people who exist in a folder that is deleted)
GOLD_SHARE = 0.08
Truths = dict[int, tuple[str, str]]  # question -> (subject, true value)


def fill(count: int, people: Sequence[Person], rng: np.random.Generator) -> Truths:
    """People who can log in, and questions about pictures that are rows only; some answers are known."""
    from django.utils import timezone

    from review.actions.asking import Asked, ask
    from review.models import Image, Question

    make_users(people)
    truths = draw_truths(count, rng)
    sizes = {"byte_size": 1, "width_px": 800, "height_px": 800}
    first = Image.objects.count()
    images = Image.objects.bulk_create(
        Image(sha256=f"{first + place:064x}", **sizes) for place in range(count)
    )
    asked = [
        Asked(subject, image.pk, choices=SUBJECTS[subject], weight=float(rng.random()))
        for (subject, _), image in zip(truths, images, strict=True)
    ]
    known, now = int(count * GOLD_SHARE), timezone.now()
    gold = ask(asked[:known], origin=Question.Origin.GOLD, now=now)
    make_known(dict(zip(gold, [value for _, value in truths], strict=False)))
    ids = gold + ask(asked[known:], origin=Question.Origin.DOUBT, now=now)
    return dict(zip(ids, truths, strict=True))


def make_users(people: Sequence[Person]) -> None:
    """Workers with one password."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import Group, User

    group, hashed = Group.objects.get_or_create(name="worker")[0], make_password(PASSWORD)
    rows = [User(username=one.name, password=hashed) for one in people]
    User.objects.bulk_create(rows, ignore_conflicts=True)
    group.user_set.add(*User.objects.filter(username__in=[one.name for one in people]))


def make_known(values: dict[int, str]) -> None:
    """Questions whose answer is known: question -> value."""
    from review.models import GoldQuestion, Question

    GoldQuestion.objects.bulk_create(
        GoldQuestion(question_id=pk, value=value) for pk, value in values.items()
    )
    for pk, value in values.items():
        Question.objects.filter(pk=pk).update(state=Question.State.SETTLED, settled_value=value)


class Application:
    """The web server on a free port of this machine, with the services of this folder; ours to kill."""

    def __init__(self, var: Path) -> None:
        from smartimg.supervisor.roster import web_command

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.var = var
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "SMARTIMG_VAR": str(var),
            "SMARTIMG_DEBUG": "1",
            "SMARTIMG_LOG_LEVEL": "WARNING",
        }
        self.log = (var / "web.log").open("ab")
        command = [sys.executable, "-m", *web_command(f"127.0.0.1:{self.port}")]
        self.process = subprocess.Popen(command, env=self.env, stdout=self.log, stderr=self.log)

    def wait(self) -> None:
        """Until it answers."""
        for _ in range(300):
            try:
                httpx.get(f"{self.url}/log-in/", timeout=5)
            except httpx.HTTPError:
                time.sleep(0.2)
            else:
                return
        raise SystemExit(f"the application does not answer; see {self.var / 'web.log'}")

    def kill_workers(self) -> int:
        """SIGKILL the processes that answer requests; gunicorn starts new ones."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        return len(children)

    def kill_database(self) -> None:
        """SIGKILL the database server of this folder; its keeper starts it again."""
        pid = int((self.var / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, signal.SIGKILL)

    def read_cpu_s(self) -> float:
        """Processor time of the web processes so far: what a busy machine does not change."""
        own = Path(f"/proc/{self.process.pid}")
        pids = [str(self.process.pid), *(own / "task" / own.name / "children").read_text().split()]
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
        ended = sum(int(one) for one in fields[0][13:15])  # of children that were killed meanwhile
        ticks = ended + sum(int(one) for row in fields for one in row[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """An orderly end."""
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def check(acknowledged: dict[tuple[int, str], str], truths: Truths) -> dict[str, Any]:
    """What the server said it kept against what is there; how many had what only one was to have."""
    from review.models import Answer, QuestionSlot

    rows = Answer.objects.filter(withdrawn_at=None).values_list(
        "question_id", "answered_by__username", "value", "slot_id", "is_late"
    )
    kept = {(question, person): value for question, person, value, _, _ in rows}
    lost = [key for key, value in acknowledged.items() if kept.get(key) != value]
    slots = Counter(slot for *_, slot, _ in rows if slot is not None)
    in_time = Counter(question for question, *_, is_late in rows if not is_late)
    room = Counter(QuestionSlot.objects.values_list("question_id", flat=True))
    return {
        "acknowledged": len(acknowledged),
        "kept": len(rows),
        "lost": len(lost),
        "doubled": len(rows) - len(kept),
        "unasked_for": len(set(kept) - set(acknowledged)),
        "over_assigned": sum(count - 1 for count in slots.values() if count > 1)
        + sum(max(0, count - room[question]) for question, count in in_time.items()),
        "late": sum(is_late for *_, is_late in rows),
    } | judge(kept, truths)


def judge(kept: dict[tuple[int, str], str], truths: Truths) -> dict[str, Any]:
    """How good what settled is, beside the majority of the very same votes."""
    from review.models import Question, WorkerPause

    votes: defaultdict[int, list[str]] = defaultdict(list)
    for (question, _), value in kept.items():
        votes[question].append(value)
    settled = dict(Question.objects.filter(state=Question.State.SETTLED).values_list("pk", "settled_value"))
    right = sum(truths[pk][1] == value for pk, value in settled.items())
    same = sum(truths[pk][1] == majority(votes[pk]) for pk in settled)
    paused = WorkerPause.objects.filter(lifted_at=None).values_list("person__username", flat=True)
    return {
        "questions": len(truths),
        "settled": len(settled),
        "settled_right": round(right / max(1, len(settled)), 4),
        "majority_right": round(same / max(1, len(settled)), 4),
        "votes_a_label": round(sum(len(votes[pk]) for pk in settled) / max(1, len(settled)), 2),
        "disputed": Question.objects.filter(state=Question.State.DISPUTED).count(),
        "paused": sorted(set(paused)),
    }
