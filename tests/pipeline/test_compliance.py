"""What a shop may not show (II.B)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.compliance import adult, judge, overlay, placement, text, verdicts, version
from pipeline.config import ComplianceConfig
from pipeline.head_store import save_head
from pipeline.images import decode
from pipeline.labels import COMPLIANCE_DEFECTS
from pipeline.records import RgbArray
from pipeline.training.compliance import TooFewExamples, train_judge
from tests.pipeline.drawing import draw_product, pack

NOTHING = np.zeros((36, 36, 2), np.float32)


def _finding(badge: float, watermark: float = 0.0, cover: np.ndarray = NOTHING) -> overlay.OverlayFinding:
    return overlay.OverlayFinding({"badge": badge, "watermark": watermark}, cover)


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
    words = judge([image], np.zeros((1, 1280), np.float32))[0]
    assert set(words) == set(COMPLIANCE_DEFECTS)
    assert not any(word.flag for word in words.values())
    for name in ("weapon", "violence"):
        assert (words[name].score, words[name].threshold, words[name].note) == (None, None, "no model")


def test_no_images_give_no_words() -> None:
    assert judge([], np.zeros((0, 1280), np.float32)) == []


def test_images_and_embeddings_must_match() -> None:
    with pytest.raises(ValueError, match="1 images but 2 embeddings"):
        judge([decode(pack(draw_product()))], np.zeros((2, 1280), np.float32))


def test_a_loud_sticker_is_flagged_and_found() -> None:
    image = decode(pack(_with_sticker(draw_product(extent=0.5, at=(0.6, 0.6)))))
    word = judge([image], np.zeros((1, 1280), np.float32))[0]["badge"]
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
    words = judge([decode(pack(draw_product()))], np.zeros((1, 1280), np.float32))[0]
    assert words["adult"].flag
    assert words["adult"].drops


def test_the_reader_is_asked_only_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(rgb: RgbArray) -> list[text.TextLine]:
        raise AssertionError("asked without need")

    monkeypatch.setattr(text, "read_text", refuse)
    picture = draw_product()
    assert not verdicts.judge_overlays(picture, _finding(0.1))["badge"].flag
    assert verdicts.judge_overlays(picture, _finding(0.999))["badge"].flag
    with pytest.raises(AssertionError, match="asked"):
        verdicts.judge_overlays(picture, _finding(ComplianceConfig().badge_doubt))


def test_in_doubt_text_beside_the_product_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    cover = NOTHING.copy()
    cover[0:8, 0:16, 0] = 0.9
    monkeypatch.setattr(text, "read_text", lambda rgb: [_line(0.02, 0.02, 0.3, 0.12)])
    doubtful = _finding(ComplianceConfig().badge_doubt, cover=cover)
    word = verdicts.judge_overlays(draw_product(extent=0.5), doubtful)["badge"]
    assert word.flag
    assert word.evidence["text"] == ["SALE"]
    assert word.evidence["decided_by"] == "text beside the product"


def test_in_doubt_print_on_the_product_is_the_products_own(monkeypatch: pytest.MonkeyPatch) -> None:
    cover = np.full_like(NOTHING, 0.9)
    monkeypatch.setattr(text, "read_text", lambda rgb: [_line(0.4, 0.45, 0.6, 0.55)])
    doubtful = _finding(ComplianceConfig().badge_doubt, cover=cover)
    assert not verdicts.judge_overlays(draw_product(), doubtful)["badge"].flag


def test_text_beside_a_product_that_bears_text_too_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cover = np.full_like(NOTHING, 0.9)
    lines = [_line(0.02, 0.02, 0.3, 0.12), _line(0.4, 0.45, 0.6, 0.55)]
    monkeypatch.setattr(text, "read_text", lambda rgb: lines)
    doubtful = _finding(ComplianceConfig().badge_doubt, cover=cover)
    assert not verdicts.judge_overlays(draw_product(extent=0.5), doubtful)["badge"].flag


def test_text_that_the_network_takes_for_no_overlay_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "read_text", lambda rgb: [_line(0.02, 0.02, 0.3, 0.12)])
    doubtful = _finding(ComplianceConfig().badge_doubt)
    assert not verdicts.judge_overlays(draw_product(extent=0.5), doubtful)["badge"].flag


def test_a_sure_finding_all_on_the_product_is_held_for_print_unless_it_is_surer_still() -> None:
    cover = NOTHING.copy()
    cover[14:22, 14:22, 0] = 0.95
    limit = float(overlay.read_card()["thresholds"]["badge"])
    word = verdicts.judge_overlays(draw_product(), _finding(limit + 1e-4, cover=cover))["badge"]
    assert not word.flag
    assert word.evidence["decided_by"] == "print on the product"
    assert verdicts.judge_overlays(draw_product(), _finding(0.9999, cover=cover))["badge"].flag


def test_a_sure_finding_beside_the_product_is_flagged() -> None:
    cover = NOTHING.copy()
    cover[0:5, 0:5, 0] = 0.95
    limit = float(overlay.read_card()["thresholds"]["badge"])
    assert verdicts.judge_overlays(draw_product(), _finding(limit + 1e-4, cover=cover))["badge"].flag


def test_a_cover_full_of_print_bears_no_badge_unless_beyond_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "read_text", lambda rgb: [_line(0.2, 0.6, 0.8, 0.7), _line(0.2, 0.8, 0.8, 0.9)])
    cover = NOTHING.copy()
    cover[0:5, 0:5, 0] = 0.95
    word = verdicts.judge_overlays(draw_product(), _finding(0.97, cover=cover))["badge"]
    assert (word.flag, word.evidence["decided_by"]) == (False, "print on the product")
    assert verdicts.judge_overlays(draw_product(), _finding(0.995, cover=cover))["badge"].flag


def test_a_scene_has_nothing_beside_the_product() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    assert placement.find_product(noise) is None


def test_the_reader_reads_a_sticker_and_nothing_on_a_blank() -> None:
    assert "SALE" in [line.text for line in text.read_text(_with_sticker(draw_product(extent=0.4)))]
    assert text.read_text(np.full((120, 120, 3), 255, np.uint8)) == []


def test_boxes_are_given_in_shares_of_the_picture_not_of_the_padded_square() -> None:
    cover = np.zeros((36, 36), np.float32)
    cover[9:18, 0:18] = 1.0  # a 2:1 picture fills rows 9 to 27 of the square
    assert placement.bound_cover(cover, (100, 200, 3)) == [0.0, 0.0, 0.5, 0.5]
    assert placement.measure_cover((0, 0, 0.5, 0.5), cover, (100, 200, 3)) == 1.0
    assert placement.measure_cover((0.6, 0.6, 1, 1), cover, (100, 200, 3)) == 0.0
    assert placement.bound_cover(np.zeros((36, 36), np.float32), (10, 10, 3)) == [0.0, 0.0, 1.0, 1.0]


def test_weights_that_are_not_the_cards_are_refused(tmp_path: Path) -> None:
    for end in (".xml", ".bin", ".json"):
        (tmp_path / f"overlay{end}").write_bytes((overlay.HEADS_FOLDER / f"overlay{end}").read_bytes())
    assert overlay.read_card(tmp_path)["kinds"] == ["badge", "watermark"]
    (tmp_path / "overlay.bin").write_bytes(b"something else")
    with pytest.raises(ValueError, match="not what its card describes"):
        overlay.read_card(tmp_path)


def test_a_judge_trained_from_a_handful_of_examples_fills_its_slot(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    weapons = rng.normal(0, 1, (8, 1280)).astype(np.float32) + 2
    others = rng.normal(0, 1, (40, 1280)).astype(np.float32)
    head = train_judge("weapon", weapons, others, "a backbone")
    path = save_head(head, tmp_path)
    config = replace(ComplianceConfig(), slots=(("weapon", str(path)),))
    images = [decode(pack(draw_product()))] * 2
    seen = np.stack([rng.normal(0, 1, 1280) + 2, rng.normal(0, 1, 1280)]).astype(np.float32)
    first, second = (words["weapon"] for words in judge(images, seen, config))
    assert first.flag and not second.flag
    assert first.version == head.version
    assert head.card["figures"]["auc"] == 1.0
    assert version(config) != version()


def test_too_few_examples_are_refused() -> None:
    rows = np.zeros((3, 8), np.float32)
    with pytest.raises(TooFewExamples, match="3 examples with it"):
        train_judge("weapon", rows, rows, "")
