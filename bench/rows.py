"""Fills an empty database with very many products: python -m bench.rows --products 1000000 --images 10

Rows only, no image files: products, images, offers, published sets, and an open proposal a product. The
database makes them out of numbers, chunk by chunk, so memory does not grow. Use a folder of its own, to be
deleted after: SMARTIMG_VAR=/some/where python -m bench.rows ...
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

import django

CHUNK = 20_000  # products a transaction
CATEGORIES, SUPPLIERS, RUNS = 500, 40, 20
# A twentieth of the products is in the first category, the others share what is left.
CATEGORY = f"CASE WHEN n %% 20 = 0 THEN 1 ELSE 1 + (n * 7919) %% {CATEGORIES} END"
CHANGES = """
CASE WHEN n %% 1000 = 0 THEN '{"compliance": 1, "hero": 1}'::jsonb WHEN n %% 4 = 0 THEN '{"copy": 2}'
WHEN n %% 4 = 1 THEN '{"hero": 1, "added": 2}' WHEN n %% 4 = 2 THEN '{"hero": 1, "moved": 1, "unsure": 1}'
ELSE '{"quality": 1, "moved": 2}' END
"""
FEW = f"""
INSERT INTO review_category (id, path, type_order)
    SELECT n, format('Group %%s > Leaf %%s', n %% 25, n), '["front", "angle", "side", "back", "detail"]'
    FROM generate_series(1, {CATEGORIES}) n;
INSERT INTO review_supplier (id, name) SELECT n, 'Supplier ' || n FROM generate_series(1, {SUPPLIERS}) n;
INSERT INTO review_selectionrun (id, scope, state, config_digest, created_at)
    SELECT n, '{{"all": true}}', 'done', repeat('c', 64), now() - n * interval '1 hour'
    FROM generate_series(1, {RUNS}) n;
"""  # noqa: S608
IMAGE = "(n - 1) * %(images)s + i + 1"  # the id of a product's image i
SHA = f"lpad(to_hex({IMAGE}), 64, '0')"
FIRST_SHA = "lpad(to_hex((n - 1) * %(images)s + 1), 64, '0')"
NUMBERS = "FROM generate_series(%(first)s::bigint, %(last)s::bigint) n"
PICTURES = f"{NUMBERS} CROSS JOIN generate_series(0, %(images)s - 1) i"
SHOWN = "%(images)s * 6 / 10"  # so many of a product's pictures are in its set of today
MANY = (
    f"""
INSERT INTO review_product (id, external_id, title, description, category_id, category_from, is_curated,
    views_a_week, catalog_digest, current_digest, created_at, updated_at)
    SELECT n, 'p' || n, format('Product %%s of series %%s', n, n %% 9973), '', {CATEGORY}, 'given', false,
    CASE WHEN n %% 3 = 0 THEN n %% 5000 END, '', '', now() - n * interval '1 second', now() {NUMBERS}""",
    f"""
INSERT INTO review_image (id, sha256, byte_size, format, width_px, height_px, unreadable, created_at)
    SELECT {IMAGE}, {SHA}, 90000 + i, 'JPEG', 1200, 1200, '', now() {PICTURES}""",
    f"""
INSERT INTO review_offer (product_id, supplier_id, source, position, image_id, state, refusal, refusal_code,
    stamp, is_retired, fetched_at)
    SELECT n, 1 + (n + i / 4) %% {SUPPLIERS}, format('p%%s/%%s.jpg', n, i), i, {IMAGE}, 'fetched', '', '', '',
    false, now() {PICTURES}""",
    f"""
INSERT INTO review_publishedset (id, product_id, number, origin, created_at)
    SELECT n, n, 1, 'import', now() {NUMBERS}""",
    f"""
INSERT INTO review_publishedimage (published_set_id, position, source, image_id)
    SELECT n, i, format('p%%s/%%s.jpg', n, i), {IMAGE} {PICTURES} WHERE i < {SHOWN}""",
    f"""
