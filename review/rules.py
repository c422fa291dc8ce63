"""What a proposal's sets break of the marketplaces' rules on a day; from what was stored, without a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

from pipeline.marketplace_files import Rule, find_changes, load_rules
from pipeline.marketplaces import Finding, Say, judge_set
from pipeline.records import Assessment, Framing, Judgement
from review.models import Image, ImageAnalysis, Proposal

STILL, MENDED, NEW, UNSURE = "still", "mended", "new", "unsure"
_FRAMING = {one.name for one in fields(Framing)}


@dataclass(frozen=True)
class Row:
    """One rule of one market and the picture that it is about ('' for the whole set)."""

    state: str
    finding: Finding


def judge(proposal: Proposal, order: Sequence[str] | None, on: date, say: Say = str) -> list[Row]:
    """Rules broken by today's set and by the new one, on that day; `order` lays the reviewer's edits over it.

    `say` translates what is found. Raises ValueError for a picture that is none of the proposal's.
    """
    items = list(proposal.items.select_related("image"))
    images = {item.image.sha256: item.image for item in items}
    before = sorted((i.before_position, i.image.sha256) for i in items if i.before_position is not None)
    after = sorted((i.after_position, i.image.sha256) for i in items if i.after_position is not None)
    wanted = [sha for _, sha in after] if order is None else list(order)
    if not set(wanted) <= set(images):
        raise ValueError("The order names a picture that is not one of this proposal's.")
    said = {item.image_id: item.evidence.get("judges", {}) for item in items}
    known = read_assessments(images.values(), str(proposal.model_versions.get("analysis", "")), said)
    category = proposal.product.category.path if proposal.product.category else None
    found = [
        judge_set([known[sha] for sha in shas], load(), on, category, say)
        for shas in ([sha for _, sha in before], wanted)
    ]
    return match(*found)


def match(before: Sequence[Finding], after: Sequence[Finding]) -> list[Row]:
    """Which of the broken rules stay broken, are mended, or are broken anew; then what cannot be told."""
    was = {_name(finding) for finding in before if finding.state == "broken"}
    now = {_name(finding) for finding in after if finding.state == "broken"}
    rows = [Row(STILL if _name(f) in was else NEW, f) for f in after if f.state == "broken"]
    rows += [Row(MENDED, f) for f in before if f.state == "broken" and _name(f) not in now]
    return rows + [Row(UNSURE, f) for f in after if f.state != "broken"]


def _name(finding: Finding) -> tuple[str, str, str]:
    return finding.market, finding.rule, finding.key


@lru_cache(maxsize=1)
def load() -> tuple[Rule, ...]:
    """The rules of all markets, once a process."""
    return load_rules()


def list_changes(today: date) -> list[date]:
    """The coming days on which a rule begins to hold."""
    return find_changes(load(), today)


def read_assessments(
    images: Iterable[Image], version: str, said: Mapping[int, Mapping[str, Any]]
) -> Mapping[str, Assessment]:
    """SHA-256 -> what the judges said at this version, else last; of no judge, the file's own figures.

    `said` (picture -> judge -> word) goes before: there models that were live had their word.
    """
    by_id = {image.pk: image for image in images}
    rows = ImageAnalysis.objects.filter(image__in=by_id).only("image", "version", "judgements", "framing")
    ranked = sorted(rows, key=lambda row: (row.version == version, row.pk))
    found = {row.image_id: row for row in ranked}
    return {image.sha256: _assess(image, found.get(pk), said.get(pk, {})) for pk, image in by_id.items()}


def _assess(image: Image, row: ImageAnalysis | None, said: Mapping[str, Any]) -> Assessment:
    words = {**(row.judgements if row else {}), **said}
    framing = {name: value for name, value in (row.framing if row else {}).items() if name in _FRAMING}
    return Assessment(
        key=image.sha256,
        width_px=image.width_px,
        height_px=image.height_px,
        byte_size=image.byte_size,
        format=image.format,
        unreadable=image.unreadable or None,
        judgements={name: Judgement.from_json(name, word) for name, word in words.items()},
        framing=Framing(**framing) if framing else None,
    )
