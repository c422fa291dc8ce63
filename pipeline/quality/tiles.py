"""Small pieces of a picture at its own scale, cut where the object's strongest edges are (II.A).

Sharpness shows at edges alone, and a product photo is mostly ground: a dozen pieces tell what the whole
picture does, at a fraction of the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.foreground import Foreground, Mask
from pipeline.images import DecodedImage
from pipeline.records import RgbArray

Grey = npt.NDArray[np.uint8]

TILE_PX = 48  # a multiple of 8, so that every tile stands alike on the grid of a JPEG
COUNT = 12
RIM_PX = 9  # pixels round a tile that its measures reach into
CUT_PX = TILE_PX + 2 * RIM_PX
FIRST_PX = 16  # where the first tile starts: clear of the frame's edge, and a multiple of 8
COARSE_PX = 256  # scale at which edges are looked for
LEAST_PX = 2 * FIRST_PX + TILE_PX


@dataclass(frozen=True)
class Tiles:
    """`grey` uint8 (N*CUT_PX,CUT_PX), tiles with rims one below another; `inside` bool, where the object is.

    Rims are never inside. `count` is N; `whole`: no object was found, so the whole picture counts as it.
    """

    grey: Grey
    inside: Mask
    count: int
    whole: bool


def cut_tiles(image: DecodedImage, found: Foreground) -> Tiles | None:
    """The liveliest tiles of the object; None for a picture too small or without any edge."""
    rgb = image.rgb
    if min(rgb.shape[:2]) < LEAST_PX:
        return None
    whole = found.kind == "scene" or found.area < 0.002
    mask = (
        np.ones((1, 1), np.uint8)
        if whole
        else cv2.dilate(found.mask.view(np.uint8), np.ones((5, 5), np.uint8))
    )
    places = _choose_places(image, np.asarray(mask, np.uint8))
    if not len(places):
        return None
    cut = np.concatenate(
        [rgb[y - RIM_PX : y + TILE_PX + RIM_PX, x - RIM_PX : x + TILE_PX + RIM_PX] for y, x in places]
    )
    inside = np.zeros((len(places), CUT_PX, CUT_PX), bool)
    inner = slice(RIM_PX, RIM_PX + TILE_PX)
    inside[:, inner, inner] = _look_up(np.asarray(mask, np.uint8), places, rgb)
    grey = np.asarray(cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY), np.uint8)
    return Tiles(grey, inside.reshape(-1, CUT_PX), len(places), whole)


def _choose_places(image: DecodedImage, mask: Grey) -> npt.NDArray[np.intp]:
    """Upper left corners int (N,2) of the cells of a grid that hold most of the object's edges."""
    coarse = np.asarray(cv2.cvtColor(image.at(COARSE_PX), cv2.COLOR_RGB2GRAY), np.uint8)
    across = cv2.convertScaleAbs(cv2.Sobel(coarse, cv2.CV_16S, 1, 0, ksize=1))
    down = cv2.convertScaleAbs(cv2.Sobel(coarse, cv2.CV_16S, 0, 1, ksize=1))
    steps = cv2.add(across, down)
    steps[cv2.resize(mask, steps.shape[1::-1], interpolation=cv2.INTER_NEAREST) == 0] = 0
    height, width = image.rgb.shape[:2]
    scale = steps.shape[0] / height, steps.shape[1] / width
    rows, columns = (height - 2 * FIRST_PX) // TILE_PX, (width - 2 * FIRST_PX) // TILE_PX
    top, left = round(FIRST_PX * scale[0]), round(FIRST_PX * scale[1])
    bottom, right = top + round(rows * TILE_PX * scale[0]), left + round(columns * TILE_PX * scale[1])
    strong = np.square(steps[top:bottom, left:right], dtype=np.float32)
    cells = np.asarray(cv2.resize(strong, (columns, rows), interpolation=cv2.INTER_AREA)).ravel()
    best = np.argsort(-cells, kind="stable")[:COUNT]
    best = best[cells[best] > 0]
    return np.stack(np.unravel_index(best, (rows, columns)), axis=1) * TILE_PX + FIRST_PX


def _look_up(mask: Grey, places: npt.NDArray[np.intp], rgb: RgbArray) -> Mask:
    """The coarse mask at every pixel of the tiles, bool (N,TILE_PX,TILE_PX)."""
    steps = np.arange(TILE_PX)
    rows = (places[:, :1] + steps) * mask.shape[0] // rgb.shape[0]
    columns = (places[:, 1:] + steps) * mask.shape[1] // rgb.shape[1]
    return np.asarray(mask[rows[:, :, None], columns[:, None, :]] > 0)
