"""Catalogs and files as nobody should send them: words for each, a traceback for none."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.__main__ import main
from tests.pipeline.drawing import draw_product, pack
from tests.pipeline.test_select import draw

GOOD = pack(draw_product(300))
BOMB = io.BytesIO()
Image.new("1", (8_100, 8_100)).save(BOMB, "PNG")

UNREADABLE = {
    "empty.jpg": (b"", "The file is empty."),
    "cut.jpg": (GOOD[: len(GOOD) // 2], "The file is cut off: its end is missing."),
    "page.jpg": (b"<!doctype html><p>Log in", "This is not an image but an HTML page."),
    "noise.jpg": (b"\x00\x01\x02 no picture", "This is not an image file."),
    "bomb.png": (BOMB.getvalue(), "The image is too large: 8100 x 8100 pixels, at most 64 megapixels."),
    "fat.jpg": (GOOD + b"\0" * 17 * 2**20, "The file is too large: 17.0 MB, at most 16 MB."),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is an SVG drawing"),
    "phone.heic": (b"\0\0\0\x18ftypheic" + b"\0" * 99, "This is a HEIC image, a type that cannot be used"),
    "odd.avif": (b"\0\0\0\x1cftypavif" + b"\0" * 99, "The file is damaged: it starts like an AVIF"),
}


def save(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def list_readable() -> dict[str, bytes]:
    """Odd files that are pictures all the same."""
    picture = Image.fromarray(draw_product(200))
    moving = {"save_all": True, "append_images": [picture.rotate(90)]}
    see_through = picture.convert("RGBA")
    see_through.putalpha(120)
    return {
        "cmyk.jpg": save(picture.convert("CMYK"), "JPEG"),
        "16-bit.png": save(picture.convert("L").convert("I;16"), "PNG"),
        "1-bit.png": save(picture.convert("1"), "PNG"),
        "palette.png": save(picture.convert("P"), "PNG"),
        "see-through.png": save(see_through, "PNG"),
        "animated.gif": save(picture, "GIF", **moving),
        "animated.webp": save(picture, "WEBP", **moving),
        "two pictures.mpo": save(picture, "MPO", **moving),
        "trailing.jpg": GOOD + b"garbage" * 50,
        "pixel.png": save(picture.resize((1, 1)), "PNG"),
        "线 ä.png": save(picture.resize((30, 3000)), "PNG"),
    }


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, list[dict[str, Any]], str]:
    status = main([str(word) for word in words])
    said = capsys.readouterr()
    return status, [json.loads(line) for line in said.out.splitlines()], said.err


def test_assess_has_a_line_for_every_argument_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, (data, _) in UNREADABLE.items():
        (tmp_path / name).write_bytes(data)
    words = {name: message for name, (_, message) in UNREADABLE.items()}
    words |= {"none.jpg": "The file cannot be opened: No such file", ".": "This is a folder or a device"}
    status, lines, _ = run(capsys, "assess", *(tmp_path / name for name in words), "/dev/zero")
    assert status == 0
    assert "a device" in lines.pop()["unreadable"]
    for line, (name, message) in zip(lines, words.items(), strict=True):
        assert line["unreadable"].startswith(message), name
        assert (line["size"], line["judges"]) == (None, {})


def test_assess_reads_odd_pictures_like_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = list_readable()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    status, lines, _ = run(capsys, "assess", *(tmp_path / name for name in files))
    assert status == 0
    assert [(Path(line["file"]).name, line["unreadable"]) for line in lines] == [(n, None) for n in files]
    sizes = {Path(line["file"]).name: line["size"] for line in lines}
    assert (sizes["pixel.png"], sizes["线 ä.png"], sizes["cmyk.jpg"]) == ([1, 1], [30, 3000], [200, 200])
    assert all({"score", "threshold", "flag"} <= set(w) for line in lines for w in line["judges"].values())


@pytest.mark.parametrize("name", [*UNREADABLE, "none.jpg", "."])
def test_compare_names_the_file_that_it_cannot_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "good.jpg").write_bytes(GOOD)
    data, message = UNREADABLE.get(name, (b"", ""))
    if data or message:
        (tmp_path / name).write_bytes(data)
    status, lines, said = run(capsys, "compare", tmp_path / "good.jpg", tmp_path / name)
    assert (status, lines) == (2, [])
    assert said.startswith(f"compare: {tmp_path / name}: ")
    assert message in said


def select(folder: Path, lines: Sequence[str | bytes | dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
    """Writes a catalog as spreadsheets of another system do, and selects."""
    texts = [line if isinstance(line, (str, bytes)) else json.dumps(line) for line in lines]
    whole = b"\r\n".join(text if isinstance(text, bytes) else text.encode() for text in texts)
    (folder / "catalog.txt").write_bytes(b"\xef\xbb\xbf" + whole)
    out = folder / "out.jsonl"
    status = main(["select", str(folder / "catalog.txt"), "--out", str(out), "--quiet"])
    found = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    assert not list(folder.glob("*.part"))
    return status, found


def product(product_id: Any, *images: Any, **said: Any) -> dict[str, Any]:
    return {"id": product_id, "offers": [{"supplier": "N", "images": list(images)}], **said}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.png").write_bytes(draw("disc"))
    (tmp_path / "b ü.png").write_bytes(draw("box"))
    (tmp_path / "a again.png").write_bytes(draw("disc"))
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "cut.png").write_bytes(draw("disc")[:300])
    return tmp_path


ODD_LINES: list[str | bytes | dict[str, Any]] = [
    product("none"),
    product("one", "a.png"),
    "",
    "{broken",
    "[1, 2]",
    b'{"id": "\xff"}',
    product(12, "a.png", "b ü.png", title=None, description=None, category=None),
    product(12, "a.png"),
    product("twice", "a.png", "a.png", "a again.png", "b ü.png"),
    product("shared", "a.png", "b ü.png", current=["b ü.png", "gone.png"], category="No > Such"),
    product("outside", "../a.png", "/etc/passwd", "a.png", "b ü.png", 7),
]


def test_every_product_that_can_be_read_is_selected_whatever_stands_beside_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = select(folder, ODD_LINES)
    said = capsys.readouterr().err
    assert status == 0
    assert [one["id"] for one in found] == ["none", "one", "12", "twice", "shared", "outside"]
    assert [one.get("passed_over") for one in found[:3]] == ["no images", "fewer than two images", None]
    assert found[3]["items"][1]["reason"] == "duplicate"
    assert found[3]["items"][1]["duplicate_of"] == "a.png"
    assert found[4]["before"] == ["b ü.png", "gone.png"]
    assert set(found[4]["after"]) == set(found[5]["after"]) == {"a.png", "b ü.png"}
    for line in (
        "line 4: ",
        "line 5: ",
        "line 6: ",
        "line 8, product 12, id: ",
        "line 11, product outside, ",
    ):
        assert line in said


def test_a_product_whose_files_are_all_broken_is_passed_over_with_the_reason(folder: Path) -> None:
    _, found = select(folder, [product("broken", "empty.jpg", "cut.png")])
    assert found[0]["passed_over"] == "no picture may stay: unreadable"
    reasons = [item["evidence"]["unreadable"] for item in found[0]["items"]]
    assert reasons == ["The file is empty.", "The file is cut off: its end is missing."]


@pytest.mark.parametrize(
    ("out", "words"),
    [
        (".", "is a folder"),
        ("none/out.jsonl", "There is no folder"),
        ("catalog.txt", "is the catalog itself"),
    ],
)
def test_an_output_that_cannot_be_written_is_told_before_the_work(
    folder: Path, capsys: pytest.CaptureFixture[str], out: str, words: str
) -> None:
    (folder / "catalog.txt").write_text(json.dumps(product("1", "a.png", "b ü.png")))
    kept = (folder / "catalog.txt").read_text()
    assert main(["select", str(folder / "catalog.txt"), "--out", str(folder / out)]) == 2
    assert words in capsys.readouterr().err
    assert (folder / "catalog.txt").read_text() == kept


def test_a_file_that_is_no_catalog_leaves_nothing_behind(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert select(folder, ["no catalog"]) == (2, [])
    assert "neither JSON Lines" in capsys.readouterr().err
    assert main(["select", str(folder), "--out", str(folder / "x.jsonl")]) == 2
    assert capsys.readouterr().err == f"select: {folder}: Is a directory\n"
