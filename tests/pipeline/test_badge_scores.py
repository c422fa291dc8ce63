"""What speaks for a badge, weighed: evidence of both kinds, words, flatness; the command for it (II.B)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.__main__ import main
from pipeline.backbone import load_backbone
from pipeline.compliance import overlay_maps
from pipeline.compliance.flat_things import FLATTEST, NAME, load_flatness, rate_flatness
from pipeline.compliance.overlay import hash_judge, order_evidence, read_card, weigh_reading
from pipeline.compliance.overlay_reading import NAMES
from pipeline.head_store import HEADS_FOLDER, Head, HeadMismatch
from pipeline.training.badge_scores import FALSE_SHARE, BadgeFit, Rows, find_quantile, fit_logistic, weigh
from tests.pipeline.drawing import draw_product

COUNT = 6000
WIDTH = 12 + len(overlay_maps.NAMES)  # evidence of both kinds, and the second opinion


def _draw_rows() -> Rows:
    """Half are flat things, which look more like badges than photos do when they bear none."""
    rng = np.random.default_rng(4)
    overlaid, flat = rng.random(COUNT) < 0.4, rng.random(COUNT) < 0.5
    seen = rng.normal(0, 1, (COUNT, WIDTH)) + 1.5 * overlaid[:, None] * (np.arange(WIDTH) < 2)
    seen[:, :2] += 1.5 * (flat & ~overlaid)[:, None]
    looks = rng.normal(0, 0.2, (COUNT, 8)) + np.where(flat, 1, -1)[:, None] * (np.arange(8) == 0)
    read = np.zeros((COUNT, len(NAMES)), np.float32)
    read[:, 0] = rng.random(COUNT) < np.where(overlaid, 0.6, 0.1)
    thing, group = np.where(flat, "flat", "photo"), np.arange(COUNT) % 4
    held = np.ones(COUNT, bool)
    return Rows(seen.astype(np.float32), read, looks.astype(np.float32), thing, overlaid, held, group)


def _weigh(rows: Rows, start: float = 0.0) -> BadgeFit:
    return weigh(rows, fit_logistic(rows.seen, rows.overlaid, rows.weight), start)


def test_a_kinds_own_evidence_comes_first() -> None:
    evidence = np.arange(12, dtype=np.float32).reshape(2, 6)
    assert order_evidence(evidence, 0).tolist() == list(range(12))
    assert order_evidence(evidence, 1).tolist() == [*range(6, 12), *range(6)]


def test_an_offer_speaks_for_a_badge_and_a_flat_thing_against_it() -> None:
    reading = _weigh(_draw_rows(), start=0.2).card["reading"]
    assert (reading["from"], reading["spots"]) == (0.2, 1)
    assert reading["weights"][1 + NAMES.index("offer")] > 1
    assert reading["flatness"] < -0.15
    assert reading["weights"][1 + NAMES.index("beside")] == 0  # what is never told has no weight


def test_what_the_maps_say_counts_where_it_tells_something() -> None:
    rows = _draw_rows()
    telling = rows.seen.copy()
    telling[:, 12] += 2 * rows.overlaid
    told, untold = (_weigh(Rows(**{**rows.__dict__, "seen": seen})).card for seen in (telling, rows.seen))
    assert told["calibration"]["maps"][0] > 0.5 > abs(untold["calibration"]["maps"][0])
    assert told["figures"]["recall"] > untold["figures"]["recall"] * 1.1


def test_the_threshold_leaves_the_stated_share_and_flatness_finds_more() -> None:
    rows = _draw_rows()
    rows.read[:] = 0  # clean flat things with offers would count less
    blind = Rows(**{**rows.__dict__, "looks": np.full_like(rows.looks, 0.1)})
    told, untold = _weigh(rows).card, _weigh(blind).card
    assert told["figures"]["false_share"] == FALSE_SHARE
    assert told["figures"]["recall"] > untold["figures"]["recall"] * 1.1


def test_a_drawn_things_own_offer_counts_little() -> None:
    rows = _draw_rows()
    offered = rows.read[:, 0] > 0
    assert set(rows.rarity[offered & (rows.thing == "flat") & ~rows.overlaid]) == {np.float32(0.2)}
    assert set(rows.rarity[~offered | (rows.thing == "photo") | rows.overlaid]) == {np.float32(1)}
    photos = Rows(**{**rows.__dict__, "read": rows.read * ((rows.thing == "flat") | rows.overlaid)[:, None]})
    solid = Rows(**{**photos.__dict__, "thing": np.full(COUNT, "photo"), "looks": rows.looks * 0})
    solid.thing[:2] = "flat"  # some are needed to learn what is flat
    assert _weigh(photos).card["figures"]["recall"] > _weigh(solid).card["figures"]["recall"] * 1.1


def test_a_quantile_counts_weights() -> None:
    values = np.random.default_rng(0).normal(size=101).astype(np.float32)
    even = np.ones(101, np.float32)
    assert find_quantile(values, even, 0.95) == pytest.approx(float(np.quantile(values, 0.95)))
    light = np.where(values > 1, 0.01, 1).astype(np.float32)
    assert find_quantile(values, light, 0.99) < 1 < find_quantile(values, even, 0.95)


def test_flatness_is_nothing_for_most_and_has_an_end() -> None:
    arrays = {
        "mean": np.zeros(2, np.float32),
        "scale": np.ones(2, np.float32),
        "weight0": np.array([[10.0], [0.0]], np.float32),
        "bias0": np.zeros(1, np.float32),
    }
    head = Head(NAME, arrays, {"threshold": 1.0, "unit": True})
    rows = np.array([[-3, 0], [0.1, 1], [0.3, 0.95], [7, 0]], np.float32)
    assert rate_flatness(rows, head) == pytest.approx([0, 0, 2.01, FLATTEST], abs=0.02)


def test_flatness_lowers_a_score_only_where_the_card_says_so() -> None:
    fit = {"weights": [1.0, *[0.0] * len(NAMES)], "shift": 0.0}
    nothing = np.zeros(len(NAMES), np.float32)
    assert weigh_reading(fit, 0.7, nothing, 3.0) == pytest.approx(0.7)
    assert weigh_reading(fit | {"flatness": -1.0}, 0.7, nothing, 3.0) < 0.2


def test_the_judges_version_changes_with_its_threshold() -> None:
    card = read_card()
    other = card | {"thresholds": card["thresholds"] | {"badge": 0.5}}
    assert hash_judge(card) == hash_judge(read_card()) != hash_judge(other)


def test_the_shipped_judge_of_flat_things_is_of_the_shipped_backbone() -> None:
    assert load_flatness(backbone=load_backbone().signature).card["unit"]
    with pytest.raises(HeadMismatch):
        rate_flatness(np.zeros((1, 3), np.float32))


def test_the_command_writes_weights_for_badges_and_leaves_watermarks(tmp_path: Path) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    shutil.copytree(HEADS_FOLDER, out)
    for number in range(12):
        picture = draw_product(side=180, ground=255 - 5 * number, extent=0.4 + 0.03 * number)
        Image.fromarray(picture).save(photos / f"{number}.png")
    assert main(["weigh-badges", "--images", str(photos), "--out", str(out)]) == 0
    before, after = read_card(), read_card(out)
    assert after["thresholds"]["badge"] != before["thresholds"]["badge"]
    assert after["thresholds"]["watermark"] == before["thresholds"]["watermark"]
    assert len(after["calibration"]["badge"]["weights"]) == 12
    assert len(after["calibration"]["badge"]["maps"]) == len(overlay_maps.NAMES)
    assert load_flatness(out).digest() == json.loads((out / f"{NAME}.json").read_text())["sha256"]
