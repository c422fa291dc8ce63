"""Server time of the pages about the crowd: python -m bench.crowd_pages [--answers 1000000] [--many 50]

Fills an empty database with answers, three to a question, and as many labels, counts them once as the worker
does, and asks for each page. Use a folder of its own: SMARTIMG_VAR=/some/where. Prints JSON: seconds that the
worker's counts take, p50 and p95 in ms and the number of queries of each page; 1 where one misses the goal.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
from typing import Any

from bench.pages import GOAL_P95_MS, measure
from bench.rows import NotEmpty, finish, set_up

CHUNK = 60_000  # questions a transaction
PEOPLE, VOTES = 50, 3
ADMIN = "bench-admin"
PAGES = ("/crowd/", "/crowd/workers/", "/crowd/rules/", "/questions/", "/data/", "/disputes/")
SUBJECT = "(ARRAY['blur', 'badge', 'placeholder', 'type'])[1 + n %% 4]"
NUMBERS = "FROM generate_series(%(first)s::bigint, %(last)s::bigint) n"
STATE = "CASE WHEN n %% 10 < 7 THEN 'settled' WHEN n %% 500 = 9 THEN 'disputed' ELSE 'open' END"
MANY = (
    f"""
INSERT INTO review_image (id, sha256, byte_size, format, width_px, height_px, unreadable, created_at)
    SELECT n, lpad(to_hex(n), 64, '0'), 90000, 'JPEG', 1200, 1200, '', now() {NUMBERS}""",
    f"""
INSERT INTO review_question (id, kind, subject, image_id, origin, state, choices, model_says, priority, cap,
    votes, posterior, settled_value, created_at)
    SELECT n, 'quality', {SUBJECT}, n, CASE WHEN n %% 50 = 0 THEN 'audit' ELSE 'doubt' END, {STATE},
    '["yes", "no"]', '{{"verdict": "no"}}', n %% 997 / 997.0, 5, {VOTES}, '{{}}',
    CASE WHEN n %% 10 < 7 THEN 'yes' ELSE '' END, now() {NUMBERS}""",
    f"""
INSERT INTO review_questionslot (question_id, subject, number, priority, is_open)
    SELECT n, {SUBJECT}, 1, n %% 997 / 997.0, {STATE} = 'open' {NUMBERS}""",
    f"""
INSERT INTO review_answer (question_id, value, client_id, seconds, is_late, counts, answered_by_id,
    answered_at)
    SELECT n, CASE WHEN (n + k) %% 7 = 0 THEN 'no' ELSE 'yes' END, '', 2.5, false, true,
    %(person)s + (n * 7 + k) %% {PEOPLE}, now() - n * interval '2 seconds'
    {NUMBERS} CROSS JOIN generate_series(1, {VOTES}) k""",
    f"""
INSERT INTO review_label (kind, image_id, subject, value, source, question_id, provenance, created_at,
    import_key)
    SELECT 'quality', n, {SUBJECT}, CASE WHEN k = 1 THEN 'blur' ELSE 'fine' END,
    CASE WHEN k = 1 THEN 'consensus' ELSE 'specialist' END, CASE WHEN k = 1 THEN n END, '{{}}', now(), ''
    {NUMBERS} CROSS JOIN generate_series(1, {VOTES}) k""",
)
NUMBERED = ("image", "question")


def main() -> int:
    """Print the figures of every page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--many", type=int, default=50, help="requests a page")
    wanted = parser.parse_args()
    set_up()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    try:
        write(wanted.answers // VOTES)
    except NotEmpty:
        print("this database holds answers: they are measured as they are", file=sys.stderr)
    counts = count()
    pages = [measure(address, ADMIN, same(address), wanted.many) for address in PAGES]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(json.dumps({"machine": machine, "counts_s": counts, "pages": pages}, indent=1))
    return int(any(page["p95_ms"] > GOAL_P95_MS for page in pages))


def same(address: str) -> Any:
    """The address, whatever chance says."""

    def tell(_: random.Random) -> str:
        return address

    return tell


def write(questions: int) -> None:
    """Fill the database; raises NotEmpty where somebody was asked before."""
    from django.db import connection, transaction

    from review.models import Question

    if Question.objects.exists():
        raise NotEmpty("This database holds questions.")
    person = make_people()
    for first in range(1, questions + 1, CHUNK):
        given = {"first": first, "last": min(questions, first + CHUNK - 1), "person": person}
        with transaction.atomic(), connection.cursor() as cursor:
            # The rows fit one another by their making; to have each reference checked doubles the time.
            cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off")
            for statement in MANY:
                cursor.execute(statement, given)
    finish(NUMBERED)


def make_people() -> int:
    """An admin who looks, and people who answered, with their standings; gives the first one's id."""
    from django.contrib.auth.models import Group, User

    from review.models import WorkerStanding

    admin = User.objects.create(username=ADMIN)
    admin.groups.add(Group.objects.get(name="admin"))
    people = User.objects.bulk_create(User(username=f"bench-{number}") for number in range(PEOPLE))
    WorkerStanding.objects.bulk_create(
        WorkerStanding(person=one, subject=subject, votes=1000, gold_seen=20, gold_right=18, accuracy=0.9)
        for one in people
        for subject in ("blur", "badge")
    )
    return people[0].pk


def count() -> dict[str, float]:
    """What the worker does every minute; seconds by name."""
    from django.utils import timezone

    from review.actions import tallies

    tallies.keep(timezone.now())
    found = {name: tallies.read(name, timezone.now()) for name in tallies.COUNTINGS}
    return {name: round(tally.took_s, 2) for name, tally in found.items() if tally}


if __name__ == "__main__":
    raise SystemExit(main())
