"""What a line of a catalog says, and what a line can be refused for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.sources import ImageSource

MAX_ID_CHARS = 200
MAX_TITLE_CHARS = 500
MAX_DESCRIPTION_CHARS = 50_000
MAX_CATEGORY_CHARS = 300
MAX_SUPPLIER_CHARS = 200
MAX_IMAGES = 500  # a product; more is a mistake of the export
SHOP = "shop"  # who offers those pictures of `current` that no supplier offers
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class NotACatalog(ValueError):
    """The file as a whole can't be read as a catalog; the message is for a person."""


class RefusedField(ValueError):
    """A field that can't be taken; refuses its product, or its image, never the rest."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Refusal:
    """What was refused, where and why. `what` is 'product' or 'image', or 'note' if nothing was lost."""

    line: int
    product_id: str
    field: str
    reason: str
    what: str = "product"


@dataclass(frozen=True)
class ParsedOffer:
    """The pictures of one supplier in the supplier's order, each once."""

    supplier: str
    images: tuple[ImageSource, ...]


@dataclass(frozen=True)
class ParsedProduct:
    """One product of a catalog. `current` is None where the catalog does not say what is shown today.

    `lines` are all lines of the file that it came from, at least one; `refusals` are its own images'.
    """

    line: int
    id: str
    title: str
    description: str
    category: str | None
    offers: tuple[ParsedOffer, ...]
    current: tuple[ImageSource, ...] | None
    is_curated: bool = False
    views_a_week: int | None = None  # customers' views of the product, where the catalog knows them
    lines: int = 1
    refusals: tuple[Refusal, ...] = field(default=(), compare=False)

    @property
    def shown(self) -> tuple[ImageSource, ...]:
        """The set shown today: the stated one, else the first offer's."""
        if self.current is not None:
            return self.current
        return self.offers[0].images if self.offers else ()

    def iterate_images(self) -> Iterator[tuple[str, int, ImageSource]]:
        """(supplier, position, image) of every offered picture."""
        for offer in self.offers:
            for position, image in enumerate(offer.images):
                yield offer.supplier, position, image

    def digest(self) -> str:
        """64 hex digits that change with anything that the catalog says of the product."""
        current = None if self.current is None else [image.source for image in self.current]
        offers = [[o.supplier, [[i.source, i.stamp] for i in o.images]] for o in self.offers]
        said: list[object] = [self.title, self.description, self.category, offers, current, self.is_curated]
        said += [] if self.views_a_week is None else [self.views_a_week]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def digest_current(self) -> str:
        """The same for the stated current set, by the names that the catalog uses; '' if none is stated."""
        if self.current is None:
            return ""
        return hashlib.sha256(json.dumps([image.name for image in self.current]).encode()).hexdigest()


def read_text(value: Any, name: str, max_chars: int) -> str:
    """Text that can be stored, trimmed; '' for null. Raises RefusedField."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RefusedField(name, f"The {name} must be text, not {name_kind(value)}.")
    if "\x00" in value:
        raise RefusedField(name, f"The {name} contains a NUL character.")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise RefusedField(name, f"The {name} contains half a character (a lone surrogate).") from error
    text = _CONTROL.sub(" ", value).strip()
    if len(text) > max_chars:
        raise RefusedField(name, f"The {name} is {len(text)} characters long; at most {max_chars}.")
    return text


def read_id(value: Any, name: str = "id") -> str:
    """A product's id: text or a whole number. Raises RefusedField."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = read_text(value, name, MAX_ID_CHARS)
    if not text:
        raise RefusedField(name, f"The {name} is missing.")
    if text in {".", ".."} or "\n" in text or "\t" in text:
        raise RefusedField(name, f"The {name} cannot be used: it must be a name on one line.")
    return text


def read_category(value: Any) -> str | None:
    """A path such as 'Electronics > Tablets' with single blanks around '>'; None if not given."""
    text = read_text(value, "category", MAX_CATEGORY_CHARS)
    if not text:
        return None
    parts = [" ".join(part.split()) for part in re.split(r"\s*-?>\s*", text)]
    if not all(parts):
        raise RefusedField("category", "The category has an empty part; write it as 'A > B'.")
    path = " > ".join(parts)
    if len(path) > MAX_CATEGORY_CHARS:
        raise RefusedField("category", f"The category is longer than {MAX_CATEGORY_CHARS} characters.")
    return path


def name_kind(value: Any) -> str:
    """The JSON name of a value's kind, for messages."""
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list"}
    return "null" if value is None else kinds.get(type(value), "an object")
