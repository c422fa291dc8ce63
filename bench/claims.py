"""Taking the next proposal, many at once: python -m bench.claims [--takers 8] [--claims 500] [--hold]

On a database that bench.rows has filled. Each taker is a process of its own and does what /proposals/next/
does to find and take a proposal; then, untimed, the proposal is decided, as people do. With --hold nobody
decides, so every claim walks past all that were claimed before. Prints JSON; 1 where anybody got what another
had, or p95 misses the goal.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.rows import set_up

GOAL_P95_MS = 30
NAME = "bench-taker-{}"
PLENTY_S = 1800


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--takers", type=int, default=8)
    parser.add_argument("--claims", type=int, default=500, help="of each taker")
    parser.add_argument("--hold", action="store_true", help="nobody decides")
    parser.add_argument("--sort", choices=("benefit", "doubt", "oldest"), default="benefit")
    parser.add_argument("--category", default="", help="behind this filter, for instance 'Group 3'")
    wanted = parser.parse_args()
    set_up()
    prepare(wanted.takers)
    parts, seconds = race(wanted)
    found = summarise(parts, seconds) | {"takers": wanted.takers, "hold": wanted.hold, **describe(wanted)}
    print(json.dumps(found, indent=1))
    return int(found["over_assigned"] > 0 or found["p95_ms"] > GOAL_P95_MS)


def prepare(takers: int) -> None:
    """The takers as specialists of everything, and no proposal held."""
    from django.contrib.auth.models import Group, User

    from review.models import CategoryGrant, Proposal

    group = Group.objects.get_or_create(name="specialist")[0]
    for number in range(takers):
        person = User.objects.get_or_create(username=NAME.format(number))[0]
        person.groups.add(group)
        CategoryGrant.objects.get_or_create(user=person, path="")
    held = Proposal.objects.filter(leased_until__isnull=False)
    held.update(leased_by=None, leased_until=None, leased_at=None)


def race(wanted: argparse.Namespace) -> tuple[list[list[tuple[int, float]]], float]:
    """All takers begin at the same moment; gives (proposal, seconds) of each claim, and how long it took."""
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(wanted.takers + 1), context.Queue()
    people = [
        context.Process(target=run_taker, args=(number, wanted, barrier, answers), daemon=True)
        for number in range(wanted.takers)
    ]
    for one in people:
        one.start()
    barrier.wait(PLENTY_S)
    began = time.perf_counter()
    parts = [answers.get(timeout=PLENTY_S) for _ in people]
    seconds = time.perf_counter() - began
    for one in people:
        one.join()
    return parts, seconds


def run_taker(number: int, wanted: argparse.Namespace, barrier: Any, answers: Any) -> None:
    """One person, in a process of its own."""
    set_up()
    from django.contrib.auth.models import User

    person = User.objects.get(username=NAME.format(number))
    taken = []
    claim(person, wanted)  # the first one opens the connection
    barrier.wait(PLENTY_S)
    for _ in range(wanted.claims):
        began = time.perf_counter()
        found = claim(person, wanted)
        taken.append((found, time.perf_counter() - began))
        if not wanted.hold:
            decide(found)
    answers.put(taken)


def claim(person: Any, wanted: argparse.Namespace) -> int:
    """What /proposals/next/ does; with --hold, what one holds already is not asked for again."""
    from django.db.models import Q
    from django.utils import timezone

    from review.actions import leases
    from review.views.queue_filters import Filters

    filters = Filters(sort=wanted.sort, category=wanted.category)
    rows = filters.order.sort(filters.rows_to_take(person))
    if wanted.hold:
        rows = rows.filter(~Q(leased_by=person) | Q(leased_by__isnull=True))
    return leases.take_next(rows=rows, by=person, now=timezone.now())[0]


def decide(proposal_id: int) -> None:
    """Take it out of the queue."""
    from review.models import Proposal

    said = {"state": "approved", "leased_by": None, "leased_until": None, "leased_at": None}
    Proposal.objects.filter(pk=proposal_id).update(**said)


def summarise(parts: Sequence[Sequence[tuple[int, float]]], seconds: float) -> dict[str, Any]:
    """Figures of all claims; `over_assigned` counts claims of what somebody had already."""
    claims = [one for part in parts for one in part]
    times = sorted(1000 * spent for _, spent in claims)
    counts = Counter(proposal for proposal, _ in claims)
    return {
        "claims": len(claims),
        "over_assigned": sum(count - 1 for count in counts.values()),
        "p50_ms": round(at_share(times, 0.5), 2),
        "p95_ms": round(at_share(times, 0.95), 2),
        "max_ms": round(times[-1], 2),
        "rate_per_s": round(len(claims) / seconds, 1),
    }


def at_share(values: Sequence[float], share: float) -> float:
    """The value that this share of the sorted values does not exceed."""
    return values[min(len(values) - 1, int(share * len(values)))]


def describe(wanted: argparse.Namespace) -> dict[str, Any]:
    """What was measured, on what."""
    from review.models import Proposal
    from review.views.keyset import estimate

    load = os.getloadavg()[0]
    return {
        "open": estimate(Proposal.objects.awaiting_review()),
        "sort": wanted.sort,
        "category": wanted.category,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}",
    }


if __name__ == "__main__":
    raise SystemExit(main())
