"""Judges of a shop's own, from a handful of examples to a verdict (II.B, table I)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.__main__ import main
from pipeline.assess import Assessor
from pipeline.backbone import load_backbone, to_input
from pipeline.compliance import judge, version
from pipeline.compliance.slots import read_slot
from pipeline.config import ComplianceConfig, PipelineConfig
from pipeline.gathering import find_reason
from pipeline.head_store import HeadMismatch, save_head
from pipeline.images import decode
from pipeline.records import Assessment, Judgement
from pipeline.training.compliance import (
    TooFewExamples,
    choose_strict,
    compare_techniques,
    deal_folds,
    rate,
    train_judge,
)
from pipeline.training.compliance_techniques import Examples, score_last_block
from pipeline.training.metrics import precision_threshold
from tests.pipeline.drawing import draw_photo, draw_product, pack


def _examples(positives: int = 10, negatives: int = 60, apart: float = 1.0, size: int = 64) -> Examples:
    rng = np.random.default_rng(5)
    rows = rng.normal(0, 1, (positives + negatives, size)).astype(np.float32)
    rows[:positives, :8] += 4 * apart
    return Examples(rows, np.repeat([1, 0], [positives, negatives]), backbone="a backbone")


def test_ten_examples_fill_a_slot_and_its_threshold_keeps_its_promises(tmp_path: Path) -> None:
    examples = _examples(size=1280, apart=3)
    head = train_judge("weapon", examples)
    path = save_head(head, tmp_path)
    config = replace(ComplianceConfig(), slots=(("weapon", str(path)),))
    images = [decode(pack(draw_product()))] * 2
    seen = examples.embeddings[[0, -1]]
    maps = load_backbone().see_maps(np.stack([to_input(image.rgb) for image in images]))[2]
    first, second = (words["weapon"] for words in judge(images, seen, maps, config))
    assert first.flag and not second.flag
    assert first.version == head.version
    assert version(config) != version()
    assert head.card["figures"]["auc"] == 1.0
    assert head.card["figures"]["false_share"] <= 0.02


def test_a_scaled_embedding_gets_the_same_score() -> None:
    examples = _examples()
    head = train_judge("weapon", examples)
    assert head.probabilities(3 * examples.embeddings) == pytest.approx(
        head.probabilities(examples.embeddings), abs=1e-5
    )


@pytest.mark.parametrize(("positives", "negatives"), [(4, 60), (60, 4)])
def test_fewer_than_five_examples_are_refused(positives: int, negatives: int) -> None:
    with pytest.raises(
        TooFewExamples, match=f"{positives} examples with it and {negatives} without; at least 5"
    ):
        train_judge("weapon", _examples(positives, negatives))


def test_techniques_are_compared_on_the_same_folds() -> None:
    found = compare_techniques(_examples(15, 60), ["logistic", "forest"])
    assert list(found) == ["logistic", "forest"]
    assert found["logistic"]["auc"] > 0.95
    assert found["forest"]["auc"] > 0.9
    assert found["logistic"]["positives"] == 15


def test_the_last_block_is_retrained_on_pictures() -> None:
    shapes = [draw_product(224, 0.3 + 0.05 * n, ground=255 - 12 * n) for n in range(8)]
    balls = [np.roll(np.rot90(draw_photo(224), n), n // 2, axis=2) for n in range(8)]
    inputs = np.ascontiguousarray(np.stack(shapes + balls))
    labels = np.repeat([1, 0], [8, 8])
    examples = Examples(np.zeros((16, 4), np.float32), labels, inputs, "package:efficientnet_lite0@any")
    held = np.arange(16) % 4 == 0
    scores = score_last_block(examples, held)
    assert scores[:2].min() > scores[2:].max()


def test_the_last_block_needs_pictures() -> None:
    examples = replace(_examples(), backbone="package:efficientnet_lite0@any")
    with pytest.raises(ValueError, match="only be retrained on pictures"):
        compare_techniques(examples, ["last-block"])


def test_an_unknown_technique_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no technique 'magic'; known are logistic, forest, last-block"):
        compare_techniques(_examples(), ["magic"])


def test_every_fold_has_both_kinds_and_copies_never_part() -> None:
    examples = _examples(10, 50)
    rows = np.concatenate([examples.embeddings, examples.embeddings[:3] * 1.01])
    folds = deal_folds(Examples(rows, np.r_[examples.labels, [1, 1, 1]]))
    assert (folds[-3:] == folds[:3]).all()
    for fold in range(5):
        kinds = np.r_[examples.labels, [1, 1, 1]][folds == fold]
        assert 0 < kinds.sum() < len(kinds)


def test_copies_of_one_picture_are_no_examples() -> None:
    examples = _examples(6, 30)
    examples.embeddings[:6] = examples.embeddings[0]
    with pytest.raises(TooFewExamples, match="copies of one picture"):
        train_judge("weapon", examples)


def test_examples_that_cannot_be_told_apart_are_hardly_ever_flagged() -> None:
    examples = _examples(20, 200, apart=0.0)
    figures = train_judge("weapon", examples).card["figures"]
    assert figures["false_share"] <= 0.05
    assert figures["auc"] == pytest.approx(0.5, abs=0.2)


def test_a_rows_own_fold_has_no_part_in_its_threshold() -> None:
    labels = np.array([1, 1, 0, 0, 1, 1, 0, 0])
    scores = np.array([0.9, 0.8, 0.2, 0.1, 0.5, 0.4, 0.7, 0.1], np.float32)
    folds = np.repeat([0, 1], 4)
    figures = rate(scores, labels, folds, 0.95)
    assert choose_strict(scores[:4], labels[:4], 0.95) == pytest.approx(0.5)
    assert figures["false_share"] == 0.25  # the 0.7 that the first fold knew nothing of


def test_the_precise_threshold_lies_halfway_to_the_next_score() -> None:
    labels = np.array([1, 1, 0, 1, 0])
    scores = np.array([0.9, 0.8, 0.6, 0.5, 0.1], np.float32)
    assert precision_threshold(scores, labels, 0.95) == pytest.approx(0.7)
    assert precision_threshold(scores, labels, 0.75) == pytest.approx(0.3)
    assert precision_threshold(scores, 1 - labels, 0.95) > 0.9


def test_a_defect_of_ones_own_name_drops_an_image_after_the_known_reasons() -> None:
    words = {name: Judgement(name, 0.9, 0.5, True) for name in ("fake_logo", "blur")}
    found = Assessment("a", 9, 9, 9, "JPEG", judgements=words)
    assert find_reason(found) == "blur"
    assert find_reason(replace(found, judgements={"fake_logo": words["fake_logo"]})) == "fake_logo"


def test_a_head_of_another_backbone_is_refused_before_any_image_is_judged(tmp_path: Path) -> None:
    path = save_head(train_judge("weapon", _examples(size=1280)), tmp_path)
    config = PipelineConfig(compliance=ComplianceConfig(slots=(("weapon", str(path)),)))
    with pytest.raises(HeadMismatch, match="fitted to a backbone"):
        Assessor(config, threads=1).assess([("a", pack(draw_product()))])


@pytest.mark.parametrize("text", ["weapon", "weapon=", "weapon=missing.npz", "a b=x.npz", "=x.npz"])
def test_a_slot_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not DEFECT=FILE"):
        read_slot(text)


def test_from_two_folders_to_a_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("with", "without"):
        (tmp_path / kind).mkdir()
    for number in range(6):
        ball = draw_photo(200 + 8 * number)
        box = np.roll(draw_product(200, 0.3 + 0.08 * number, ground=255 - 25 * number), number, axis=2)
        (tmp_path / "with" / f"{number}.jpg").write_bytes(pack(box))
        (tmp_path / "without" / f"{number}.jpg").write_bytes(
            pack(np.roll(np.rot90(ball, number), number // 2, axis=2))
        )
    (tmp_path / "with" / "note.txt").write_text("no picture")
    out, figures = tmp_path / "box.npz", tmp_path / "figures.json"
    call = [
        "train-compliance",
        "--positives",
        str(tmp_path / "with"),
        "--negatives",
        str(tmp_path / "without"),
    ]
    assert (
        main([*call, "--name", "box", "--out", str(out), "--json", str(figures), "--techniques", "logistic"])
        == 0
    )
    said = capsys.readouterr()
    assert f"--slot box={out}" in said.out
    assert "note.txt: passed over" in said.err
    assert json.loads(figures.read_text())["techniques"]["logistic"]["positives"] == 6
    assert main(["assess", str(tmp_path / "with" / "0.jpg"), "--slot", f"box={out}"]) == 0
    word = json.loads(capsys.readouterr().out)["judges"]["box"]
    assert word["score"] > 0.5


def test_the_command_refuses_a_handful_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "with").mkdir()
    call = ["train-compliance", "--positives", str(tmp_path / "with"), "--negatives", str(tmp_path / "with")]
    assert main([*call, "--name", "weapon", "--out", str(tmp_path / "w.npz")]) == 2
    assert "at least 5 of each are needed" in capsys.readouterr().err
    assert main([*call, "--name", "weapon", "--out", str(tmp_path / "w.txt")]) == 2
    assert "--out must end in .npz" in capsys.readouterr().err
