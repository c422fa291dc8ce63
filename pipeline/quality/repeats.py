"""One picture under many products that have nothing in common: a stand-in for missing photos (II.A)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.records import Judgement, ProductRecord

FEWEST = 4  # kinds of product, unrelated by title, that share one picture
SUSPECT = 0.2  # score of the judge of placeholders from which the repetition settles it
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Repeat:
    """Under how many products a picture stands, and how many kinds these are."""

    products: int
    kinds: int


def find_repeats(
    products: Iterable[ProductRecord], same: Mapping[str, str] | None = None
) -> dict[str, Repeat]:
    """Pictures that stand under FEWEST or more kinds of product, by key.

    Products are of one kind when their titles share a word of three letters, directly or over others that
    bear the picture too: variants of a product share pictures rightly. `same` maps keys to a digest of
    their content where one picture may have several keys.
    """
    titles: dict[str, list[set[str]]] = {}
    keys: dict[str, set[str]] = {}
    for product in products:
        words = set(_WORD.findall(product.title.casefold()))
        for digest, key in {((same or {}).get(image.key, image.key), image.key) for image in product.offered}:
            titles.setdefault(digest, []).append(words)
            keys.setdefault(digest, set()).add(key)
    found = {digest: Repeat(len(listed), _count_kinds(listed)) for digest, listed in titles.items()}
    return {key: one for digest, one in found.items() if one.kinds >= FEWEST for key in keys[digest]}


def _count_kinds(titles: list[set[str]]) -> int:
    """Groups of titles without a word in common; those without any word count as one."""
    groups: list[set[str]] = []
    for words in titles:
        shared = [group for group in groups if group & words or not group | words]
        groups = [group for group in groups if group not in shared]
        groups.append(words.union(*shared))
    return len(groups)


def weigh_repeat(judgement: Judgement, repeat: Repeat | None) -> Judgement:
    """The word on a placeholder, given how often its picture stands elsewhere: in doubt it is one."""
    if repeat is None or judgement.flag or judgement.score is None or judgement.score < SUSPECT:
        return judgement
    note = f"the same picture stands under {repeat.products} products of {repeat.kinds} kinds"
    return replace(judgement, score=max(0.5, judgement.score), flag=True, note=note)
