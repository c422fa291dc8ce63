"""The network that learns from drawn overlays, and the command that ships it (II.B)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.__main__ import main
from pipeline.commands.train_badge import HELD_OUT, split
from pipeline.compliance.overlay import load_detector, read_card, weigh_reading
from pipeline.compliance.overlay_reading import NAMES
from pipeline.compliance.text_trunk import CHANNELS
from pipeline.training import overlay_fit, overlay_net
from pipeline.training.lettering import Lettering, find_lettering
from pipeline.training.overlay_examples import KINDS, SIDE_PX, STRIDE, draw_pairs, finish
from pipeline.training.overlay_net import OverlayHead
from pipeline.training.overlay_resume import take_weights
from pipeline.training.overlay_thresholds import (
    FALSE_SHARE,
    READ_SHARE,
    STAGED,
    draw_held_out,
    fit_scores,
)
from pipeline.training.staging import prepare
from tests.pipeline.drawing import draw_product

CELLS = SIDE_PX // STRIDE


@pytest.fixture(scope="module")
def lettering() -> Lettering:
    return find_lettering()


def test_pairs_repeat_with_their_seed_and_mark_what_they_bear(lettering: Lettering) -> None:
    photos = [prepare(draw_product(ground=ground)) for ground in (255, 200)]
    first, again = (draw_pairs(photos, 6, (4, 1), lettering) for _ in range(2))
    assert (first.pixels == again.pixels).all()
    assert first.maps.shape == (12, CELLS, CELLS, 2)
    assert not first.present[::2].any() and not first.maps[::2].any()  # the first of each pair is clean
    assert first.present[1::2].any(axis=1).all()
    assert ((first.maps.reshape(12, -1, 2).max(axis=1) > 0) <= first.present).all()


def test_another_step_draws_other_pairs(lettering: Lettering) -> None:
    photos = [prepare(draw_product())]
    assert (
        draw_pairs(photos, 1, (4, 1), lettering).pixels != draw_pairs(photos, 1, (4, 2), lettering).pixels
    ).any()


def test_a_finished_picture_fills_the_networks_frame() -> None:
    for seed in range(8):
        framed = finish(draw_product(side=200)[:, :120], np.random.default_rng(seed))
        assert framed.shape == (SIDE_PX, SIDE_PX, 3)


def test_the_trunk_sees_at_four_strides_and_the_head_marks_cells_and_judges_the_whole() -> None:
    features = overlay_fit.load_trunk()(np.zeros((2, SIDE_PX, SIDE_PX, 3), np.uint8))
    sides = [SIDE_PX // stride for stride in (4, 8, 16, 32)]
    assert [tuple(part.shape) for part in features[:-1]] == [
        (2, width, side, side) for width, side in zip(CHANNELS, sides, strict=True)
    ]
    assert features[-1].shape == (2, SIDE_PX, SIDE_PX, 3)
    cover, whole = OverlayHead().eval()(*features)
    assert cover.shape == (2, len(KINDS), CELLS, CELLS)
    assert whole.shape == (2, len(KINDS))


def test_it_learns_to_tell_a_few_pairs_apart(lettering: Lettering, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [prepare(draw_product())]
    same = draw_pairs(photos, 4, (0, 0), lettering)
    monkeypatch.setattr(overlay_fit, "draw_pairs", lambda *_: same)
    told: list[str] = []
    head = overlay_fit.fit(photos, 20, 0, lettering, told.append)
    with torch.inference_mode():
        rates = head(*overlay_fit.load_trunk()(same.pixels))[1].numpy()
    kinds = same.present[1::2].argmax(axis=1)
    rows = np.arange(4)
    assert (rates[1::2][rows, kinds] > rates[::2][rows, kinds]).all()
    assert len(told) == 1 and told[0].startswith("step 20/20")


def test_every_sixth_photo_is_held_out_and_small_folders_count_more() -> None:
    large = [np.full((2, 2, 3), 1, np.uint8)] * 24
    small = [np.full((2, 2, 3), 2, np.uint8)] * 6
    learned, held = split([large, small])
    assert len(held) == 24 // HELD_OUT + 6 // HELD_OUT
    assert sum(int(photo[0, 0, 0]) == 2 for photo in learned) == 2 * 5
    assert sum(int(photo[0, 0, 0]) == 1 for photo in learned) == 20


def test_thresholds_leave_the_stated_share_of_clean_pictures_once_the_doubtful_are_read() -> None:
    rng = np.random.default_rng(3)
    present = np.repeat(np.array([[False, False], [True, False], [False, True]]), (4000, 400, 400), axis=0)
    evidence = (rng.normal(0, 1, (4800, 2, 6)) + 1.2 * present[..., None]).astype(np.float32)
    words = np.zeros((4800, 2, len(NAMES)), np.float32)
    words[..., 0] = present
    card = fit_scores(evidence, present, lambda row, slot: words[row, slot])
    for slot, kind in enumerate(KINDS):
        fit, reading = card["calibration"][kind], card["reading"][kind]
        chances = 1 / (1 + np.exp(-(evidence[:, slot] @ np.array(fit["weights"]) + fit["shift"])))
        scores = [
            weigh_reading(reading, float(chance), told) if chance >= reading["from"] else chance
            for chance, told in zip(chances, words[:, slot], strict=True)
        ]
        flagged = int((np.array(scores[:4000]) > card["thresholds"][kind]).sum())
        assert flagged == pytest.approx(4000 * FALSE_SHARE[kind], abs=2)
        assert np.mean(chances[:4000] >= reading["from"]) == pytest.approx(READ_SHARE, abs=0.01)
        unread = (chances >= np.quantile(chances[:4000], 1 - FALSE_SHARE[kind]))[present[:, slot]].mean()
        assert card["figures"][kind]["recall"] > unread + 0.1


def test_what_the_maps_say_is_weighed_where_it_is_given() -> None:
    rng = np.random.default_rng(4)
    present = np.repeat(np.array([[False, False], [True, False], [False, True]]), (800, 300, 300), axis=0)
    evidence = rng.normal(0, 1, (1400, 2, 6)).astype(np.float32)
    opinions = (rng.normal(0, 1, (1400, 2, 3)) + 3 * present[..., None]).astype(np.float32)
    nothing = np.zeros(len(NAMES), np.float32)
    alone = fit_scores(evidence, present, lambda row, slot: nothing)
    both = fit_scores(evidence, present, lambda row, slot: nothing, opinions)
    for kind in KINDS:
        assert "maps" not in alone["calibration"][kind]
        assert len(both["calibration"][kind]["weights"]) == 6 and len(both["calibration"][kind]["maps"]) == 3
        assert min(both["calibration"][kind]["maps"]) > 0.5
        assert both["figures"][kind]["recall"] > alone["figures"][kind]["recall"] + 0.5


def test_a_written_head_goes_on_as_it_was(lettering: Lettering, tmp_path: Path) -> None:
    photos = [prepare(draw_product())]
    first = overlay_fit.fit(photos, 3, 0, lettering, lambda _: None)
    overlay_fit.save_network(first, tmp_path)
    features = overlay_fit.load_trunk()(draw_pairs(photos, 4, (1, 1), lettering).pixels)
    taken = OverlayHead()
    take_weights(taken, tmp_path, features)
    with torch.inference_mode():
        for ours, theirs in zip(taken.eval()(*features), first(*features), strict=True):
            assert float((ours - theirs).abs().max()) < 0.05 * float(theirs.abs().max())


def test_weights_of_another_form_are_refused(
    lettering: Lettering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = [prepare(draw_product())]
    monkeypatch.setattr(overlay_net, "MIXED", 48)
    overlay_fit.save_network(overlay_fit.fit(photos, 2, 0, lettering, lambda _: None), tmp_path)
    monkeypatch.undo()
    features = overlay_fit.load_trunk()(draw_pairs(photos, 1, (1, 1), lettering).pixels)
    with pytest.raises(ValueError, match="another form"):
        take_weights(OverlayHead(), tmp_path, features)


def test_held_out_pictures_are_clean_ones_and_ones_with_each_kind(lettering: Lettering) -> None:
    pictures, present = draw_held_out(
        [draw_product(side=200), draw_product(side=200, ground=180)], 1, lettering
    )
    assert len(pictures) == len(present)
    assert not present[: 2 * (2 + STAGED)].any()  # as they are, stored again, staged
    assert present[2 * (2 + STAGED) :].any(axis=1).mean() > 0.8
    assert present.any(axis=0).all()


def test_the_command_fits_and_ships_a_network_that_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(12):
        Image.fromarray(draw_product(side=160, ground=255 - 5 * number)).save(photos / f"{number}.png")
    (photos / "broken.jpg").write_bytes(b"no image")
    asked = ["--steps", "2", "--out", str(tmp_path / "out")]
    assert main(["train-badge", "--images", str(photos), *asked]) == 0
    detector = load_detector(tmp_path / "out")
    finding = detector.find([draw_product()])[0]
    assert set(finding.scores) == set(KINDS)
    assert finding.cover.shape == (CELLS, CELLS, 2)
    assert detector.card["sources"] == ["photos"]
    assert detector.card["photos"] == {"learned": 10, "held_out": 2}
    weights = (tmp_path / "out" / "overlay.bin").read_bytes()
    asked[1] = "0"
    assert main(["train-badge", "--images", str(photos), *asked]) == 0  # thresholds anew, network as it is
    assert (tmp_path / "out" / "overlay.bin").read_bytes() == weights
    assert read_card(tmp_path / "out")["steps"] == 2


def test_too_few_photos_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-badge", "--images", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "0 photos found" in capsys.readouterr().err
