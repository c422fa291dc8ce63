"""`compare` prints one JSON object, writes the map of differences, and explains bad files."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from pipeline.__main__ import main
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A picture, its copy as JPEG, the same bytes, another picture."""
    (tmp_path / "a.png").write_bytes(encode(draw_product()))
    (tmp_path / "same.png").write_bytes(encode(draw_product()))
    (tmp_path / "copy.jpg").write_bytes(encode(draw_product(), ".jpg", 60))
    (tmp_path / "other.png").write_bytes(encode(draw_scene()))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    """What compare printed, as JSON."""
    assert main(["compare", *map(str, arguments)]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("comparator", ["registration", "ensemble"])
def test_it_tells_a_copy_from_another_picture(
    files: Path, capsys: pytest.CaptureFixture[str], comparator: str
) -> None:
    copy = run(capsys, files / "a.png", files / "copy.jpg", "--comparator", comparator)
    other = run(capsys, files / "a.png", files / "other.png", "--comparator", comparator)
    assert copy["duplicate"]
    assert not other["duplicate"]
    assert set(copy["distances"]) == set(copy["thresholds"]) == set(other["distances"])


@pytest.mark.parametrize("comparator", ["registration", "ensemble"])
def test_the_same_bytes_are_decided_by_their_digest(
    files: Path, capsys: pytest.CaptureFixture[str], comparator: str
) -> None:
    found = run(capsys, files / "a.png", files / "same.png", "--comparator", comparator)
    assert found["duplicate"]
    assert found["decided_by"] == "sha256"


def test_it_says_it_in_words_with_the_papers_distances_and_the_place(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = run(capsys, files / "a.png", files / "copy.jpg")
    other = run(capsys, files / "a.png", files / "other.png")
    assert copy["sentence"].startswith("A copy")
    assert other["sentence"].startswith("Another picture")
    assert set(copy["paper"]["distances"]) == {"phash", "edge_dhash", "hsv_chi_square"}
    assert copy["paper"]["duplicate"]
    assert copy["matrix"] == pytest.approx([1, 0, 0, 0, 1, 0], abs=0.01)
    assert other["matrix"] is None


def test_it_writes_the_map_of_differences(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, files / "a.png", files / "copy.jpg", "--residual", files / "map.png")
    drawn = cv2.imread(str(files / "map.png"), cv2.IMREAD_GRAYSCALE)
    assert drawn is not None
    assert max(drawn.shape) == 384


@pytest.mark.parametrize("comparator", ["registration", "ensemble"])
@pytest.mark.parametrize(
    ("content", "words"), [(b"hello there", "not an image"), (b"", "empty"), (None, "No such file")]
)
def test_a_file_that_cannot_be_used_is_explained_without_a_traceback(
    files: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, words: str, comparator: str
) -> None:
    bad = files / "bad.jpg"
    if content is not None:
        bad.write_bytes(content)
    assert main(["compare", str(files / "a.png"), str(bad), "--comparator", comparator]) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert str(bad) in shown.err
    assert shown.out == ""
