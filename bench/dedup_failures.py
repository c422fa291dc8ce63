"""Draws the known failures of de-duplication side by side, for docs/judges/deduplication.md.

    python -m bench.dedup_failures --out docs/images/judges

Each pair is compared as it is drawn; a failure that is none any more is refused, so that the page stays true.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from pipeline.dedup import load_comparator
from pipeline.records import RgbArray

SIDE_PX = 320  # of each picture on the page
Pair = tuple[RgbArray, RgbArray]


def draw_jacket() -> RgbArray:
    """A dark knitted jacket on white."""
    rng = np.random.default_rng(4)
    picture = np.full((800, 800, 3), 255, np.uint8)
    outline = np.array([(230, 130), (570, 130), (700, 300), (610, 380), (600, 720), (200, 720), (190, 380),
                        (100, 300)])  # fmt: skip
    mask = cv2.fillPoly(np.zeros((800, 800), np.uint8), [outline], 255, cv2.LINE_AA)
    weave = cv2.GaussianBlur(rng.normal(0, 40, (800, 800)).astype(np.float32), (0, 0), 1.2)
    cloth = np.clip(np.array([44, 52, 78]) + weave[..., None], 0, 255)
    picture = np.where(mask[..., None] > 127, cloth, picture).astype(np.uint8)
    cv2.line(picture, (400, 130), (400, 720), (20, 24, 36), 5, cv2.LINE_AA)
    return picture


def draw_camera() -> RgbArray:
    """A camera with straight sides, a lens and a name."""
    picture = np.full((600, 720, 3), 255, np.uint8)
    shade = np.linspace(60, 110, 500, dtype=np.float32)
    picture[150:480, 110:610] = np.repeat(shade[None, :, None], 330, axis=0)
    for radius, level in ((120, 20), (96, 62), (70, 35), (30, 150)):
        cv2.circle(picture, (400, 320), radius, (level, level, level + 12), -1, cv2.LINE_AA)
    cv2.putText(picture, "NOVA 7", (210, 205), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (235, 235, 225), 2, cv2.LINE_AA)
    return picture


def stitch_faintly() -> Pair:
    """A seam in nearly the colour of the cloth, stored once more as JPEG: different, and merged."""
    plain = draw_jacket()
    sewn = plain.copy()
    for at in range(0, 150, 16):
        cv2.line(sewn, (250 + at, 520), (259 + at, 520), (58, 66, 92), 3, cv2.LINE_AA)
    stored = cv2.imencode(".jpg", sewn, [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
    return plain, np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)


def sharpen_a_small_one() -> Pair:
    """A picture of 200 px, sharpened much and compressed: a copy, and kept as two."""
    small = cv2.resize(draw_camera(), (200, 167), interpolation=cv2.INTER_AREA)
    sharp = cv2.addWeighted(small, 3.0, cv2.GaussianBlur(small, (0, 0), 2), -2.0, 0)
    stored = cv2.imencode(".jpg", sharp, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(small, np.uint8), np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)


FAILURES: dict[str, tuple[Callable[[], Pair], bool]] = {  # how it is drawn, what the comparator says
    "dedup_faint_seam": (stitch_faintly, True),
    "dedup_sharpened": (sharpen_a_small_one, False),
}


def lay_side_by_side(pair: Pair) -> RgbArray:
    """Both pictures in equal squares on light grey, uint8 RGB."""
    sheet = np.full((SIDE_PX + 16, 2 * SIDE_PX + 24, 3), 225, np.uint8)
    for at, rgb in enumerate(pair):
        scale = SIDE_PX / max(rgb.shape[:2])
        small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        x = 8 + at * (SIDE_PX + 8)
        sheet[8 : 8 + small.shape[0], x : x + small.shape[1]] = small
    return sheet


def main() -> None:
    """Draw, compare and write every failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    comparator = load_comparator("registration")
    for name, (draw, merged) in FAILURES.items():
        pair = draw()
        found = comparator.compare(*(comparator.prepare(rgb) for rgb in pair))
        if found.duplicate != merged:
            raise SystemExit(f"{name} is no failure any more: {found}")
        bgr = cv2.cvtColor(lay_side_by_side(pair), cv2.COLOR_RGB2BGR)
        data = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, 80])[1]
        (args.out / f"{name}.webp").write_bytes(data.tobytes())


if __name__ == "__main__":
    main()
