"""Freezes and exports very many labels: SMARTIMG_VAR=/some/where python -m bench.export --labels 1000000

Beside each format stand the same bytes written plainly to the disk, and the same rows by one plain COPY of
the database, all in the same run. Every step is a process of its own, so that its peak memory is its own.
Use a folder of its own, to be deleted after.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.rows import IMAGE, set_up

IMAGES = 10  # of a product
FORMATS = ("csv", "jsonl", "parquet", "coco")
LABELS = """
INSERT INTO review_label
    (kind, subject, image_id, product_id, value, source, provenance, import_key, created_at)
    SELECT 'quality', 'blur', i.id, (i.id - 1) / %(images)s + 1,
    CASE WHEN i.id %% 7 = 0 THEN 'blur' ELSE 'fine' END,
    CASE WHEN i.id %% 5 = 0 THEN 'specialist' ELSE 'consensus' END, '{}', '', now()
    FROM review_image i WHERE i.id <= %(labels)s
"""
CONTENT = f"encode(sha256(({IMAGE})::text::bytea), 'hex')"  # names that compress as badly as real ones
# The rows fit one another by their making; to have each reference checked doubles the time.
QUICK = "SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off"
PLAIN = "COPY (SELECT * FROM review_snapshotrow WHERE snapshot_id = %s) TO STDOUT (FORMAT csv)"
MB = 1 << 20


def fill(labels: int) -> None:
    """Products, pictures, offers and one label a picture, made by the database out of numbers."""
    from django.db import connection, transaction

    from bench.rows import CHUNK, FEW, MANY, NUMBERED, SHA, finish

    products = -(-labels // IMAGES)
    for first in range(1, products + 1, CHUNK):
        numbers = {"first": first, "last": min(products, first + CHUNK - 1), "images": IMAGES}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(QUICK)
            if first == 1:
                cursor.execute(FEW.replace("%%", "%"))
            for statement in MANY[:3]:  # products, pictures, offers
                cursor.execute(statement.replace(SHA, CONTENT), numbers)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(QUICK)
        cursor.execute(LABELS, {"images": IMAGES, "labels": labels})
    finish(NUMBERED)


def freeze(_: str) -> tuple[int, int]:
    """(rows, bytes) of a data set of all labels."""
    from django.utils import timezone

    from review.actions import snapshots

    asked = snapshots.freeze(judge="blur", filters={}, name="bench", by=None, now=timezone.now())
    snapshots.fill(asked.pk)
    asked.refresh_from_db()
    if asked.error:
        raise SystemExit(asked.error)
    return int(asked.progress["total"]), 0


def export(format: str) -> tuple[int, int]:
    """(rows, bytes) of the last data set in a format, as a worker writes it."""
    from django.utils import timezone

    from review.actions import exports
    from review.models import Snapshot

    asked = exports.start(snapshot=Snapshot.objects.latest("pk"), format=format, by=None, now=timezone.now())
    exports.write(asked.pk)
    asked.refresh_from_db()
    if asked.error:
        raise SystemExit(asked.error)
    return int(asked.progress["total"]), sum(file["byte_size"] for file in asked.files)


def copy_plainly(kind: str) -> tuple[int, int]:
    """(rows, bytes) of one COPY into a file: of the bare rows, or of the same columns as the exports have."""
    from django.db import connection

    from review.actions.export_rows import Piece, copy_csv
    from review.models import Snapshot

    snapshot = Snapshot.objects.latest("pk")
    with scratch().open("wb") as file, connection.cursor() as cursor:
        if kind == "joined":
            file.writelines(copy_csv(Piece(snapshot, 0, 1 << 62, 0)))
        else:
            with cursor.copy(PLAIN, [snapshot.pk]) as copy:
                file.writelines(bytes(block) for block in copy)
        os.fsync(file.fileno())
        return snapshot.rows.count(), file.tell()


def write_plainly(size: str) -> tuple[int, int]:
    """(0, bytes): so many bytes to the disk, in the blocks and with the calls that an export uses."""
    block, left = os.urandom(MB), int(size)
    with scratch().open("wb") as file:
        while left > 0:
            left -= file.write(block[:left])
        os.fsync(file.fileno())
    return 0, int(size)


def scratch() -> Path:
    """A file that is written over."""
    from django.conf import settings

    return Path(settings.VAR_DIR) / "bench-scratch"


STEPS: dict[str, Callable[[str], tuple[int, int]]] = {
    "freeze": freeze,
    "export": export,
    "copy": copy_plainly,
    "disk": write_plainly,
}


def measure(step: str, what: str) -> dict[str, Any]:
    """One step in a process of its own."""
    asked = [sys.executable, "-m", "bench.export", "--step", step, "--of", what]
    done = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    rate = f"{found['rows'] / found['seconds']:>10,.0f} rows/s" if found["rows"] else " " * 17
    size = found["bytes"] / MB
    told = f"{size / found['seconds']:>8.1f} MB/s {size:>8.1f} MB  peak {found['peak_mb']:>4} MB"
    print(f"  {step:<7}{what:<10}{found['seconds']:>8.1f} s {rate} {told}", flush=True)
    return {"step": step, "of": what} | found


def run_step(step: str, what: str) -> None:
    """What `measure` starts: does it and tells."""
    before = time.perf_counter()
    rows, size = STEPS[step](what)
    seconds = time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"rows": rows, "bytes": size, "seconds": round(seconds, 3), "peak_mb": peak}))


def main() -> int:
    """Fill, freeze, export, and the plain ways beside them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labels", type=int, default=50_000)
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--of", default="")
    arguments = parser.parse_args()
    if "SMARTIMG_VAR" not in os.environ:
        parser.error("set SMARTIMG_VAR to a folder of its own: the database there is filled")
    set_up()
    if arguments.step:
        run_step(arguments.step, arguments.of)
        return 0
    fill(arguments.labels)
    print(f"{arguments.labels:,} labels, load {os.getloadavg()[0]:.1f}", flush=True)
    found = [measure("freeze", "")]
    found += [measure("export", format) for format in FORMATS]
    found += [measure("copy", "bare"), measure("copy", "joined")]
    found += [measure("disk", str(next(one["bytes"] for one in found if one["of"] == "csv")))]
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