INSERT INTO review_proposal (id, product_id, category_id, run_id, state, benefit, benefit_parts, doubt,
    is_sure, summary, changes, notes, hero_before, hero_after, based_on_id, content_digest, config_digest,
    model_versions, created_at)
    SELECT n, n, {CATEGORY}, 1 + n %% {RUNS}, 'open', round(((n * 7907) %% 9001) / 10000.0, 4),
    '[["hero", 1, 0.3], ["copy", 2, 0.1]]', CASE WHEN n %% 3 = 0 THEN round((n %% 97) / 100.0, 2) ELSE 0 END,
    n %% 3 > 0 AND n %% 4 <> 2, 'front view becomes the hero · 2 copies removed', {CHANGES}, '[]',
    {FIRST_SHA}, {FIRST_SHA}, n,
    repeat('d', 64), repeat('c', 64), '{{}}', now() - n * interval '1 second' {NUMBERS}""",
    f"""
INSERT INTO review_proposalitem (proposal_id, image_id, source, supplier_id, before_position, after_position,
    verdict, reason, duplicate_of_id, image_type, type_confidence, evidence)
    SELECT n, {IMAGE}, format('p%%s/%%s.jpg', n, i), 1 + (n + i / 4) %% {SUPPLIERS},
    CASE WHEN i < {SHOWN} THEN i END, CASE WHEN i %% 4 <> 3 THEN i - i / 4 END,
    CASE WHEN i %% 4 <> 3 THEN 'keep' ELSE 'drop' END, CASE WHEN i %% 4 <> 3 THEN '' ELSE 'duplicate' END,
    CASE WHEN i %% 4 = 3 THEN {IMAGE} - 1 END, 'front', 0.9,
    '{{"judges": {{"blur": {{"score": 0.12, "threshold": 0.7, "flag": false, "version": "blur-1"}}}}}}'
    {PICTURES}""",
    f"""
INSERT INTO review_event (kind, product_id, data, created_at)
    SELECT 'proposed', n, jsonb_build_object('proposal', n, 'run', 1 + n %% {RUNS}), now() {NUMBERS}""",
)
NUMBERED = ("category", "supplier", "selectionrun", "product", "image", "publishedset", "proposal")


class NotEmpty(Exception):
    """The database holds products: nothing is written among them."""


def write(products: int, images: int, *, quiet: bool = True) -> None:
    """Fill the database; raises NotEmpty where it holds a catalog."""
    from django.db import connection, transaction

    from review.models import Product

    if Product.objects.exists():
        raise NotEmpty("This database holds products. Use an empty one: SMARTIMG_VAR=/some/where")
    began = time.monotonic()
    for first in range(1, products + 1, CHUNK):
        last = min(products, first + CHUNK - 1)
        with transaction.atomic(), connection.cursor() as cursor:
            # The rows fit one another by their making; to have each reference checked doubles the time.
            cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off")
            if first == 1:
                cursor.execute(FEW.replace("%%", "%"))
            for statement in MANY:
                cursor.execute(statement, {"first": first, "last": last, "images": images})
        if not quiet:
            print(f"  {last:>9} products {time.monotonic() - began:7.0f} s", file=sys.stderr, flush=True)
    finish(NUMBERED)


def finish(names: Sequence[str]) -> None:
    """Numbers go on behind the last ones; the planner learns what there is."""
    from django.db import connection

    with connection.cursor() as cursor:
        for name in names:
            table = f"review_{name}"
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
        if not connection.in_atomic_block:
            cursor.execute("VACUUM ANALYZE")


def set_up() -> None:
    """The product's settings, its services, and its tables as they are now."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartimg.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from smartimg import services

    services.ensure_running(settings.VAR_DIR)
    call_command("migrate", verbosity=0)


def main() -> int:
    """Fill the database that the environment names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--images", type=int, default=10, help="of a product")
    wanted = parser.parse_args()
    set_up()
    try:
        write(wanted.products, wanted.images, quiet=False)
    except NotEmpty as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
