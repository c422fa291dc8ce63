"""What each image shows (II.C)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.head_store import Head, save_head
from pipeline.image_type import TypeHeads, load_type_heads
from pipeline.training.calibration import choose_threshold, fit_temperature, measure_calibration, softmax
from pipeline.training.shallow import ShallowConfig, fit_shallow, run_shallow, split_by_group
from pipeline.training.types import TooFewLabels, TypeTraining, train_type_head

DIM = 24
QUICK = TypeTraining(network=ShallowConfig(hidden=8, epochs=60, rate=0.05))
CENTRES = {"back": 0, "front": 1, "left": 2, "right": 3}


def _rows(labels: list[str], seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 0.3, (len(labels), DIM)) + 1.0
    for row, label in zip(rows, labels, strict=True):
        row[CENTRES[label]] += 4.0
    return rows.astype(np.float32)


def _train(scope: str = "Demo > Tablets", seed: int = 0) -> Head:
    labels = ["front", "back", "left", "right"] * 12
    groups = [i // 4 for i in range(len(labels))]
    return train_type_head(_rows(labels, seed), labels, groups, scope=scope, backbone="b", training=QUICK)


@pytest.fixture(scope="module")
def head() -> Head:
    return _train()


def test_a_head_names_the_types_of_new_images(head: Head) -> None:
    words = TypeHeads({"demo > tablets": head}).judge(_rows(["back", "front"], 9), "Demo > Tablets")
    assert [word.type for word in words] == ["back", "front"]
    assert all(word.confidence and word.confidence >= head.threshold for word in words)
    assert sum(words[0].probabilities.values()) == pytest.approx(1, abs=0.01)
    assert words[0].head == head.name == "type-demo-tablets"


def test_an_image_between_two_types_is_unsure(head: Head) -> None:
    between = _rows(["front", "back"]).mean(axis=0, keepdims=True)
    assert TypeHeads({"demo > tablets": head}).judge(between, "Demo > Tablets")[0].type == "unsure"


def test_an_image_unlike_all_that_were_learned_is_unsure(head: Head) -> None:
    strange = -_rows(["front"])
    assert TypeHeads({"demo > tablets": head}).judge(strange, "demo>tablets")[0].type == "unsure"


def test_without_a_head_there_is_no_type(head: Head) -> None:
    words = TypeHeads({"demo > tablets": head}).judge(_rows(["front"]), "Shoes")
    assert (words[0].type, words[0].confidence) == (None, None)
    assert TypeHeads({}).judge(_rows(["front"]), None)[0].type is None


def test_the_nearest_scope_speaks(head: Head) -> None:
    vertical, everywhere = _train("Demo"), _train("*")
    heads = TypeHeads({"demo > tablets": head, "demo": vertical, "*": everywhere})
    assert heads.find_head("Demo > Tablets > Small") is head
    assert heads.find_head("Demo > Lamps") is vertical
    assert heads.find_head("Shoes") is everywhere
    assert heads.find_head(None) is everywhere


def test_heads_are_found_in_a_folder_by_their_scope(head: Head, tmp_path: Path) -> None:
    save_head(head, tmp_path)
    save_head(Head("blur", head.arrays, head.card), tmp_path)
    loaded = load_type_heads([tmp_path], "b")
    assert list(loaded.heads) == ["demo > tablets"]
    assert loaded.version == TypeHeads({"demo > tablets": head}).version


def test_training_is_repeatable(head: Head) -> None:
    assert _train().digest() == head.digest()


def test_mirrored_images_change_left_and_right() -> None:
    labels = ["left", "front"] * 10
    flipped = _rows(["right", "front"] * 10, 3)
    rows, groups = _rows(labels), [i // 2 for i in range(20)]
    with_right = [*labels, "right"]
    found = train_type_head(
        np.concatenate([rows, _rows(["right"])]),
        with_right,
        [*groups, 99],
        scope="*",
        backbone="",
        flipped=np.concatenate([flipped, _rows(["left"], 4)]),
        training=QUICK,
    )
    chances = found.probabilities(_rows(["right"], 7))
    assert found.classes[int(chances[0].argmax())] == "right"  # learned from mirrored left ones


def test_too_few_labels_are_refused_with_their_numbers() -> None:
    with pytest.raises(TooFewLabels, match="3 images of 3 products in 2 types"):
        train_type_head(
            _rows(["front", "back", "back"]), ["front", "back", "back"], [1, 2, 3], scope="x", backbone=""
        )


def test_no_product_is_in_two_folds() -> None:
    groups = np.array([0, 0, 1, 1, 1, 2, 3, 3])
    folds = list(split_by_group(groups, 3))
    assert np.sum(folds, axis=0).tolist() == [1] * 8
    for fold in folds:
        assert not set(groups[fold]) & set(groups[~fold])


def test_the_threshold_gives_the_precision_asked_for() -> None:
    confidence = np.linspace(0.4, 0.99, 60)
    chances = np.stack([confidence, 1 - confidence], axis=1).astype(np.float32)
    targets = (confidence < 0.7).astype(int)  # right from 0.7 upwards
    threshold, figures = choose_threshold(chances, targets, 0.95, 0.5)
    assert 0.66 <= threshold <= 0.75
    assert figures["precision"] >= 0.95
    assert choose_threshold(chances, 1 - targets, 0.99, 0.5)[0] == 0.99  # nothing is good enough


def test_temperature_cools_what_is_too_sure() -> None:
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, 400)
    right = rng.random(400) < 0.8
    logits = np.zeros((400, 2), np.float32)
    logits[np.arange(400), np.where(right, targets, 1 - targets)] = 8
    temperature = fit_temperature(logits, targets)
    chances = softmax(logits / temperature)
    assert chances.max(axis=1).mean() == pytest.approx(0.8, abs=0.03)
    assert measure_calibration(chances.max(axis=1), right) < 0.03


def test_plain_regression_is_a_network_without_a_hidden_layer() -> None:
    rows, targets = _rows(["front", "back"] * 10), np.array([0, 1] * 10)
    arrays = fit_shallow(rows, targets, 2, ShallowConfig(hidden=0, epochs=20))
    assert "weight1" not in arrays
    assert (run_shallow(arrays, rows).argmax(axis=1) == targets).all()
