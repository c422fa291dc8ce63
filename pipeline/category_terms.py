"""Text -> weighted terms: words, pairs of words and letter groups, the same for fitting and predicting."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from pipeline.records import FloatArray

_TAGS = re.compile(r"<[^>]{0,200}>|&[a-z]{2,8};|&#\d{1,6};")
_WORDS = re.compile(r"[^\W\d_]{2,}|\d+[^\W\d_]+")
MAX_LETTERS = 3000  # of a description; what a product is stands at its start
TITLE_WEIGHT = 3


def clean(text: str) -> str:
    """Lower case, without tags and accents."""
    plain = unicodedata.normalize("NFKD", _TAGS.sub(" ", text).lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def split_words(text: str) -> list[str]:
    """Words of two letters and more; bare numbers say little of what a thing is."""
    return _WORDS.findall(clean(text))


def count_terms(title: str, description: str = "") -> Counter[str]:
    """How often each term occurs; the title's count threefold."""
    terms: Counter[str] = Counter()
    for text, weight in ((title, TITLE_WEIGHT), (description[:MAX_LETTERS], 1)):
        words = split_words(text)
        for word in words:
            terms[word] += weight
        for first, second in pairwise(words):
            terms[f"{first} {second}"] += weight
        for word in words:
            padded = f"<{word}>"
            for start in range(max(1, len(padded) - 3)):
                terms["#" + padded[start : start + 4]] += weight
    return terms


def choose_terms(documents: Iterable[Mapping[str, int]], limit: int) -> tuple[list[str], list[float]]:
    """The terms worth keeping, in alphabetical order, with their inverse document frequencies.

    A term of one document alone is kept only where there are few documents.
    """
    counts: Counter[str] = Counter()
    total = 0
    for document in documents:
        counts.update(document.keys())
        total += 1
    least = 1 if total < 500 else 2
    common = [(term, n) for term, n in counts.items() if n >= least]
    common.sort(key=lambda pair: (-pair[1], pair[0]))
    kept = sorted(term for term, _ in common[:limit])
    return kept, [math.log((1 + total) / (1 + counts[term])) + 1 for term in kept]


def weigh_terms(
    terms: Mapping[str, int], places: Mapping[str, int], rarity: Sequence[float] | FloatArray
) -> dict[int, float]:
    """Place -> weight of the known terms: dampened counts times rarity, of length 1 together."""
    weights = {
        places[term]: (1 + math.log(count)) * float(rarity[places[term]])
        for term, count in terms.items()
        if term in places
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {place: weight / length for place, weight in weights.items()} if length else {}
