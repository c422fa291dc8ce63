"""Server time of pages: python -m bench.pages [--many 200]

On a database that bench.rows has filled; through the whole of Django, without a network. Each page is asked
for a few times before it is timed. Prints JSON: p50 and p95 in ms, the number of queries, and the processor
time of a request here and in the database, which a busy machine changes less; 1 where a page misses the goal.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bench.claims import NAME, at_share
from bench.claims_questions import read_cpu_s
from bench.rows import CATEGORIES, set_up

GOAL_P95_MS = 50
WARM_UP = 5
NARROW = "bench-narrow"  # a specialist of one group of categories
ADMIN = "bench-admin"
ADMIN_PAGES = (
    "/reports/agreement/",
    "/runs/",
    "/questions/",
    "/crowd/",
    "/crowd/workers/",
    "/data/",
    "/models/",
)
Addresses = Callable[[random.Random], str]


def main() -> int:
    """Print the figures of every page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--many", type=int, default=200, help="requests a page")
    wanted = parser.parse_args()
    set_up()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    prepare()
    products = count_products()
    pages = [measure(name, who, addresses, wanted.many) for name, who, addresses in list_pages(products)]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(json.dumps({"products": products, "machine": machine, "pages": pages}, indent=1))
    return int(any(page["p95_ms"] > GOAL_P95_MS for page in pages))


def prepare() -> None:
    """Somebody for everything, somebody for few categories, and an admin."""
    from django.contrib.auth.models import Group, User

    from bench import claims
    from review.models import CategoryGrant

    claims.prepare(1)
    person = User.objects.get_or_create(username=NARROW)[0]
    person.groups.add(Group.objects.get(name="specialist"))
    CategoryGrant.objects.get_or_create(user=person, path="Group 3")
    User.objects.get_or_create(username=ADMIN, defaults={"is_staff": True, "is_superuser": True})


def count_products() -> int:
    """The highest number; bench.rows leaves no gaps."""
    from review.models import Product

    return Product.objects.order_by("-pk").values_list("pk", flat=True)[0]


def list_pages(products: int) -> Iterator[tuple[str, str, Addresses]]:
    """(what, who, addresses) of everything that is measured; depth and rows by chance."""
    everybody = NAME.format(0)
    yield "queue, first page", everybody, lambda _: "/queue/"
    yield "queue, of some categories", NARROW, lambda _: "/queue/"
    for sort in ("benefit", "doubt"):
        yield f"queue by {sort}, at any depth", everybody, deep(sort, products)
    yield "queue, oldest first", everybody, lambda _: "/queue/?sort=oldest"
    yield "queue, one category", everybody, in_category
    yield "queue, a rare change", everybody, lambda _: "/queue/?change=compliance"
    yield "queue, one run", everybody, lambda chance: f"/queue/?run={chance.randint(1, 20)}"
    yield "queue, mine", everybody, lambda _: "/queue/?sort=mine"
    yield "sure ones", everybody, lambda _: "/queue/sure/"
    yield "products, first page", everybody, lambda _: "/products/"
    yield "products, of some categories", NARROW, lambda _: "/products/"
    yield "products, at any depth", everybody, lambda c: f"/products/?after={c.randint(60, products)}~0"
    yield "products, a search", everybody, lambda c: f"/products/?q=product+{c.randint(1, products)}"
    yield "product", everybody, lambda c: f"/products/p{c.randint(1, products)}/"
    yield "proposal", everybody, lambda c: f"/proposals/{c.randint(1, products)}/"
    yield "two proposals ahead", everybody, lambda c: f"/proposals/{c.randint(1, products)}/coming/"
    for address in ADMIN_PAGES:
        yield address, ADMIN, partial(always, address)


def always(address: str, _: random.Random) -> str:
    """The same page each time."""
    return address


def deep(sort: str, products: int) -> Addresses:
    """Somewhere in the queue."""
    return lambda c: f"/queue/?sort={sort}&after={round(c.random() * 0.9, 4)}~{c.randint(1, products)}"


def in_category(chance: random.Random) -> str:
    """The queue of one of the many categories."""
    number = chance.randint(2, CATEGORIES)
    return f"/queue/?category=Group+{number % 25}+%3E+Leaf+{number}"


def measure(name: str, who: str, addresses: Addresses, many: int) -> dict[str, Any]:
    """One kind of page, asked for `many` times."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, chance = Client(headers={"host": "127.0.0.1"}), random.Random(7)
    client.force_login(User.objects.get(username=who))
    with CaptureQueriesContext(connection) as asked:
        client.get(addresses(chance))
    queries = len(asked)  # the next request forgets them
    for _ in range(WARM_UP):
        ask(client, addresses(chance))
    backend = find_backend()
    before = time.process_time(), read_cpu_s(backend)
    times = sorted(ask(client, addresses(chance)) for _ in range(many))
    spent = time.process_time() - before[0], read_cpu_s(backend) - before[1]
    found = {"p50_ms": at_share(times, 0.5), "p95_ms": at_share(times, 0.95), "max_ms": times[-1]}
    found |= {"cpu_ms": 1000 * spent[0] / many, "database_cpu_ms": 1000 * spent[1] / many}
    return {"page": name, **{key: round(value, 1) for key, value in found.items()}, "queries": queries}


def ask(client: Any, address: str) -> float:
    """Milliseconds that a page takes."""
    began = time.perf_counter()
    answer = client.get(address)
    spent = 1000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")
    return spent


def find_backend() -> int:
    """The database's process of this connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid


if __name__ == "__main__":
    raise SystemExit(main())
