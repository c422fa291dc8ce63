"""What a shop may not show (II.B)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.backbone import load_backbone, to_input
from pipeline.compliance import adult, judge, overlay, overlay_evidence, placement, text, text_trunk
from pipeline.compliance.overlay_evidence import NAMES, weigh_findings
from pipeline.compliance.overlay_verdicts import judge_overlays
from pipeline.head_store import HeadMismatch
from pipeline.images import DecodedImage, decode
from pipeline.labels import COMPLIANCE_DEFECTS
from pipeline.records import FloatArray, Judgement, RgbArray
from tests.pipeline.drawing import draw_product, pack

NOTHING = np.zeros((40, 40, 2), np.float32)


def _finding(badge: float, watermark: float = 0.0, cover: np.ndarray = NOTHING) -> overlay.OverlayFinding:
    return overlay.OverlayFinding({"badge": badge, "watermark": watermark}, cover)


def _look(*images: DecodedImage) -> tuple[FloatArray, list[FloatArray]]:
    """Embeddings and maps of the images."""
    embeddings, _, maps = load_backbone().see_maps(np.stack([to_input(image.rgb) for image in images]))
    return embeddings, maps


def _judge(image: DecodedImage) -> dict[str, Judgement]:
    return judge([image], *_look(image))[0]


def _line(*box: float) -> text.TextLine:
    return text.TextLine("SALE", 0.9, box)  # type: ignore[arg-type]


def _with_sticker(rgb: RgbArray) -> RgbArray:
    image = Image.fromarray(rgb)
    pen = ImageDraw.Draw(image)
    pen.ellipse((5, 5, 105, 105), fill=(220, 20, 40))
    pen.text((55, 55), "SALE", (255, 255, 255), ImageFont.load_default(34), anchor="mm")
    return np.asarray(image)


def test_every_defect_gets_a_word_and_slots_say_that_they_have_no_model() -> None:
    image = decode(pack(draw_product()))
    words = _judge(image)
    assert set(words) == set(COMPLIANCE_DEFECTS)
    assert not any(word.flag for word in words.values())
    for name in ("weapon", "violence"):
        assert (words[name].score, words[name].threshold, words[name].note) == (None, None, "no model")


def test_no_images_give_no_words() -> None:
    assert judge([], np.zeros((0, 1280), np.float32), []) == []


def test_images_and_embeddings_must_match() -> None:
    with pytest.raises(ValueError, match="1 images but 2 embeddings"):
        judge([decode(pack(draw_product()))], np.zeros((2, 1280), np.float32), [])


def test_a_picture_without_maps_is_refused() -> None:
    with pytest.raises(HeadMismatch, match="maps"):
        judge([decode(pack(draw_product()))], np.zeros((1, 1280), np.float32), [])


def test_a_loud_sticker_is_flagged_and_found() -> None:
    image = decode(pack(_with_sticker(draw_product(extent=0.5, at=(0.6, 0.6)))))
    word = _judge(image)["badge"]
    assert word.flag
    left, top, right, bottom = word.evidence["box"]
    assert left < 0.1 and top < 0.1
    assert 0.25 < right < 0.75 and 0.25 < bottom < 0.75


def test_the_adult_judge_is_calm_about_products_and_batches_do_not_change_it() -> None:
    images = [draw_product(ground=ground) for ground in range(160, 255, 10)]
    scores = adult.score(images)
    assert scores.shape == (10,)
    assert scores.max() < 0.3
    assert adult.score(images[-1:])[0] == pytest.approx(scores[-1], abs=0.01)


def test_a_score_above_the_adult_threshold_is_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adult, "score", lambda images: np.array([0.91], np.float32))
    words = _judge(decode(pack(draw_product())))
    assert words["adult"].flag
    assert words["adult"].drops


CORNER = np.pad(np.full((6, 12, 1), 0.95, np.float32), ((0, 34), (0, 28), (0, 1)))  # a badge up left
CARD = overlay.read_card()


def _between(kind: str) -> float:
    """A score from which text is read and that alone flags nothing."""
    return float(CARD["reading"][kind]["from"] + CARD["thresholds"][kind]) / 2


def test_nothing_is_read_where_the_network_sees_little(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(rgb: RgbArray, box: object) -> list[text.TextLine]:
        raise AssertionError("asked without need")

    monkeypatch.setattr(text, "read_text", refuse)
    below = CARD["reading"]["badge"]["from"] * 0.98
    assert not judge_overlays(draw_product(), _finding(below, cover=CORNER))["badge"].flag
    with pytest.raises(AssertionError, match="asked"):
        judge_overlays(draw_product(), _finding(_between("badge"), cover=CORNER))


def test_a_sure_finding_is_flagged_with_its_boxes_and_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "read_text", lambda rgb, box: [_line(0.02, 0.02, 0.3, 0.12)])
    for kind, finding in (
        ("badge", _finding(0.9999, 0.0, CORNER)),
        ("watermark", _finding(0.0, 0.9999, CORNER[..., ::-1])),
    ):
        word = judge_overlays(draw_product(), finding)[kind]
        assert word.flag
        assert word.evidence["boxes"] == [word.evidence["box"]]
        assert word.evidence["box"][:2] == [0.0, 0.0]
        assert word.evidence["text"] == ["SALE"]
        assert word.evidence["network"] == pytest.approx(0.9999)
        assert word.evidence["text_area"] > 0


def test_an_offer_raises_the_badges_score_and_an_owners_name_the_watermarks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge_with(words: str, kind: str) -> float:
        line = text.TextLine(words, 0.9, (0.02, 0.02, 0.3, 0.12))
        monkeypatch.setattr(text, "read_text", lambda rgb, box: [line])
        cover = CORNER if kind == "badge" else CORNER[..., ::-1]
        scores = {"badge": 0.0, "watermark": 0.0, kind: _between(kind)}
        word = judge_overlays(draw_product(extent=0.5), overlay.OverlayFinding(scores, cover))[kind]
        assert word.score is not None
        return word.score

    assert judge_with("-50%", "badge") > judge_with("Hartwell", "badge")
    assert judge_with("www.photos.com", "watermark") > judge_with("Hartwell", "watermark")


def test_a_scene_has_nothing_beside_the_product() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    assert placement.find_product(noise) is None


def test_the_reader_reads_a_sticker_and_nothing_on_a_blank() -> None:
    assert "SALE" in [line.text for line in text.read_text(_with_sticker(draw_product(extent=0.4)))]
    assert text.read_text(np.full((120, 120, 3), 255, np.uint8)) == []


def test_a_part_is_read_alone_and_its_lines_are_placed_on_the_whole() -> None:
    picture = _with_sticker(draw_product(extent=0.4))
    line = text.read_text(picture, (0.0, 0.0, 0.4, 0.4))[0]
    assert line.text == "SALE"
    assert 0 < line.box[0] < line.box[2] < 0.4 and 0.1 < line.box[1] < line.box[3] < 0.3
    assert text.read_text(picture, (0.5, 0.7, 1.0, 1.0)) == []


def test_a_line_that_the_box_cuts_is_read_whole() -> None:
    picture = np.full((400, 600, 3), 255, np.uint8)
    cv2.putText(
        picture, "BESTSELLER", (60, 210), cv2.FONT_HERSHEY_SIMPLEX, 2.2, (180, 20, 20), 6, cv2.LINE_AA
    )
    middle = (0.35, 0.4, 0.7, 0.55)
    assert [line.text for line in text.read_text(picture, middle)] != ["BESTSELLER"]
    assert [line.text for line in text.read_whole(picture, middle)] == ["BESTSELLER"]
    whole = (0.0, 0.0, 1.0, 1.0)  # no side can be moved
    assert text.read_whole(picture, whole) == text.read_text(picture, whole)


def test_a_line_is_read_once_where_the_box_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[float]] = []

    def read(rgb: RgbArray, box: list[float]) -> list[text.TextLine]:
        asked.append([round(end, 3) for end in box])
        return [_line(0.3, 0.4, 0.5, 0.5)]

    monkeypatch.setattr(text, "read_text", read)
    for box in ([0.3, 0.4, 0.5, 0.5], [0.2, 0.3, 0.47, 0.6]):
        text.read_whole(draw_product(), box)
    # the second box with its margin ends where the line does: half its length more is read there
    assert asked == [[0.3, 0.4, 0.5, 0.5], [0.2, 0.3, 0.47, 0.6], [0.2, 0.3, 0.57, 0.6]]


def test_what_stands_beside_the_product_is_told_from_what_stands_on_it() -> None:
    picture, logits = draw_product(extent=0.5), np.array([0.5, -0.5], np.float32)
    on = np.roll(CORNER, (17, 14), axis=(0, 1))
    beside, upon = (
        dict(zip(NAMES, weigh_findings(picture, c, logits)[0], strict=True)) for c in (CORNER, on)
    )
    assert beside["beside"] > 1 > -5 > beside["on"]
    assert upon["on"] > 1 > -5 > upon["beside"]
    assert beside["logit"] == upon["logit"] == 0.5
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    assert weigh_findings(noise, CORNER, logits)[0, NAMES.index("scene")] == 1


def test_no_product_is_looked_for_where_nothing_is_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay_evidence, "find_product", None)
    assert weigh_findings(draw_product(), NOTHING, np.zeros(2, np.float32)).shape == (2, len(NAMES))


def test_boxes_are_given_in_shares_of_the_picture_not_of_the_padded_square() -> None:
    cover = np.zeros((40, 40), np.float32)
    cover[10:20, 0:20] = 1.0  # a 2:1 picture fills rows 10 to 30 of the square
    assert placement.bound_cover(cover, (100, 200, 3)) == [0.0, 0.0, 0.5, 0.5]
    cover[28:30, 38:40] = 1.0
    assert placement.list_boxes(cover, (100, 200, 3)) == [[0.0, 0.0, 0.5, 0.5], [0.95, 0.9, 1.0, 1.0]]
    assert placement.bound_cover(cover, (100, 200, 3)) == [0.0, 0.0, 1.0, 1.0]
    assert placement.list_boxes(np.zeros((40, 40), np.float32), (10, 10, 3)) == []
    assert placement.bound_cover(np.zeros((40, 40), np.float32), (10, 10, 3)) == [0.0, 0.0, 1.0, 1.0]


def test_weights_that_are_not_the_cards_are_refused(tmp_path: Path) -> None:
    for end in (".xml", ".bin", ".json"):
        (tmp_path / f"overlay{end}").write_bytes((overlay.HEADS_FOLDER / f"overlay{end}").read_bytes())
    assert overlay.read_card(tmp_path)["kinds"] == ["badge", "watermark"]
    (tmp_path / "overlay.bin").write_bytes(b"something else")
    with pytest.raises(ValueError, match="not what its card describes"):
        overlay.read_card(tmp_path)


def test_another_text_finder_than_the_cards_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "hash_trunk", lambda: "another")
    with pytest.raises(ValueError, match="another text finder"):
        overlay.read_card()


def test_a_missing_text_finder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_trunk, "find_spec", lambda name: None)
    with pytest.raises(text_trunk.TrunkUnavailable, match="rapidocr_onnxruntime is not installed"):
        text_trunk.find_trunk()


def test_another_version_of_the_text_finder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_trunk, "TAPS", ("no such layer",))
    with pytest.raises(text_trunk.TrunkUnavailable, match="has no layer no such layer"):
        text_trunk.read_trunk()


def test_the_whole_picture_is_read_for_likely_badges_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "read_text", lambda rgb, box: [])
    monkeypatch.setattr(text, "read_all", lambda rgb: [_line(0.7, 0.8, 0.9, 0.9)])
    likely = CARD["reading"]["badge"]["elsewhere_from"]
    for score, words in ((likely, ["SALE"]), (likely * 0.98, None)):
        told = judge_overlays(draw_product(), _finding(score, cover=CORNER))["badge"]
        assert told.evidence.get("text") == (words or [])
        assert told.evidence.get("says") == ("offer" if words else None)
