"""The maker of ordinary pairs makes the same pairs for the same seed, and changes that can be seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import dedup_fifth_recipes
from bench.dedup_fifth import FifthMaker, write
from bench.dedup_fifth_recipes import CHANGES, RENDERINGS, SEEN_LEVELS, change, dye, find_thing, render
from pipeline.dedup.pairs import Picture
from tests.pipeline.dedup_pictures import draw_product, draw_scene, encode


@pytest.mark.parametrize("name", RENDERINGS)
def test_every_rendering_changes_the_picture(name: str) -> None:
    first = draw_product(300, 240)
    made = RENDERINGS[name](first, np.random.default_rng(2))
    assert made.dtype == np.uint8 and made.shape[2] == 3
    assert made.shape != first.shape or np.abs(made.astype(int) - first).max() > 0


def test_renderings_are_named_and_differ_from_seed_to_seed() -> None:
    first = draw_scene(5, 250, 180)
    names = {render(first, np.random.default_rng(seed))[1] for seed in range(12)}
    assert len(names) > 6
    assert all(set(name.split("+")) <= set(RENDERINGS) for name in names)


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_can_be_made_and_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedup_fifth_recipes, "CHANGES", {name: CHANGES[name]})
    first, other = draw_product(300, 240), draw_scene(5, 300, 240)
    found = [change(first, other, np.random.default_rng(seed), 0.05) for seed in range(9)]
    changed, why = next(one for one in found if one is not None)
    apart = np.abs(changed.astype(int) - first).max(2)
    assert why == f"{name} of 0.050"
    assert np.quantile(apart[apart > 3], 0.75) >= SEEN_LEVELS
    assert (apart > 3).mean() < 0.3 * find_thing(first).mean()


def test_a_dye_changes_the_thing_and_leaves_its_ground() -> None:
    first = draw_product(300, 240)
    dyed = next(one for seed in range(9) if (one := dye(first, np.random.default_rng(seed))) is not None)
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
        write(FifthMaker(tmp_path, pictures, 7), tmp_path / out, 12)
    one, two = ((tmp_path / out / "pairs.csv").read_text() for out in ("one", "two"))
    assert one == two
    assert "duplicate" in one and "different" in one
