"""A simulated crowd at work: python -m bench.crowd [--people 50] [--questions 1500] [--kill] [--out F]

Fifty people, a fifth of whom guess, log in, take, answer, skip, take back and renew through the real
addresses of the application, which is started for it, and send one request in twenty twice, as a bad network
does. With --kill all web processes are killed after a third of the answers and the database after two
thirds. At the end every answer that was acknowledged must be there, once; JSON, and 1 where one is not.

Use a folder of its own, and delete it after: SMARTIMG_VAR=/some/where SMARTIMG_DEBUG=1 python -m bench.crowd
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from django.db import connection

from bench.crowd_ground import PASSWORD, Application, Truths, check, fill
from bench.crowd_people import Person, make_people
from bench.rows import set_up

TWICE, SKIPPED, RETAKEN = 0.05, 0.01, 0.01  # shares of requests
PATIENCE = 60  # tries of one request, a second or so apart
ENOUGH = 3  # times that nothing is there to do, after which somebody goes home


@dataclass
class Ledger:
    """What happened, for all people together."""

    truths: Truths
    kept: dict[tuple[int, str], str] = field(default_factory=dict)  # (question, person) -> acknowledged
    times: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    repeated: int = 0
    failed: int = 0


class Worker:
    """One person with a browser's manners: what failed is sent again with the same key."""

    def __init__(
        self, person: Person, client: httpx.AsyncClient, ledger: Ledger, seed: int, look_s: float
    ) -> None:
        self.person, self.client, self.ledger = person, client, ledger
        self.rng, self.look_s, self.serial = np.random.default_rng(seed), look_s, 0

    async def work(self) -> None:
        """Answer until there is nothing left to do."""
        said = await self.send("ahead", {})
        idle = 0
        while idle < ENOUGH and not (said.get("pause") or {}).get("isAll"):
            if not said["questions"]:
                idle += 1
                await asyncio.sleep(1)
                said = await self.send("ahead", {})
                continue
            idle = 0
            await asyncio.sleep(self.look_s * self.person.pace * float(self.rng.lognormal(-0.1, 0.4)))
            said = await self.act(said["questions"][0])

    async def log_in(self, door: asyncio.Semaphore) -> None:
        """By the form; a few at a time, as checking a password is meant to take long."""
        async with door:
            for _ in range(PATIENCE):
                try:
                    await self.client.get("/log-in/")
                    token = self.client.cookies["csrftoken"]
                    form = {"username": self.person.name, "password": PASSWORD, "csrfmiddlewaretoken": token}
                    answer = await self.client.post("/log-in/", data=form)
                except httpx.HTTPError:
                    continue
                if answer.status_code == 302:
                    return
            raise SystemExit(f"{self.person.name} cannot log in")

    async def act(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answer it; now and then pass it by, or answer, take back and answer again."""
        pk, name = question["id"], self.person.name
        if self.rng.random() < SKIPPED:
            return await self.send("pass", {"question": pk, "proof": question["proof"]})
        value = self.person.answer(*self.ledger.truths[pk], self.rng)
        said = await self.answer(question, value)
        if self.rng.random() < RETAKEN:
            said = await self.send("undo", {"questions": [pk]})
            if said["results"][0]["ok"]:
                self.ledger.kept.pop((pk, name), None)
            said = await self.answer(question, value)
        return said

    async def answer(self, question: dict[str, Any], value: str) -> dict[str, Any]:
        """One answer with a key of its own."""
        self.serial += 1
        row = {
            "question": question["id"],
            "proof": question["proof"],
            "value": value,
            "client_id": f"{self.person.name}-{self.serial}",
            "seconds": self.look_s,
        }
        said = await self.send("answers", {"answers": [row]})
        if said["results"][0]["ok"]:
            self.ledger.kept[question["id"], self.person.name] = said["results"][0]["value"]
        return said

    async def send(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Until the server has answered; one in twenty goes out twice at once."""
        for _ in range(PATIENCE):
            began = time.perf_counter()
            copies = [self.post(name, body) for _ in range(1 + (self.rng.random() < TWICE))]
            self.ledger.repeated += len(copies) - 1
            answers = [answer for answer in await asyncio.gather(*copies) if answer is not None]
            if answers:
                self.ledger.times[name].append(time.perf_counter() - began)
                return answers[0]
            self.ledger.failed += 1
            await asyncio.sleep(0.5 + self.rng.random())
        raise SystemExit(f"the server did not come back: {name} of {self.person.name}")

    async def post(self, name: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The server's answer; None where it could not be reached or broke down."""
        head = {"X-CSRFToken": self.client.cookies["csrftoken"]}
        try:
            answer = await self.client.post(f"/label/{name}/", json=body, headers=head)
        except httpx.HTTPError:
            return None
        if answer.status_code >= 500:
            return None
        said: dict[str, Any] = answer.json()
        if answer.status_code != 200:
            raise SystemExit(f"{name} was refused: {answer.status_code} {said}")
        return said


async def run(
    app: Application, people: list[Person], ledger: Ledger, wanted: argparse.Namespace
) -> tuple[float, float]:
    """Everybody logs in, then all begin; gives how long it took to the last answer, and the web's share."""
    clients = [httpx.AsyncClient(base_url=app.url, timeout=60) for _ in people]
    workers = [
        Worker(person, client, ledger, wanted.seed + number, wanted.look)
        for number, (person, client) in enumerate(zip(people, clients, strict=True))
    ]
    door = asyncio.Semaphore(4)
    await asyncio.gather(*(worker.log_in(door) for worker in workers))
    began, cpu_before = time.perf_counter(), app.read_cpu_s()
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.work())
        if wanted.kill:
            group.create_task(disturb(app, ledger, len(ledger.truths)))
    spent, cpu_s = time.perf_counter() - began, app.read_cpu_s() - cpu_before
    for client in clients:
        await client.aclose()
    return spent, cpu_s


async def disturb(app: Application, ledger: Ledger, questions: int) -> None:
    """Kill the web processes, then the database, in the midst of it."""
    for share, kill in ((0.6, app.kill_workers), (1.2, app.kill_database)):  # answers a question
        while len(ledger.kept) < share * questions:
            await asyncio.sleep(0.05)
        kill()


def main() -> int:
    """Print the figures; 1 where something was lost, doubled or given to too many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--questions", type=int, default=1500)
    parser.add_argument("--look", type=float, default=0.5, help="seconds that the usual person looks")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    set_up()
    people = make_people(wanted.people, np.random.default_rng(wanted.seed))
    ledger = Ledger(fill(wanted.questions, people, np.random.default_rng(wanted.seed)))
    app = Application(Path(os.environ["SMARTIMG_VAR"]).resolve())
    try:
        app.wait()
        spent, cpu_s = asyncio.run(run(app, people, ledger, wanted))
    finally:
        app.stop()
    connection.close()  # the one from before the database was killed
    found = report(ledger, spent, wanted) | {
        "web_cpu_ms_an_answer": round(1000 * cpu_s / len(ledger.kept), 1)
    }
    found |= check(ledger.kept, ledger.truths)
    found["spammers"] = sorted(one.name for one in people if one.habit in ("guesses", "always the first"))
    text = json.dumps(found, indent=1)
    print(text)
    if wanted.out:
        wanted.out.write_text(text + "\n")
    return int(any(found[name] for name in ("lost", "doubled", "over_assigned", "unasked_for")))


def report(ledger: Ledger, spent: float, wanted: argparse.Namespace) -> dict[str, Any]:
    """Speed, as the people saw it."""
    shares = {"p50": 50, "p95": 95, "max": 100}
    return {
        "people": wanted.people,
        "killed": wanted.kill,
        "seconds": round(spent, 1),
        "answers_per_s": round(len(ledger.kept) / spent, 1),
        "repeated_requests": ledger.repeated,
        "requests_sent_again": ledger.failed,
        "ms": {
            name: {word: round(1000 * float(np.percentile(times, at)), 1) for word, at in shares.items()}
            for name, times in ledger.times.items()
        },
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
    }


if __name__ == "__main__":
    raise SystemExit(main())
