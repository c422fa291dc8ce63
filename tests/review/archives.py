"""Catalogs in ZIP files, packed, sent and read for tests."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from django.utils import timezone

from review import ingest
from review.actions import sent_catalogs
from review.models import CatalogImport, Offer
from tests.review.factories import draw_picture
from tests.review.test_label_imports import pack_zip

ONE, TWO = draw_picture(1), draw_picture(2)


def say(*images: str, product: str = "p1", supplier: str = "Norda", **more: Any) -> bytes:
    offers = [{"supplier": supplier, "images": list(images)}]
    return json.dumps({"id": product, "title": "Zoe armchair", "offers": offers, **more}).encode() + b"\n"


def send(packed: bytes | dict[str, bytes], **said: Any) -> CatalogImport:
    data = packed if isinstance(packed, bytes) else pack_zip(packed)
    report = sent_catalogs.start(file=io.BytesIO(data), name="spring.zip", **said)
    assert sent_catalogs.read(report.pk)
    report.refresh_from_db()
    return report


def fetch() -> ingest.FetchCounts:
    return ingest.fetch_offers(Offer.objects.worth_fetching(timezone.now()))


def reasons(report: CatalogImport, what: str = "image") -> list[str]:
    return list(report.problems.filter(what=what).order_by("pk").values_list("reason", flat=True))


def list_files(place: Path) -> list[str]:
    return sorted(path.name for path in (place / "store").rglob("*") if path.is_file())
