"""Files below a folder are found through links, each folder once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.folders import list_files, walk
from pipeline.training import quality_bench


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """photos/ with a file, a link to a folder beside it, one to itself and one to nowhere."""
    photos, elsewhere = tmp_path / "photos", tmp_path / "elsewhere"
    photos.mkdir()
    (elsewhere / "deep").mkdir(parents=True)
    for path in (
        photos / "b.jpg",
        elsewhere / "a.png",
        elsewhere / "deep" / "c.webp",
        elsewhere / "note.txt",
    ):
        path.write_bytes(b"")
    (photos / "shop").symlink_to(elsewhere, target_is_directory=True)
    (photos / "again").symlink_to(photos, target_is_directory=True)
    (photos / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    return photos


def test_links_to_folders_are_followed_and_none_is_walked_twice(linked: Path) -> None:
    found = [str(path.relative_to(linked)) for path in list_files(linked)]
    assert found == ["b.jpg", "shop/a.png", "shop/deep/c.webp", "shop/note.txt"]
    assert [path for path, _ in walk(linked)] == [linked, linked / "shop", linked / "shop" / "deep"]


def test_a_link_may_be_the_folder_itself(linked: Path) -> None:
    assert [path.name for path in list_files(linked / "shop")] == ["a.png", "c.webp", "note.txt"]


def test_the_quality_benchmark_sees_linked_photos(linked: Path) -> None:
    found = quality_bench.list_files(linked, 0, 1)
    assert [path.name for path in found] == ["b.jpg", "a.png", "c.webp"]
