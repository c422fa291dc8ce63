"""Questions that an admin asks for: about products by their numbers, or about pictures that a file names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext as _

from review.actions.asking import Asked, ask
from review.actions.label_files import find_delimiter
from review.models import Image, Offer, Product, Question

SUBJECT = re.compile(r"[a-z][a-z0-9_]{1,39}")
SHA256 = re.compile(r"[0-9a-f]{64}")
UPLOAD_WEIGHT = 0.8  # somebody waits for it
MOST = 20_000  # questions of one upload
MOST_ROWS = 100_000  # of a table; each is held in memory
MOST_PROBLEMS = 100
COLUMNS = ("image", "sha256", "product", "product_id")


class InvalidUpload(Exception):
    """Nothing was asked; says why in a person's words."""


@dataclass
class Found:
    """Pictures to ask about, each with a product where one is known, and what could not be used."""

    pictures: dict[int, int | None] = field(default_factory=dict)  # image -> product
    problems: list[str] = field(default_factory=list)

    def refuse(self, reason: str) -> None:
        """Note a line that was not used; the first hundred."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(reason)


@dataclass(frozen=True)
class Uploaded:
    """What came of it."""

    asked: int
    known: int  # had been asked before
    problems: Sequence[str]


def read_products(text: str) -> Found:
    """Products by their catalog numbers, one a line or between commas: all their pictures."""
    found = Found()
    _add_products(
        found, [(line, number) for line, row in enumerate(text.splitlines(), 1) for number in row.split(",")]
    )
    return found


def read_csv(data: bytes) -> Found:
    """A column 'image' of SHA-256 sums, or 'product' of catalog numbers. Raises InvalidUpload."""
    try:
        text = io.StringIO(data.decode("utf-8-sig"), newline="")
        rows = list(islice(csv.DictReader(text, delimiter=find_delimiter(data)), MOST_ROWS + 1))
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise InvalidUpload(_("The file is no CSV table in UTF-8. Nothing was asked.")) from wrong
    if len(rows) > MOST_ROWS:
        raise InvalidUpload(_("The table has more than {most} rows. Split it.").format(most=MOST_ROWS))
    named = [name for name in COLUMNS if rows and name in rows[0]]
    if not named:
        raise InvalidUpload(_("The table needs a column 'image' or 'product'. Nothing was asked."))
    found, column = Found(), named[0]
    lines = [(line, (row[column] or "").replace("\0", "").strip()) for line, row in enumerate(rows, 2)]
    if column in ("image", "sha256"):
        _add_images(found, lines)
    else:
        _add_products(found, lines)
    return found


def _add_images(found: Found, lines: Sequence[tuple[int, str]]) -> None:
    known = dict(
        Image.objects.filter(sha256__in={sha for _, sha in lines}, unreadable="").values_list("sha256", "pk")
    )
    for line, sha in lines:
        if sha in known:
            found.pictures.setdefault(known[sha], None)
        elif SHA256.fullmatch(sha):
            found.refuse(
                _("Line {line}: no readable picture has the sum {sum}.").format(line=line, sum=sha[:12])
            )
        else:
            found.refuse(_("Line {line}: '{text}' is no SHA-256 sum.").format(line=line, text=sha[:40]))


def _add_products(found: Found, lines: Iterable[tuple[int, str]]) -> None:
    wanted = [(line, number.strip().replace("\0", "")) for line, number in lines if number.strip()]
    rows = Product.objects.filter(external_id__in={number for _, number in wanted})
    ids = dict(rows.values_list("external_id", "pk"))
    offers = Offer.objects.filter(product__in=ids.values(), image__unreadable="", is_retired=False)
    pictured: set[int] = set()
    for image, product in offers.order_by("product", "position").values_list("image_id", "product_id"):
        if image is not None:
            found.pictures.setdefault(image, product)
            pictured.add(product)
    for line, number in wanted:
        if number not in ids:
            found.refuse(_("Line {line}: there is no product '{text}'.").format(line=line, text=number[:40]))
        elif ids[number] not in pictured:
            found.refuse(_("Line {line}: '{text}' has no picture yet.").format(line=line, text=number[:40]))


def ask_uploaded(*, subject: str, found: Found, choices: Sequence[str], now: datetime) -> Uploaded:
    """Ask about what was found; raises InvalidUpload where there is nothing, or far too much."""
    if not SUBJECT.fullmatch(subject) or subject in ("pair", "hero"):
        raise InvalidUpload(_("'{subject}' cannot be asked this way.").format(subject=subject[:40]))
    if len(found.pictures) > MOST:
        raise InvalidUpload(
            _("{count} pictures are too many at once, at most {most}.").format(
                count=len(found.pictures), most=MOST
            )
        )
    before = Question.objects.filter(subject=subject, image__in=found.pictures).count()
    categories = dict(
        Product.objects.filter(pk__in=set(found.pictures.values())).values_list("pk", "category_id")
    )
    asked = [
        Asked(
            subject,
            image,
            product_id=product,
            category_id=categories.get(product or 0),
            choices=tuple(choices),
            weight=UPLOAD_WEIGHT,
        )
        for image, product in found.pictures.items()
    ]
    ids = ask(asked, origin=Question.Origin.UPLOAD, now=now)
    return Uploaded(len(ids) - before, before, found.problems)
