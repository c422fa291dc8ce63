"""Heads on disk: read by numpy alone, refused when they are not what they claim."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.head_store import (
    Head,
    HeadMismatch,
    has_head,
    load_head,
    pack_head,
    save_head,
    unpack_head,
)


def make_head(seed: int = 1, outputs: int = 3) -> Head:
    rng = np.random.default_rng(seed)
    arrays = {
        "mean": rng.normal(size=4),
        "scale": np.ones(4),
        "weight0": rng.normal(size=(4, 8)),
        "bias0": rng.normal(size=8),
        "weight1": rng.normal(size=(8, outputs)),
        "bias1": rng.normal(size=outputs),
    }
    stored = {name: np.asarray(values, np.float32) for name, values in arrays.items()}
    return Head("views", stored, {"classes": ["a", "b", "c"], "threshold": 0.6, "backbone": "net@1"})


def test_a_head_comes_back_as_it_was(tmp_path: Path) -> None:
    head, rows = make_head(), np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    save_head(head, tmp_path)
    again = load_head("views", tmp_path, backbone="net@1")
    assert np.array_equal(again.logits(rows), head.logits(rows))
    assert (again.threshold, again.classes, again.version) == (0.6, ("a", "b", "c"), head.version)


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = save_head(make_head(), tmp_path).read_bytes()
    assert save_head(make_head(), tmp_path).read_bytes() == first


def test_probabilities_sum_to_one_and_a_temperature_softens_them() -> None:
    head, rows = make_head(), np.random.default_rng(3).normal(size=(6, 4)).astype(np.float32)
    sharp = head.probabilities(rows)
    soft = Head(head.name, head.arrays, {**head.card, "temperature": 5.0}).probabilities(rows)
    assert np.allclose(sharp.sum(axis=1), 1, atol=1e-5)
    assert (soft.max(axis=1) < sharp.max(axis=1)).all()
    assert (soft.argmax(axis=1) == sharp.argmax(axis=1)).all()


def test_a_single_output_is_one_probability_a_row() -> None:
    assert make_head(outputs=1).probabilities(np.zeros((7, 4), np.float32)).shape == (7,)


def test_a_head_of_another_backbone_is_refused(tmp_path: Path) -> None:
    save_head(make_head(), tmp_path)
    with pytest.raises(HeadMismatch, match="fitted to net@1, not to net@2"):
        load_head("views", tmp_path, backbone="net@2")


def test_exchanged_weights_are_refused(tmp_path: Path) -> None:
    save_head(make_head(1), tmp_path)
    card = (tmp_path / "views.json").read_text()
    save_head(make_head(2), tmp_path)
    (tmp_path / "views.json").write_text(card)
    with pytest.raises(HeadMismatch, match=r"is not what views\.json describes"):
        load_head("views", tmp_path)


def test_features_of_another_length_are_refused() -> None:
    with pytest.raises(HeadMismatch, match="wants 4 features"):
        make_head().logits(np.zeros((2, 5), np.float32))


def test_the_version_follows_weights_and_threshold() -> None:
    head = make_head()
    other = Head(head.name, head.arrays, {**head.card, "threshold": 0.7})
    assert len({head.version, other.version, make_head(9).version}) == 3


def test_a_missing_head_is_missing(tmp_path: Path) -> None:
    assert not has_head("views", tmp_path)
    with pytest.raises(FileNotFoundError):
        load_head("views", tmp_path)


def test_the_card_is_readable_by_people(tmp_path: Path) -> None:
    save_head(make_head(), tmp_path)
    card = json.loads((tmp_path / "views.json").read_text())
    assert (card["name"], card["classes"], len(card["sha256"])) == ("views", ["a", "b", "c"], 64)


def test_a_packed_head_comes_back_with_its_card_and_twice_the_same_bytes() -> None:
    head, rows = make_head(), np.random.default_rng(2).normal(size=(5, 4)).astype(np.float32)
    data = pack_head(head)
    again = unpack_head(data, "net@1")
    assert np.array_equal(again.logits(rows), head.logits(rows))
    assert (again.name, again.threshold, again.version) == ("views", 0.6, head.version)
    assert pack_head(make_head()) == data


def test_what_is_no_packed_head_is_refused() -> None:
    with pytest.raises(HeadMismatch, match="no file of a head"):
        unpack_head(b"not at all")
    with pytest.raises(HeadMismatch, match="no file of a head"):
        unpack_head(pack_head(make_head())[:-200])
    with pytest.raises(HeadMismatch, match="fitted to net@1"):
        unpack_head(pack_head(make_head()), "net@2")
