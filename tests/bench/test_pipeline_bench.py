"""The speed bench: its products, its clock and its table; no figure is asserted."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from bench import memory, naive, pipeline, products, stages
from pipeline.dedup import descriptors
from pipeline.records import RgbArray
from tests.pipeline.drawing import draw_product, pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two products in folders of their own, and one file that is no image."""
    for name, extents in (("one", (0.3, 0.31)), ("two", (0.5, 0.8))):
        (tmp_path / name).mkdir()
        for extent in extents:
            (tmp_path / name / f"{extent}.jpg").write_bytes(pack(draw_product(400, extent)))
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / "a.jpg").write_bytes(b"no image")
    return tmp_path


def find(folder: Path) -> list[list[str]]:
    found = products.find_products(argparse.Namespace(images=folder, products=None))
    return [[Path(path).name for path in products.list_paths([one])] for one in found]


def test_each_folder_is_a_product_and_a_large_one_is_cut(folder: Path) -> None:
    assert find(folder) == [["0.3.jpg", "0.31.jpg"], ["a.jpg"], ["0.5.jpg", "0.8.jpg"]]
    for index in range(13):
        (folder / "three" / f"b{index:02}.jpg").touch()
    assert [len(group) for group in find(folder)] == [2, 4, 4, 4, 2, 2]


def test_products_with_unreadable_images_are_left_out(folder: Path) -> None:
    found = products.find_products(argparse.Namespace(images=folder, products=None))
    assert [len(products.list_paths([one])) for one in products.limit(found, 100)] == [2, 2]
    assert len(products.limit(found, 1)) == 1


def test_files_of_one_name_in_two_folders_are_two_images(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name / "1.jpg").write_bytes(pack(draw_product(400, 0.4)))
    found = products.find_products(argparse.Namespace(images=folder, products=None))
    names = [image.name for product in found for offer in product.offers for image in offer.images]
    assert len(names) == len(set(names)) == 7


@pytest.mark.parametrize("place", [place for places in stages.STAGES.values() for place in places])
def test_every_stage_is_where_the_bench_looks(place: str) -> None:
    owner, name = stages.find_owner(place)
    assert callable(getattr(owner, name))


def test_time_in_a_nested_stage_counts_once() -> None:
    clock = iter([0.0, 1.0, 4.0, 9.0])  # outer starts, inner starts, inner ends, outer ends
    watch = stages.Stopwatch()
    with (
        mock.patch.object(time, "process_time", lambda: next(clock)),
        watch.time("outer"),
        watch.time("inner"),
    ):
        pass
    assert watch.seconds == {"outer": 1.0 + 5.0, "inner": 3.0}


def test_steps_of_an_iterator_are_timed_and_all_come_through() -> None:
    def count() -> Iterator[int]:
        yield from range(3)

    watch = stages.Stopwatch()
    assert list(stages._time_calls(count, "read", watch)()) == [0, 1, 2]
    assert set(watch.seconds) == {"read"}


def test_the_naive_descriptors_and_ours_see_the_same_files(folder: Path) -> None:
    paths = sorted((folder / "one").iterdir())
    seen: list[RgbArray] = []

    def note(pictures: list[RgbArray]) -> list[bytes]:
        seen.extend(pictures)
        return descriptors.describe_batch(pictures)

    with mock.patch.object(naive, "describe_batch", note):
        naive.run_descriptors(paths)
    assert len(seen) == len(paths)
    assert naive.describe_naively(paths[0]).size == (400, 400)
    assert not naive.can_open(folder / "three" / "a.jpg")


def test_the_stages_of_a_selection_add_up(folder: Path) -> None:
    found = products.limit(products.find_products(argparse.Namespace(images=folder, products=None)), 4)
    select = products.make_selection(found)
    select()
    with stages.watch() as watch:
        started = time.process_time()
        assert select() == 4
        total = time.process_time() - started
    shares = pipeline.share(watch.seconds, total, 4)
    assert {"read", "decode", "object", "backbone", "adult", "write"} <= set(shares)
    assert sum(found["share"] for found in shares.values()) == pytest.approx(1, abs=0.02)


def test_the_table_names_ratios_and_goals() -> None:
    times = {
        name: [10.0, 12.0] for name in ("selection", "floor", "naive", "naive with judges", "descriptors")
    }
    times["naive descriptors"] = [90.0, 120.0]
    report = {
        "images": 4, "products": 2, "threads": 1, "backbone": "f32", "processor": "x",
        "ms_an_image": {name: pipeline.summarise(values) for name, values in times.items()},
        "ratios": pipeline.compare(times),
        "stages": pipeline.share({"decode": 0.01}, 0.04, 4),
    }  # fmt: skip
    text = pipeline.describe(report)
    assert "against descriptors" in text
    assert "9.50 times as fast (9.00 to 10.00, goal 9)" in text
    assert "rest" in text
    json.dumps(report)


def test_memory_is_read_at_its_marks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = products.find_products(argparse.Namespace(images=folder / "one", products=None))
    monkeypatch.setattr(memory, "MARKS", (2, 4))
    monkeypatch.setattr(memory, "CHUNK", 1)
    rows = memory.run(found, 6)
    assert [row["images"] for row in rows] == [2, 4, 6]
    assert all(row["resident_mb"] > 50 for row in rows)
