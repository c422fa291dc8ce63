"""The second opinion on overlays, from the backbone's maps: what it says, learns from and refuses (II.B)."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.__main__ import main
from pipeline.backbone import load_backbone
from pipeline.backbone_layout import MAPS
from pipeline.commands.train_badge import hear_maps
from pipeline.compliance import overlay, overlay_maps, verdicts
from pipeline.compliance.overlay_maps import NAMES, QUIET, load_maps_head, weigh_cover
from pipeline.head_store import HEADS_FOLDER, HeadMismatch
from pipeline.images import decode
from pipeline.training import overlay_maps_fit
from pipeline.training.lettering import Lettering, find_lettering
from pipeline.training.overlay_examples import KINDS
from pipeline.training.overlay_maps_examples import CELLS, SIDE_PX, Stock, draw_fours, draw_stock
from pipeline.training.overlay_maps_net import CHANNELS, MapsHead
from pipeline.training.staging import prepare
from tests.pipeline.drawing import draw_product, pack


@pytest.fixture(scope="module")
def lettering() -> Lettering:
    return find_lettering()


def _zeros(count: int) -> list[np.ndarray]:
    """Maps of nothing."""
    sides = overlay_maps_fit.SIDES
    return [
        np.zeros((count, width, side, side), np.float32) for width, side in zip(CHANNELS, sides, strict=True)
    ]


def test_the_backbone_gives_the_maps_that_the_head_takes_and_the_same_embedding() -> None:
    backbone = load_backbone()
    batch = np.stack([backbone.to_input(draw_product(ground=ground)) for ground in (255, 200, 160)])
    embeddings, layouts, maps = backbone.see_maps(batch)
    assert [part.shape for part in maps] == [part.shape for part in _zeros(3)]
    assert len(maps) == len(MAPS)
    for one, two in zip((embeddings, layouts), backbone.see(batch), strict=True):
        assert np.array_equal(one, two)


def test_maps_in_torch_and_openvino_are_alike() -> None:
    backbone = load_backbone()
    batch = backbone.to_input(draw_product())[None]
    ours, theirs = (load_backbone(backbone.id, runtime).see_maps(batch)[2] for runtime in ("auto", "torch"))
    for one, two in zip(ours, theirs, strict=True):
        assert float((one * two).sum() / np.sqrt((one**2).sum() * (two**2).sum())) > 0.999


def test_no_picture_has_no_maps_and_no_opinion() -> None:
    assert load_backbone().see_maps(np.zeros((0, SIDE_PX, SIDE_PX, 3), np.uint8))[2] == []
    assert load_maps_head().weigh(_zeros(0)).shape == (0, len(KINDS), len(NAMES))


def test_a_marked_corner_tells_more_than_a_marked_cell_and_both_more_than_none() -> None:
    cover = np.full((3, 2, CELLS, CELLS), -6.0, np.float32)
    cover[1, 0, 3, 3] = 6
    cover[2, 0, :4, :4] = 6
    told = weigh_cover(cover, np.array([[0, 1], [0, 1], [0, 1]], np.float32))
    assert told.shape == (3, 2, len(NAMES))
    assert (told[:, 1] == told[0, 1]).all() and (told[:, 1, 0] == 1).all()
    strongest, wide = told[:, 0, 1], told[:, 0, 2]
    assert strongest[0] < strongest[1] < strongest[2] and wide[0] < wide[1] < wide[2]
    assert strongest[1] > wide[1]


def test_opinions_do_not_depend_on_the_batch() -> None:
    backbone, head = load_backbone(), load_maps_head()
    batch = np.stack([backbone.to_input(draw_product(ground=ground)) for ground in range(160, 250, 10)])
    maps = backbone.see_maps(batch)[2]
    assert head.weigh([part[8:] for part in maps])[0] == pytest.approx(head.weigh(maps)[8], abs=0.1)


def test_an_opinion_raises_the_score_of_its_kind_and_none_at_all_is_refused() -> None:
    detector, low = overlay.load_detector(), np.full((len(KINDS), len(NAMES)), -5, np.float32)
    told = np.stack([low, low, low])
    told[1, 0] = told[2, 1] = 5
    none, badge, mark = (detector.find([draw_product()], opinions=one[None])[0].scores for one in told)
    assert none["badge"] == mark["badge"] < badge["badge"]
    assert none["watermark"] == badge["watermark"] < mark["watermark"]
    with pytest.raises(ValueError, match="overlay_maps"):
        detector.find([draw_product()])


def test_the_network_is_not_asked_where_the_maps_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    images = [decode(pack(draw_product(ground=ground))) for ground in (255, 200, 160)]
    quiet, loud = (np.full((len(KINDS), len(NAMES)), odds, np.float32) for odds in (QUIET - 1, QUIET + 1))
    faint_mark = quiet.copy()
    faint_mark[1] = QUIET + 1
    told = SimpleNamespace(weigh=lambda _: np.stack([quiet, loud, faint_mark]))
    monkeypatch.setattr(overlay_maps, "load_maps_head", lambda: told)
    asked: list[int] = []
    find = overlay.OverlayDetector.find

    def count(self: overlay.OverlayDetector, images: list[np.ndarray], *rest: Any) -> list[Any]:
        asked.append(len(images))
        return find(self, images, *rest)

    monkeypatch.setattr(overlay.OverlayDetector, "find", count)
    found = verdicts.find_overlays(images, [], [None] * 3)
    assert asked == [2]
    assert set(found[0].scores.values()) == {0.0} and not found[0].cover.any()
    assert all(one.cover.shape == found[0].cover.shape and one.cover.any() for one in found[1:])


@pytest.fixture(scope="module")
def stock(lettering: Lettering) -> Stock:
    photos = [prepare(draw_product(ground=ground)) for ground in (255, 200)]
    return draw_stock(photos, 24, 4, lettering, lambda _: None)


def test_fours_repeat_with_their_seed_and_mark_what_they_bear(stock: Stock) -> None:
    first, again, other = (draw_fours(stock, 6, (4, step)) for step in (1, 1, 2))
    assert (first.pixels == again.pixels).all()
    assert first.pixels[0].tobytes() != other.pixels[0].tobytes()
    assert first.pixels.shape[1:] == (SIDE_PX, SIDE_PX, 3)
    assert first.maps.shape[1:] == (CELLS, CELLS, len(KINDS))
    assert len(first.pixels) == len(first.maps) == len(first.present)
    clean = ~first.present.any(axis=1)
    assert 6 < clean.sum() <= 12 and not first.maps[clean].any()  # one of each four, and prints
    for kind in range(len(KINDS)):
        bearing = first.present[:, kind]
        assert bearing.any() and (first.maps[bearing, ..., kind].max(axis=(1, 2)) > 0).all()
        assert not first.maps[~bearing, ..., kind].any()


def test_it_learns_to_tell_a_few_fours_apart(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    same = draw_fours(stock, 3, (0, 0))
    monkeypatch.setattr(overlay_maps_fit, "draw_fours", lambda *_: same)
    backbone = load_backbone()
    told: list[str] = []
    head = overlay_maps_fit.fit(stock, 25, 0, backbone, told.append)
    with torch.inference_mode():
        rates = head(*map(torch.from_numpy, backbone.see_maps(same.pixels)[2]))[1].numpy()
    badge = same.present[:, 0]
    assert rates[badge, 0].mean() > rates[~badge, 0].mean() + 0.5
    assert told[-1].startswith("step 25/25")


def test_a_head_goes_on_from_its_weights(stock: Stock, tmp_path: Path) -> None:
    torch.manual_seed(3)
    first, backbone = MapsHead().eval(), load_backbone()
    overlay_maps_fit.save_weights(first, tmp_path / "weights")
    further = overlay_maps_fit.fit(stock, 1, 0, backbone, lambda _: None, tmp_path / "weights")
    anew = overlay_maps_fit.fit(stock, 1, 0, backbone, lambda _: None)
    kept, moved, other = (head.state_dict()["cover.weight"] for head in (first, further, anew))
    assert float((moved - kept).abs().max()) < 0.005 < float((other - kept).abs().max())


def test_a_written_head_says_what_the_fitted_one_says(tmp_path: Path) -> None:
    torch.manual_seed(1)
    head = MapsHead().eval()
    overlay_maps_fit.save_head(head, tmp_path)
    overlay_maps_fit.write_card({"backbone": "one"}, tmp_path)
    rng = np.random.default_rng(0)
    maps = [rng.normal(0, 3, part.shape).astype(np.float32) for part in _zeros(2)]
    with torch.inference_mode():
        wanted = head(*map(torch.from_numpy, maps))[1].numpy()
    assert load_maps_head(tmp_path, "one").weigh(maps)[..., 0] == pytest.approx(wanted, abs=0.05)


def test_weights_or_a_backbone_that_the_card_does_not_name_are_refused(tmp_path: Path) -> None:
    for path in HEADS_FOLDER.glob(f"{overlay_maps.NAME}.*"):
        shutil.copy(path, tmp_path)
    assert load_maps_head(tmp_path, load_backbone().signature).version == load_maps_head().version
    with pytest.raises(HeadMismatch, match="fitted to"):
        load_maps_head(tmp_path, "another")
    load_maps_head.cache_clear()
    (tmp_path / f"{overlay_maps.NAME}.bin").write_bytes(b"other")
    with pytest.raises(HeadMismatch, match="describes"):
        load_maps_head(tmp_path)


def test_the_command_fits_a_head_that_loads(tmp_path: Path) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for number in range(12):
        Image.fromarray(draw_product(side=160, ground=255 - 5 * number)).save(photos / f"{number}.png")
    sizes = ["--steps", "2", "--stock", "9", "--weights", str(tmp_path / "weights")]
    assert main(["train-badge-maps", "--images", str(photos), *sizes, "--out", str(out)]) == 0
    head = load_maps_head(out, load_backbone().signature)
    assert head.weigh(_zeros(1)).shape == (1, len(KINDS), len(NAMES))
    assert head.card["photos"] == {"learned": 10, "held_out": 2}
    assert head.card["sources"] == ["photos"]
    further = [*sizes[:4], "--going-on", str(tmp_path / "weights"), "--out", str(tmp_path / "further")]
    assert main(["train-badge-maps", "--images", str(photos), *further]) == 0
    told = load_maps_head(tmp_path / "further").weigh(_zeros(1))
    assert told == pytest.approx(head.weigh(_zeros(1)), abs=0.5)


def test_the_maps_are_heard_where_the_folder_has_a_head_for_them(tmp_path: Path) -> None:
    pictures = [draw_product(ground=ground) for ground in range(160, 250, 10)]
    assert hear_maps(tmp_path, pictures) is None
    told = hear_maps(HEADS_FOLDER, pictures)
    assert told is not None and told.shape == (len(pictures), len(KINDS), len(NAMES))
    backbone = load_backbone()
    maps = backbone.see_maps(backbone.to_input(pictures[-1])[None])[2]
    assert told[-1] == pytest.approx(load_maps_head().weigh(maps)[0], abs=0.1)
