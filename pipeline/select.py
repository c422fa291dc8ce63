"""All stages for one product: drop, group by type, de-duplicate, order; with the reason for every image."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any, Protocol

import numpy as np

from pipeline import dedup, ordering
from pipeline.config import PipelineConfig
from pipeline.evidence import make_item
from pipeline.gathering import (
    NO_TYPE,
    Candidate,
    explain_emptiness,
    find_bypass,
    find_reason,
    gather,
    hold_other_colours,
    spare_the_last,
)
from pipeline.labels import DEFAULT_TYPE_ORDER, UNSURE
from pipeline.records import (
    Assessment,
    FloatArray,
    PairComparison,
    ProductRecord,
    RgbArray,
    Selection,
    TypeJudgement,
)

Load = Callable[[str], bytes | RgbArray]
Copies = Mapping[str, tuple[str, PairComparison | None]]  # copy -> the picture that stays, how they compare


class TypeJudge(Protocol):
    """Names what images show; see pipeline.image_type."""

    def judge(
        self, embeddings: FloatArray, category: str | None, layouts: FloatArray | None = None
    ) -> list[TypeJudgement]:
        """One judgement a row of `embeddings` (float32, (N, D)) and of `layouts` (float32, (N, P))."""
        ...


class CategoryJudge(Protocol):
    """Names a product's category from its text; see pipeline.category."""

    def predict(self, title: str, description: str) -> tuple[str | None, float]:
        """The category's path or None (abstained), and its calibrated probability (0 to 1)."""
        ...


