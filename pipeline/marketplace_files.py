"""Rules of marketplaces as files: dated demands on a measure or on a judge's word, checked when read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.records import Assessment

RULES_FOLDER = Path(__file__).parent / "marketplace_rules"
Measure = float | str | None
MIN_SEEN_WHITE = 0.2  # share of the border; below it even a product that covers much of it stands on no white
_SETTINGS = {"from": "valid_from", "until": "valid_until"}  # names in the files that Python does not allow


class UnknownMarket(ValueError):
    """There is no file of rules of that name."""


class BrokenRules(ValueError):
    """A file of rules says what cannot be; the message names the file and the rule."""


@dataclass(frozen=True)
class Rule:
    """One demand of one marketplace. It holds from `valid_from` to `valid_until`, both days included.

    `field` is one of FIELDS or the name of a judge; one of `at_least`, `at_most`, `one_of`, `forbidden`
    says what is wanted. `images` is 'all', 'main' or 'set'; `products` '', 'apparel' or 'not apparel'.
    """

    market: str
    id: str
    field: str
    source: str
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] = ()
    forbidden: str = ""
    images: str = "all"
    products: str = ""
    apparel_words: frozenset[str] = frozenset()
    required: bool = True
    words: str = ""
    why: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on that day."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)


def _see_white(found: Assessment) -> Measure:
    """White is told within ten levels, as JPEG blurs it; not where the product itself covers the border."""
    if found.framing is None:
        return None
    seen = found.framing.white_background
    return None if found.framing.touches_edge and MIN_SEEN_WHITE <= seen < 0.98 else seen


def _see_extent(found: Assessment) -> Measure:
    return found.framing.extent or None if found.framing else None


@dataclass(frozen=True)
class Field:
    """How a measure is read from an assessment and shown: '{name} {value}{unit}'."""

    name: str
    unit: str
    read: Callable[[Assessment], Measure]


FIELDS: Mapping[str, Field] = {
    "shortest_side_px": Field("shortest side", " px", lambda found: min(found.width_px, found.height_px)),
    "longest_side_px": Field("longest side", " px", lambda found: max(found.width_px, found.height_px)),
    "megapixels": Field("size", " MP", lambda found: found.width_px * found.height_px / 1e6),
    "megabytes": Field("file", " MB", lambda found: found.byte_size / 2**20),
    "aspect": Field(
        "sides",
        " : 1",
        lambda found: max(found.width_px, found.height_px) / max(1, min(found.width_px, found.height_px)),
    ),
    "format": Field("format", "", lambda found: found.format or None),
    "white_background": Field("white share of the border", " %", _see_white),
    "extent": Field("product's share of the frame's width or height", " %", _see_extent),
    "images": Field("images in the set", "", lambda found: None),
}


def list_markets(folder: Path = RULES_FOLDER) -> list[str]:
    """Names to choose from, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_rules(markets: Sequence[str] = (), folder: Path = RULES_FOLDER) -> tuple[Rule, ...]:
    """The rules of the named markets, or of all. Raises UnknownMarket or BrokenRules."""
    known = list_markets(folder)
    for name in markets:
        if name not in known:
            raise UnknownMarket(f"No rules of '{name}'; known are {', '.join(known)}.")
    return tuple(rule for name in markets or known for rule in _read(folder / f"{name}.toml"))


def _read(path: Path) -> list[Rule]:
    try:
        content = tomllib.loads(path.read_text())
        shared = {
            "market": content["name"],
            "source": content["source"],
            "apparel_words": frozenset(content.get("apparel_words", ())),
        }
        return [_make_rule(shared | row, path) for row in content["rules"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BrokenRules(f"{path}: {error}") from error


def _make_rule(row: Mapping[str, Any], path: Path) -> Rule:
    settings = {_SETTINGS.get(name, name): value for name, value in row.items()}
    rule = Rule(**{**settings, "one_of": tuple(settings.get("one_of", ()))})
    demands = (rule.at_least is not None, rule.at_most is not None, bool(rule.one_of), bool(rule.forbidden))
    if sum(demands) != 1:
        raise BrokenRules(
            f"{path}: rule '{rule.id}' needs one of at_least, at_most, one_of, forbidden, not {sum(demands)}"
        )
    if rule.images not in ("all", "main", "set") or rule.products not in ("", "apparel", "not apparel"):
        raise BrokenRules(f"{path}: rule '{rule.id}': unknown images '{rule.images}' or '{rule.products}'")
    if (rule.field in FIELDS) == bool(rule.forbidden):
        raise BrokenRules(f"{path}: rule '{rule.id}': '{rule.field}' is no measure; forbidden is for judges")
    return rule


def find_changes(rules: Iterable[Rule], after: date) -> list[date]:
    """The days after `after` on which a rule begins to hold, earliest first."""
    return sorted({rule.valid_from for rule in rules if rule.valid_from and rule.valid_from > after})


def is_apparel(category: str | None, words: frozenset[str]) -> bool | None:
    """Whether a category's path names apparel; None where no category is known."""
    if not category:
        return None
    steps = re.findall(r"[\w-]+", category.lower())
    singular = {step.removesuffix(end) for step in steps for end in ("", "s", "es")}
    return not words.isdisjoint(singular)
