"""Selection of one product: what stays, what goes, in which order, and why."""

from __future__ import annotations

import io
from collections.abc import Sequence
from unittest import mock

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline import dedup
from pipeline.dedup import comparator
from pipeline.images import decode
from pipeline.records import (
    Assessment,
    FloatArray,
    Framing,
    Judgement,
    OfferedImage,
    ProductRecord,
    TypeJudgement,
)
from pipeline.select import Selector

SHAPES = {"disc": "ellipse", "box": "rectangle", "wedge": "pieslice"}


def draw(shape: str, side: int = 400, colour: str = "teal") -> bytes:
    """A lossless picture of one shape with some texture on white."""
    picture = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(picture)
    box = (side * 0.15, side * 0.2, side * 0.85, side * 0.8)
    if shape == "wedge":
        pen.pieslice(box, 20, 250, fill=colour)
    else:
        getattr(pen, SHAPES[shape])(box, fill=colour)
    for step in range(6):
        x = side * (0.3 + 0.06 * step)
        pen.line((x, side * 0.35, x + side * 0.05, side * (0.5 + 0.03 * step)), "black", max(1, side // 80))
    stream = io.BytesIO()
    light_up(picture).save(stream, "PNG")
    return stream.getvalue()


def light_up(picture: Image.Image) -> Image.Image:
    """The drawing under a lamp, with a weave: flat colours alone would be a placeholder."""
    side = picture.width
    rows, columns = np.mgrid[0:side, 0:side] / side
    lamp = 1.15 - 0.9 * np.hypot(rows - 0.35, columns - 0.35)
    weave = 1 + 0.12 * np.sin(rows * 150) * np.sin(columns * 130)
    pixels = np.asarray(picture, np.float32)
    lit = np.clip(pixels * (lamp * weave)[..., None], 0, 255)
    return Image.fromarray(np.where(pixels.min(axis=2, keepdims=True) > 250, pixels, lit).astype(np.uint8))


def assess(
    key: str, data: bytes, *flags: str, unreadable: str | None = None, score: float = 0.9
) -> Assessment:
    """An assessment by hand; `flags` are the defects that it is said to have."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    return Assessment(
        key=key,
        width_px=picture.width,
        height_px=picture.height,
        byte_size=len(data),
        format="PNG",
        unreadable=unreadable,
        judgements={name: Judgement(name, score, 0.5, True) for name in flags},
        framing=Framing(fill=0.4, white_background=1.0, plain_background=1.0, sharpness=0.9),
        embedding=np.zeros(4, np.float32),
        descriptors=dedup.describe(np.asarray(picture)),
    )


class TypesByKey:
    """Names the type that stands in the key: 'front-1' is a front."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = list(keys)

    def judge(
        self, embeddings: FloatArray, category: str | None, layouts: FloatArray | None = None
    ) -> list[TypeJudgement]:
        return [TypeJudgement(key.split("-")[0], 0.9, threshold=0.6, head="test") for key in self.keys]


def offer(*keys: str, supplier: str = "Norda") -> tuple[OfferedImage, ...]:
    return tuple(OfferedImage(key, supplier, position) for position, key in enumerate(keys))


@pytest.fixture
def pictures() -> dict[str, bytes]:
    return {"a": draw("disc"), "b": draw("box"), "c": draw("wedge"), "a-small": draw("disc", 200)}


def test_an_image_that_is_not_allowed_goes_before_one_that_is_poor(pictures: dict[str, bytes]) -> None:
    found = {"a": assess("a", pictures["a"], "blur", "adult"), "b": assess("b", pictures["b"])}
    selection = Selector().select(
        ProductRecord("p", offered=offer("a", "b"), before=("a",)), found, pictures.__getitem__
    )
    assert [(item.file, item.verdict, item.reason) for item in selection.items] == [
        ("a", "drop", "adult"),
        ("b", "keep", None),
    ]
    assert selection.after == ("b",)


def test_a_judge_that_only_warns_drops_nothing(pictures: dict[str, bytes]) -> None:
    warned = assess("a", pictures["a"])
    warned = Assessment(
        **{**warned.__dict__, "judgements": {"aspect": Judgement("aspect", 1, 0.5, True, drops=False)}}
    )
    found = {"a": warned, "b": assess("b", pictures["b"])}
    selection = Selector().select(ProductRecord("p", offered=offer("a", "b")), found, pictures.__getitem__)
    assert set(selection.after) == {"a", "b"}


def test_the_larger_of_two_copies_stays_on_the_place_of_the_smaller(pictures: dict[str, bytes]) -> None:
    found = {key: assess(key, pictures[key]) for key in ("a-small", "b", "a")}
    product = ProductRecord(
        "p", offered=offer("a-small", "b") + offer("a", supplier="Sud"), before=("a-small", "b")
    )
    selection = Selector().select(product, found, pictures.__getitem__)
    dropped = selection.items[0]
    assert (dropped.file, dropped.reason, dropped.duplicate_of) == ("a-small", "duplicate", "a")
    assert selection.after == ("a", "b")
    assert dropped.evidence["copy"]["decided_by"]


def test_what_small_pixels_stand_for_is_read_again_for_a_closer_look(pictures: dict[str, bytes]) -> None:
    found = {key: assess(key, pictures[key]) for key in ("a", "a-small")}
    product = ProductRecord("p", offered=offer("a", "a-small"))
    small = {key: decode(data).at(128) for key, data in pictures.items()}
    reread: list[str] = []

    def read(key: str) -> bytes:
        reread.append(key)
        return pictures[key]

    with mock.patch.object(comparator, "is_doubtful", return_value=True):
        Selector().select(product, found, small.__getitem__, read)
    assert sorted(reread) == ["a", "a-small"]


def test_copies_are_not_looked_for_across_types() -> None:
    pictures = {"front-1": draw("disc"), "back-1": draw("disc", 300)}
    found = {key: assess(key, data) for key, data in pictures.items()}
    product = ProductRecord("p", offered=offer(*pictures), before=tuple(pictures))
    selection = Selector(types=TypesByKey(list(pictures))).select(product, found, pictures.__getitem__)
    assert len(selection.after) == 2


def test_types_follow_the_list_of_the_category() -> None:
    pictures = {"back-1": draw("box"), "detail-1": draw("wedge"), "front-1": draw("disc")}
    found = {key: assess(key, data) for key, data in pictures.items()}
    product = ProductRecord("p", category="Mugs", offered=offer(*pictures), before=tuple(pictures))
    types = TypesByKey(list(pictures))
    selector = Selector(types=types, type_orders={"Mugs": ["front", "detail", "back"]})
    selection = selector.select(product, found, pictures.__getitem__)
    assert selection.after == ("front-1", "detail-1", "back-1")
    assert "front" in selection.items[2].evidence["place"]


def test_a_set_never_ends_empty_for_want_of_beauty(pictures: dict[str, bytes]) -> None:
    found = {
        "a": assess("a", pictures["a"], "blur", score=0.95),
        "b": assess("b", pictures["b"], "blur", score=0.8),
    }
    product = ProductRecord("p", offered=offer("a", "b"), before=("a", "b"))
    selection = Selector().select(product, found, pictures.__getitem__)
    assert selection.after == ("b",)
    assert "nothing better was sent" in selection.items[1].evidence["place"]


def test_what_is_not_allowed_goes_even_if_nothing_is_left(pictures: dict[str, bytes]) -> None:
    found = {key: assess(key, pictures[key], "adult") for key in ("a", "b")}
    selection = Selector().select(ProductRecord("p", offered=offer("a", "b")), found, pictures.__getitem__)
    assert selection.after == ()


@pytest.mark.parametrize(
    ("product", "why"),
    [
        (ProductRecord("p", offered=offer("a", "b"), before=("b", "a"), curated=True), "curated by hand"),
        (ProductRecord("p", offered=offer("a"), before=("a",)), "fewer than two images"),
        (ProductRecord("p"), "no images"),
    ],
)
def test_a_product_that_is_passed_over_keeps_its_set(
    product: ProductRecord, why: str, pictures: dict[str, bytes]
) -> None:
    found = {key: assess(key, pictures[key], "blur") for key in ("a", "b")}
    selection = Selector().select(product, found, pictures.__getitem__)
    assert selection.passed_over == why
    assert selection.after == product.before


def test_an_unreadable_image_is_dropped_with_its_reason(pictures: dict[str, bytes]) -> None:
    broken = Assessment("a", 0, 0, 9, "", unreadable="The file ends too early.")
    found = {"a": broken, "b": assess("b", pictures["b"]), "c": assess("c", pictures["c"])}
    selection = Selector().select(
        ProductRecord("p", offered=offer("a", "b", "c")), found, pictures.__getitem__
    )
    assert selection.items[0].reason == "unreadable"
    assert selection.items[0].evidence["unreadable"] == "The file ends too early."
    assert selection.after == ("b", "c")


def test_selecting_again_gives_the_same(pictures: dict[str, bytes]) -> None:
    found = {key: assess(key, data) for key, data in pictures.items()}
    product = ProductRecord("p", offered=offer(*pictures), before=("a-small", "b"))
    first = Selector().select(product, found, pictures.__getitem__)
    assert first.as_json() == Selector().select(product, found, pictures.__getitem__).as_json()


def test_selecting_again_without_the_pictures_gives_the_same(pictures: dict[str, bytes]) -> None:
    found = {key: assess(key, data) for key, data in pictures.items()}
    product = ProductRecord("p", offered=offer(*pictures), before=("a-small", "b"))
    first = Selector().select(product, found, pictures.__getitem__)
    copies = {item.file: item.duplicate_of for item in first.items if item.duplicate_of}
    assert copies == {"a-small": "a"}
    again = Selector().select_again(product, found, copies)
    assert (again.after, [i.reason for i in again.items]) == (first.after, [i.reason for i in first.items])


def test_the_best_copy_stays_once_the_one_that_stood_for_it_is_dropped(pictures: dict[str, bytes]) -> None:
    pictures |= {"a-tiny": draw("disc", 150)}
    found = {key: assess(key, data) for key, data in pictures.items()} | {
        "a": assess("a", pictures["a"], "badge")
    }
    product = ProductRecord("p", offered=offer(*pictures), before=("a-tiny", "b", "a"))
    again = Selector().select_again(product, found, {"a-small": "a", "a-tiny": "a"})
    assert again.after == ("a-small", "b", "c")
    assert {item.file: item.duplicate_of for item in again.items if item.duplicate_of} == {
        "a-tiny": "a-small"
    }


def test_pictures_that_are_named_otherwise_by_now_are_no_copies() -> None:
    pictures = {"front-1": draw("disc"), "back-1": draw("disc", 300)}
    found = {key: assess(key, data) for key, data in pictures.items()}
    product = ProductRecord("p", offered=offer(*pictures), before=tuple(pictures))
    selector = Selector(types=TypesByKey(list(pictures)))
    assert len(selector.select_again(product, found, {"back-1": "front-1"}).after) == 2