class Selector:
    """Selects image sets; holds the comparator, the type heads and the category model."""

    def __init__(
        self,
        config: PipelineConfig | None = None,
        *,
        types: TypeJudge | None = None,
        categories: CategoryJudge | None = None,
        type_orders: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.config = config or PipelineConfig()
        self.types = types
        self.categories = categories
        self.type_orders = dict(type_orders or {})
        self.comparator = dedup.load_comparator(self.config.dedup.comparator, self.config.dedup)

    def select(
        self,
        product: ProductRecord,
        assessments: Mapping[str, Assessment],
        load: Load,
        reread: Load | None = None,
    ) -> Selection:
        """The best set of one product in the best order (II.A to II.E).

        `assessments` holds one entry for each key of the product; `load` gives an image's bytes,
        or its pixels where they are at hand, and is asked only for pairs that may be copies; `reread`
        gives the bytes where those pixels are small, for pairs that need a closer look.
        Raises KeyError for a missing assessment.
        """
        return self._select(
            product, assessments, lambda kept: find_copies(kept, self.comparator, load, reread)
        )

    def select_again(
        self, product: ProductRecord, assessments: Mapping[str, Assessment], copies: Mapping[str, str]
    ) -> Selection:
        """The same without a look at any picture: `copies` (copy -> what stayed) is what was found before.

        Raises KeyError for a missing assessment.
        """
        return self._select(product, assessments, lambda kept: recall_copies(kept, copies))

    def _select(
        self,
        product: ProductRecord,
        assessments: Mapping[str, Assessment],
        find: Callable[[Sequence[Candidate]], Copies],
    ) -> Selection:
        candidates = gather(product, assessments)
        category, confidence = self._find_category(product)
        candidates = self._name_types(candidates, category)
        passed_over = find_bypass(product, candidates)
        if passed_over:
            return _leave(replace(product, category=category), candidates, passed_over)
        candidates = [replace(c, reason=find_reason(c.assessment)) for c in candidates]
        candidates = spare_the_last(candidates)
        find_colours = partial(dedup.find_other_colours, title=product.title, config=self.config.colour)
        candidates = hold_other_colours(product, candidates, find_colours)
        candidates = _drop_copies(candidates, find)
        return self._arrange(product, candidates, category, confidence)

    def _find_category(self, product: ProductRecord) -> tuple[str | None, float | None]:
        if product.category or self.categories is None:
            return product.category, None
        return self.categories.predict(product.title, product.description)

    def _name_types(self, candidates: list[Candidate], category: str | None) -> list[Candidate]:
        seen = [c for c in candidates if c.assessment.embedding is not None]
        if self.types is None or not seen:
            return candidates
        rows = np.stack([c.assessment.embedding for c in seen if c.assessment.embedding is not None])
        layouts = [c.assessment.layout for c in seen if c.assessment.layout is not None]
        laid_out = np.stack(layouts) if len(layouts) == len(seen) else None
        words = self.types.judge(rows, category, laid_out)
        named = {c.key: c.assessment.shows or word for c, word in zip(seen, words, strict=True)}
        return [replace(c, image_type=named.get(c.key, NO_TYPE)) for c in candidates]

    def _arrange(
        self,
        product: ProductRecord,
        candidates: list[Candidate],
        category: str | None,
        confidence: float | None,
    ) -> Selection:
        kept = [c for c in candidates if c.reason is None]
        wanted = self.type_orders.get(category or "") or DEFAULT_TYPE_ORDER
        arranged = ordering.order(_prepare_order(kept, candidates), wanted, self.config.ordering)
        words = dict(arranged.reasons)
        praise = {arranged.hero: arranged.hero_words}
        items = tuple(make_item(c, words.get(c.key, ""), praise.get(c.key, "")) for c in candidates)
        notes = [c.note for c in kept if c.note]
        if category and confidence is not None:
            notes.append(f"category {category} predicted from the text ({confidence:.2f})")
        return Selection(
            id=product.id,
            before=product.before,
            after=tuple(arranged.keys),
            items=items,
            category=category,
            category_confidence=confidence if category else None,
            passed_over=None if kept else explain_emptiness(candidates),
            notes=tuple(notes),
        )


def _leave(product: ProductRecord, candidates: Sequence[Candidate], why: str) -> Selection:
    """A product that is passed over keeps its set as it is; what was not in it stays out."""
    shown = set(product.before)
    items = []
    for candidate in candidates:
        keep = candidate.key in shown and candidate.assessment.unreadable is None
        reason = None if keep else find_reason(candidate.assessment) or "not_shown"
        items.append(make_item(replace(candidate, reason=reason), ""))
    kept = {item.file for item in items if item.verdict == "keep"}
    return Selection(
        id=product.id,
        before=product.before,
        after=tuple(key for key in product.before if key in kept),
        items=tuple(items),
        category=product.category,
        passed_over=why,
    )


def _drop_copies(
    candidates: list[Candidate], find: Callable[[Sequence[Candidate]], Copies]
) -> list[Candidate]:
    copies = find([c for c in candidates if c.reason is None])
    return [
        replace(c, reason="duplicate", duplicate_of=copies[c.key][0], comparison=copies[c.key][1])
        if c.key in copies
        else c
        for c in candidates
    ]


def recall_copies(kept: Sequence[Candidate], known: Mapping[str, str]) -> Copies:
    """As `find_copies`, from what was found before; of a picture that is gone its best copy stays."""
    places = {c.key: place for place, c in enumerate(kept)}
    ranking = dedup.rank([_stand(c) for c in kept])
    found: dict[str, tuple[str, PairComparison | None]] = {}
    heirs: dict[str, int] = {}
    for place in sorted(ranking, key=lambda place: kept[place].key in known):  # what stayed comes first
        key = kept[place].key
        first = known.get(key, key)
        stays = heirs.setdefault(first, places.get(first, place))
        if stays != place and _may_show_the_same(kept[stays].image_type, kept[place].image_type):
            found[key] = (kept[stays].key, None)
    return found


def find_copies(
    kept: Sequence[Candidate], comparator: dedup.Comparator, load: Load, reread: Load | None = None
) -> dict[str, tuple[str, PairComparison]]:
    """Key of each copy -> (key of the picture that stays, the comparison) (II.D).

    Only pictures of one type are compared; an unsure picture is compared with all. A picture that only adds
    a frame to one of its copies never stands for it.
    """
    pairs = [
        (one, two)
        for one, two in dedup.candidates([c.assessment.descriptors for c in kept])
        if _may_show_the_same(kept[one].image_type, kept[two].image_type)
    ]

    @cache
    def prepare(index: int) -> Any:
        return comparator.prepare(load(kept[index].key), partial(reread or load, kept[index].key))

    @cache
    def compare(one: int, two: int) -> PairComparison:
        return comparator.compare(prepare(one), prepare(two))

    keys, ranking = [c.key for c in kept], dedup.rank([_stand(c) for c in kept])
    clusters = dedup.cluster(keys, compare, ranking, pairs)
    framed: set[str] = set()
    while found := _find_framed(clusters, kept, load) - framed:  # whoever stands instead may be framed, too
        framed |= found
        ranking.sort(key=lambda index: keys[index] in framed)
        clusters = dedup.cluster(keys, compare, ranking, pairs)
    return {copy: (one.representative, said) for one in clusters for copy, said in one.comparisons.items()}


def _find_framed(clusters: Sequence[dedup.Cluster], kept: Sequence[Candidate], load: Load) -> set[str]:
    """Keys of pictures that stand for others, and only add a frame to one of them.

    Of a thing that ends at its frame and the same with a margin, the earlier one stands: neither is better.
    """
    places = {c.key: c.place for c in kept}
    sizes = {c.key: (c.assessment.width_px, c.assessment.height_px) for c in kept}
    pairs = ((one.representative, copy, found) for one in clusters for copy, found in one.comparisons.items())
    return {
        stays
        for stays, copy, found in pairs
        if dedup.adds_frame(
            found, sizes[stays], sizes[copy], partial(load, stays), also_cut=places[stays] > places[copy]
        )
    }


def _may_show_the_same(one: TypeJudgement, two: TypeJudgement) -> bool:
    unsure = {None, UNSURE}
    return one.type == two.type or one.type in unsure or two.type in unsure


def _stand(candidate: Candidate) -> dedup.Standing:
    found = candidate.assessment
    return dedup.Standing(candidate.key, found.width_px, found.height_px, found.framing, candidate.place)


def _prepare_order(
    kept: Sequence[Candidate], candidates: Sequence[Candidate]
) -> list[ordering.OrderingInput]:
    """Kept images as ordering sees them; one that stands for a copy takes the copy's better place."""
    places = {c.key: c.place for c in kept}
    for copy in candidates:
        if copy.duplicate_of is not None:
            places[copy.duplicate_of] = min(places[copy.duplicate_of], copy.place)
    return [
        ordering.OrderingInput(
            key=c.key,
            image_type=c.image_type,
            place=places[c.key],
            framing=c.assessment.framing,
            width_px=c.assessment.width_px,
            height_px=c.assessment.height_px,
            has_text=_shows_text(c),
        )
        for c in kept
    ]


def _shows_text(candidate: Candidate) -> bool:
    judgements = candidate.assessment.judgements
    return any(judgements[name].flag for name in ("badge", "watermark") if name in judgements)
