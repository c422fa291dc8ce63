"""What the demo has drawn in its pictures, in the words of questions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.models import Offer

DEFECTS = ("blur", "small_object", "placeholder", "badge")


@dataclass(frozen=True)
class Known:
    """What is drawn in one picture, in a question's words: subject -> answer."""

    image_id: int
    product_id: int
    answers: Mapping[str, str]


def find_known(truth: Path, start: int) -> Iterator[Known]:
    """The pictures of every second product, from this one on; those of one half, people are asked about."""
    lines = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()][start::2]
    offers = Offer.objects.filter(
        product__external_id__in=[line["id"] for line in lines], image__isnull=False
    )
    rows = offers.values_list("product__external_id", "source", "image_id", "product_id")
    at = {(product, source): (image, pk) for product, source, image, pk in rows}
    seen: set[int] = set()
    for line in lines:
        for picture in line["images"]:
            place = next(
                (at[key] for key in at if key[0] == line["id"] and key[1].endswith(picture["file"])), None
            )
            if place is not None and place[0] not in seen and "unreadable" not in picture["defects"]:
                seen.add(place[0])
                yield Known(*place, answers=read_answers(picture))


def read_answers(picture: Mapping[str, Any]) -> dict[str, str]:
    """The type where there is one, and of each defect whether it was drawn."""
    drawn = {name: "yes" if name in picture["defects"] else "no" for name in DEFECTS}
    return drawn | ({"type": picture["type"]} if picture["type"] else {})
