"""One object of a catalog in JSON -> a product: the documented form, or the plain one with `images`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.catalog_records import (
    MAX_DESCRIPTION_CHARS,
    MAX_IMAGES,
    MAX_SUPPLIER_CHARS,
    MAX_TITLE_CHARS,
    SHOP,
    ParsedOffer,
    ParsedProduct,
    Refusal,
    RefusedField,
    name_kind,
    read_category,
    read_id,
    read_text,
)
from pipeline.sources import ImageSource, Locate, UnusableSource, locate_address

KNOWN_FIELDS = frozenset(
    {"id", "title", "description", "category", "offers", "current", "curated", "views_a_week"}
)
MAX_VIEWS = 2_000_000_000  # a week; what a database keeps as a whole number


def parse_object(data: Any, line: int, locate: Locate = locate_address, supplier: str = "") -> ParsedProduct:
    """A product from a parsed JSON object. Raises RefusedField where the product can't be taken.

    `locate` finds the pictures; unless told otherwise only addresses are taken, no paths. `supplier`
    names the supplier of pictures that have none. A picture that can't be taken is refused alone: it is
    listed in the product's `refusals`; a missing file keeps its place all the same.
    """
    if not isinstance(data, Mapping):
        raise RefusedField("", f"The line must be a JSON object, not {name_kind(data)}.")
    product_id = read_id(data.get("id"))
    reader = _ImageReader(product_id, line, locate)
    offers = _read_offers(data, reader, supplier)
    current = _read_current(data.get("current"), reader)
    return ParsedProduct(
        line=line,
        id=product_id,
        title=" ".join(read_text(data.get("title"), "title", MAX_TITLE_CHARS).split()),
        description=read_text(data.get("description"), "description", MAX_DESCRIPTION_CHARS),
        category=read_category(data.get("category")),
        offers=_add_unoffered(offers, current),
        current=current,
        is_curated=_read_bool(data.get("curated"), "curated"),
        views_a_week=_read_views(data.get("views_a_week")),
        refusals=tuple(reader.refusals),
    )


def _read_views(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_VIEWS:
        raise RefusedField("views_a_week", f"'views_a_week' must be a whole number from 0 to {MAX_VIEWS:,}.")
    return value


class _ImageReader:
    """Locates pictures and keeps what it refused."""

    def __init__(self, product_id: str, line: int, find: Locate) -> None:
        self.product_id = product_id
        self.line = line
        self.find = find
        self.refusals: list[Refusal] = []

    def read(self, names: Any, field: str) -> tuple[ImageSource, ...]:
        """The pictures of a list, each once, refusing single ones; raises RefusedField if it is no list."""
        if not isinstance(names, list):
            raise RefusedField(
                field, f"'{field}' must be a list of paths or addresses, not {name_kind(names)}."
            )
        if len(names) > MAX_IMAGES:
            raise RefusedField(field, f"'{field}' lists {len(names)} pictures; at most {MAX_IMAGES}.")
        found: dict[str, ImageSource] = {}
        for position, name in enumerate(names):
            try:
                image = self.locate(name)
            except UnusableSource as error:
                self.refuse(f"{field}.{position}", f"{error} {show(name)}".strip())
                continue
            if image.problem:
                self.refuse(f"{field}.{position}", f"{image.problem} {show(name)}")
            if image.source in found:
                where = f"{field}.{position}"
                self.refuse(where, f"Listed twice; its first place counts. {show(name)}", "note")
            found.setdefault(image.source, image)
        return tuple(found.values())

    def locate(self, name: Any) -> ImageSource:
        if isinstance(name, Mapping):
            name = name.get("file")
        if not isinstance(name, str):
            raise UnusableSource(f"A picture must be a path or an address, not {name_kind(name)}.")
        return self.find(name)

    def refuse(self, field: str, reason: str, what: str = "image") -> None:
        self.refusals.append(Refusal(self.line, self.product_id, field, reason, what))


def _read_offers(data: Mapping[str, Any], reader: _ImageReader, supplier: str) -> tuple[ParsedOffer, ...]:
    if "offers" not in data and "images" in data:
        return _read_plain(data, reader, supplier)
    offers = data.get("offers")
    if not isinstance(offers, list):
        said = "is missing" if offers is None else f"must be a list, not {name_kind(offers)}"
        raise RefusedField("offers", f"'offers' {said}.")
    merged: dict[str, dict[str, ImageSource]] = {}
    for position, offer in enumerate(offers):
        where = f"offers.{position}"
        if not isinstance(offer, Mapping):
            raise RefusedField(where, f"An offer must be an object, not {name_kind(offer)}.")
        name = _read_supplier(offer.get("supplier"), f"{where}.supplier", supplier)
        pictures = merged.setdefault(name, {})
        for image in reader.read(offer.get("images"), f"{where}.images"):
            pictures.setdefault(image.source, image)
    return tuple(ParsedOffer(name, tuple(pictures.values())) for name, pictures in merged.items())


def _read_plain(data: Mapping[str, Any], reader: _ImageReader, supplier: str) -> tuple[ParsedOffer, ...]:
    name = _read_supplier(data.get("source"), "source", supplier)
    return (ParsedOffer(name, reader.read(data["images"], "images")),)


def _read_supplier(value: Any, where: str, supplier: str) -> str:
    given = read_text(value, where, MAX_SUPPLIER_CHARS)
    if not (given or supplier):
        raise RefusedField(where, "The supplier is missing.")
    return given or supplier


def _read_current(value: Any, reader: _ImageReader) -> tuple[ImageSource, ...] | None:
    return None if value is None else reader.read(value, "current")


def _read_bool(value: Any, name: str) -> bool:
    if value is not None and not isinstance(value, bool):
        raise RefusedField(name, f"'{name}' must be true or false, not {name_kind(value)}.")
    return bool(value)


def _add_unoffered(
    offers: tuple[ParsedOffer, ...], current: tuple[ImageSource, ...] | None
) -> tuple[ParsedOffer, ...]:
    """What the shop shows but nobody offers must be kept as a candidate: it becomes the shop's own offer."""
    offered = {image.source for offer in offers for image in offer.images}
    extra = tuple(image for image in current or () if image.source not in offered)
    if not extra:
        return offers
    return (*offers, ParsedOffer(SHOP, extra))


def show(name: Any) -> str:
    """The start of what was refused, for messages; never a password."""
    text = re.sub(r"//[^/]*@", "//…@", name) if isinstance(name, str) else ""
    return f"({text[:80]}{'...' if len(text) > 80 else ''})" if text.strip() else ""
