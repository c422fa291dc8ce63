"""Assessing batches: one record an image, in order, whatever the files are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.assess import CHUNK, Assessor
from pipeline.config import PipelineConfig, QualityConfig
from pipeline.labels import COMPLIANCE_DEFECTS, QUALITY_DEFECTS
from pipeline.records import RgbArray
from tests.pipeline.drawing import draw_product, pack

REPO = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor()


def run_assess(*arguments: str | Path) -> tuple[int, list[dict[str, object]], str]:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "assess", *map(str, arguments)],
        cwd=REPO,
        capture_output=True,
        text=True,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_one_bad_file_holds_nothing_else_up(assessor: Assessor) -> None:
    good = pack(draw_product(300))
    items: Sequence[tuple[str, bytes]] = [
        ("a", good),
        ("b", b""),
        ("c", good[:-500]),
        ("d", b"<html>"),
        ("e", good),
    ]
    found = assessor.assess(items)
    assert [one.key for one in found] == ["a", "b", "c", "d", "e"]
    assert [one.unreadable is None for one in found] == [True, False, False, False, True]
    assert found[1].unreadable == "The file is empty."
    assert not found[1].judgements
    assert found[1].embedding is None
    assert found[2].byte_size == len(good) - 500


def test_a_readable_image_has_everything(assessor: Assessor) -> None:
    (found,) = assessor.assess([("a", pack(draw_product(500), "PNG"))])
    assert (found.width_px, found.height_px, found.format) == (500, 500, "PNG")
    assert {*QUALITY_DEFECTS, *COMPLIANCE_DEFECTS} <= set(found.judgements)
    assert found.embedding is not None
    assert found.embedding.shape == (1280,)
    assert found.embedding.dtype == np.float32
    assert found.descriptors
    assert found.analysis_version == assessor.version
    assert found.framing is not None
    assert found.framing.fill == pytest.approx(0.49, rel=0.2)
    assert found.framing.white_background > 0.99
    assert found.framing.sharpness > 0.5


def test_an_image_is_judged_alike_alone_and_in_a_crowd(assessor: Assessor) -> None:
    files = [(str(i), pack(draw_product(200 + 10 * i, 0.3 + 0.01 * i), "PNG")) for i in range(40)]
    together = assessor.assess(files)
    (alone,) = assessor.assess([files[37]])
    assert [one.key for one in together] == [key for key, _ in files]
    for name, word in alone.judgements.items():
        other = together[37].judgements[name]
        assert (word.score is None) == (other.score is None)
        assert word.score is None or word.score == pytest.approx(other.score, abs=1e-3)


def test_nothing_gives_nothing(assessor: Assessor) -> None:
    assert assessor.assess([]) == []


def test_the_version_follows_the_settings(assessor: Assessor) -> None:
    changed = Assessor(PipelineConfig(quality=QualityConfig(min_side_px=10)))
    assert assessor.version == Assessor().version
    assert changed.version != assessor.version


def test_the_command_prints_a_line_for_every_file_in_order(tmp_path: Path) -> None:
    (tmp_path / "good.jpg").write_bytes(pack(draw_product(400)))
    (tmp_path / "page.jpg").write_bytes(b"<html>not found</html>")
    paths = [tmp_path / "page.jpg", tmp_path / "good.jpg", tmp_path / "absent.jpg"]
    status, lines, errors = run_assess(*paths)
    assert status == 0  # an unreadable file is a result, not a failure
    assert "Traceback" not in errors
    assert [line["file"] for line in lines] == list(map(str, paths))
    assert [line["unreadable"] for line in lines] == [
        "This is not an image but an HTML page.",
        None,
        "The file cannot be opened: No such file or directory.",
    ]
    assert [line["size"] for line in lines] == [None, [400, 400], None]
    assert (lines[1]["width"], lines[1]["height"]) == (400, 400)
    judges = lines[1]["judges"]
    assert isinstance(judges, dict)
    assert all({"score", "threshold", "flag"} <= set(word) for word in judges.values())


def test_the_command_succeeds_when_all_is_readable(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(pack(draw_product(300), "PNG"))
    status, lines, _ = run_assess(tmp_path / "good.png")
    assert (status, len(lines)) == (0, 1)


def test_an_unknown_backbone_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(pack(draw_product(300), "PNG"))
    status, lines, errors = run_assess(tmp_path / "good.png", "--backbone", "package:none")
    assert (status, lines) == (2, [])
    assert "package:none" in errors
    assert "Traceback" not in errors


def test_many_images_come_in_order_whatever_the_threads() -> None:
    items = [(str(i), pack(draw_product(200, 0.2 + 0.01 * i))) for i in range(2 * CHUNK + 3)]
    items[5] = ("5", b"")
    one, two = (list(Assessor(threads=n).assess_each(iter(items))) for n in (1, 3))
    assert [a.key for a in one] == [b.key for b in two] == [str(i) for i in range(len(items))]
    assert one[5].unreadable
    for a, b in zip(one, two, strict=True):
        assert {n: w.flag for n, w in a.judgements.items()} == {n: w.flag for n, w in b.judgements.items()}
        assert a.descriptors == b.descriptors


def test_it_reads_no_further_than_two_chunks_ahead() -> None:
    read: list[int] = []

    def items() -> Iterator[tuple[str, bytes]]:
        for i in range(4 * CHUNK):
            read.append(i)
            yield str(i), b""

    found = Assessor(threads=2).assess_each(items())
    next(found)
    assert len(read) <= 2 * CHUNK


def test_it_keeps_small_copies_of_what_could_be_read(assessor: Assessor) -> None:
    copies: dict[str, RgbArray] = {}
    items = [("large", pack(draw_product(900))), ("broken", b"x"), ("small", pack(draw_product(100)))]
    list(assessor.assess_each(items, copies))
    assert {key: pixels.shape for key, pixels in copies.items()} == {
        "large": (384, 384, 3),
        "small": (100, 100, 3),
    }
