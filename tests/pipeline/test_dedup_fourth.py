"""The maker of suppliers' chains makes the same pairs for the same seed, and changes that can be seen."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench import dedup_fourth_changes
from bench.dedup_fourth import FourthMaker, write
from bench.dedup_fourth_chain import FRAMES, TOUCHES, make_thumbnail, pass_chain, store_file
from bench.dedup_fourth_changes import CHANGES, LEAST_STEP, SEEN, change_product, dye_product, find_thing
from pipeline.dedup.pairs import Picture
from pipeline.images import decode
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


@pytest.mark.parametrize("name", [*TOUCHES, *FRAMES])
def test_every_step_of_a_chain_changes_the_picture(name: str) -> None:
    grey = np.maximum(draw_product(300, 240).astype(int) - 12, 0).astype(np.uint8)
    made = (TOUCHES | FRAMES)[name](grey, np.random.default_rng(2))
    assert made.dtype == np.uint8 and made.shape[2] == 3
    assert made.shape != grey.shape or np.abs(made.astype(int) - grey).max() > 0


def test_a_chain_names_its_steps_and_never_enlarges() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        assert pass_chain(draw_product(300, 240), rng)[1]
        assert max(make_thumbnail(draw_scene(5, 250, 180), rng).shape) <= 250


def test_palettes_have_as_many_colours_as_they_say() -> None:
    rng, seen = np.random.default_rng(4), 0
    for _ in range(120):
        data, ending, how = store_file(draw_scene(5, 160, 120), rng)
        assert decode(data).rgb.shape[:2] == draw_scene(5, 160, 120).shape[:2]
        if " of " in how:
            seen += 1
            with Image.open(BytesIO(data)) as opened:
                colours = opened.convert("RGB").getcolors(70000)
            assert ending in ("png", "gif")
            assert colours is not None and len(colours) <= int(how.split()[2])
    assert seen > 3


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_can_be_made_and_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedup_fourth_changes, "CHANGES", {name: CHANGES[name]})
    first = draw_product(300, 240)
    found = [change_product(first, np.random.default_rng(seed)) for seed in range(6)]
    changed = next(one[0] for one in found if one is not None)
    step = np.abs(changed.astype(int) - first).max(2)
    assert changed.shape == first.shape
    assert step[step >= LEAST_STEP].mean() >= SEEN


def test_a_dye_changes_the_thing_and_leaves_its_ground() -> None:
    first = draw_product(300, 240)
    dyed = next(
        one for seed in range(9) if (one := dye_product(first, np.random.default_rng(seed))) is not None
    )
    apart, thing = np.abs(dyed.astype(int) - first).max(2), find_thing(first)
    assert apart[thing].mean() > 20
    assert np.median(apart[~thing]) <= 1


def test_the_same_seed_makes_the_same_pairs(tmp_path: Path) -> None:
    pictures = []
    for at, rgb in enumerate(
        (draw_product(200, 160, seed=3), draw_product(200, 160, seed=4), draw_scene(5, 160, 120))
    ):
        (tmp_path / f"{at}.png").write_bytes(encode(rgb))
        pictures.append(Picture(f"{at}.png", str(at)))
    for out in ("one", "two"):
        write(FourthMaker(tmp_path, pictures, 7), tmp_path / out, 12)
    one, two = ((tmp_path / out / "pairs.csv").read_text() for out in ("one", "two"))
    assert one == two
    assert "duplicate" in one and "different" in one
