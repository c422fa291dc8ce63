"""Where one picture lies in another: an affine map found from coarse to fine (II.D, DEDUP.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from math import sqrt
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dposv

from pipeline.dedup.edges import SIMILARITY, Edges
from pipeline.dedup.ground import Box, Pixels
from pipeline.dedup.prepare import LEVEL_SIDES_PX, Prepared
from pipeline.records import FloatArray

Matrix = npt.NDArray[np.floating[Any]]
Glance = Callable[[Matrix], float]

BORDER = cv2.BORDER_CONSTANT
UNSEEN = -1e6  # stands for pixels outside the other frame; so low that the least share of it shows
STARTS = 3  # guesses that are refined
AGREE_AT = 1  # pyramid level at which whole pictures are correlated
ITERATIONS = (12, 8, 5, 3)  # at most, per level
PATIENCE = 1  # steps in a level that may bring no gain
SETTLED_PX = 0.02  # a step that moves no corner by more ends a level
HOPELESS = 0.55  # correlation after the coarse level below which finer levels cannot help
FAIR_START = 0.93  # correlation after the coarse level under which a search over places is worth its time
SEARCH_SCALES = (0.55, 0.63, 0.72, 0.82, 0.93, 1.06, 1.2, 1.4, 1.6)  # of B's thumbnail over A's
GOOD_START = 0.97  # correlation after the coarse level that needs no further guess


@dataclass(frozen=True)
class Registration:
    """How picture B lies over picture A.

    `matrix` float64 (3, 3) takes a working pixel of A to one of B; `correlation` -1 to 1 over the
    common part at the last level reached; `finished` False where the search was given up early, `apart` the
    grey levels of difference that a glance saw then, if it was for that.
    """

    matrix: Matrix
    correlation: float
    finished: bool
    apart: float = 0.0


def register(a: Prepared, b: Prepared, glance: Glance | None = None) -> Registration:
    """The best affine map of A's pixels to B's: guesses, then Gauss-Newton from coarse to fine. (II.D)

    `glance` is asked by how much the pictures differ by the map that the best guess led to, in grey levels;
    anything but 0 is too much, and it is left there.
    """
    guesses = rank_guesses(a, b)
    starts = [_start(a, b, guesses[0])]
    if starts[0].correlation < FAIR_START:
        starts.append(_start(a, b, search(a, b)))
        best = _choose(starts)
        if apart := glance(best.matrix) if glance else 0.0:
            return replace(best, apart=apart)
    best = _choose([_advance(a, b, start) for start in starts])
    apart = glance(best.matrix) if glance else 0.0
    nearly = FAIR_START <= best.correlation < GOOD_START
    if len(starts) == 1 and (nearly if apart else best.correlation < FAIR_START):
        found = _advance(a, b, _start(a, b, search(a, b)))
        if found.correlation > best.correlation:
            best, apart = found, glance(found.matrix) if glance else 0.0
    if apart:
        return replace(best, apart=apart)
    for guess in guesses[1:STARTS]:
        if best.correlation > GOOD_START:
            break
        best = _choose([best, _advance(a, b, _start(a, b, guess))])
    return best if best.correlation < HOPELESS else _settle(a, b, best.matrix, guesses[0])


def _settle(a: Prepared, b: Prepared, matrix: Matrix, guess: Matrix) -> Registration:
    """The map on the fine levels; from the best guess as it was, where the coarse levels led away from it."""
    found = _finish(a, b, matrix)
    if correlate(a, b, AGREE_AT, guess) > found.correlation + 0.005:
        again = _finish(a, b, guess)
        found = again if again.correlation > found.correlation else found
    return found


def _start(a: Prepared, b: Prepared, guess: Matrix) -> Registration:
    """A guess after the coarsest level."""
    matrix = refine_level(a, b, 0, guess)
    return Registration(matrix, correlate(a, b, 0, matrix), False)


def _advance(a: Prepared, b: Prepared, start: Registration) -> Registration:
    """The same after the next level."""
    matrix = refine_level(a, b, 1, start.matrix)
    return Registration(matrix, correlate(a, b, 1, matrix), False)


def _choose(found: list[Registration]) -> Registration:
    return max(found, key=lambda one: one.correlation)


def search(a: Prepared, b: Prepared) -> Matrix:
    """A guess without boxes: A's middle looked for all over B's thumbnail, at several sizes."""
    grey_a, grey_b = a.grey(0), b.grey(0)
    height, width = grey_a.shape
    y0, x0 = round(0.2 * height), round(0.2 * width)
    middle = np.ascontiguousarray(grey_a[y0 : height - y0, x0 : width - x0])
    best = -2.0
    found: Matrix = np.eye(3)
    for scale in SEARCH_SCALES:
        size = max(1, round(middle.shape[1] * scale)), max(1, round(middle.shape[0] * scale))
        if min(size) < 6 or size[0] > grey_b.shape[1] or size[1] > grey_b.shape[0]:
            continue
        template = cv2.resize(middle, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        likeness = cv2.matchTemplate(grey_b, template, cv2.TM_CCOEFF_NORMED)
        _, value, _, at = cv2.minMaxLoc(likeness)
        if value > best:
            box = (at[0], at[1], at[0] + size[0], at[1] + size[1])
            best, found = value, lay_box((x0, y0, width - x0, height - y0), box)
    return rescale(found, 1 / a.scale(0), 1 / b.scale(0))


def _finish(a: Prepared, b: Prepared, matrix: Matrix) -> Registration:
    for index in range(2, len(LEVEL_SIDES_PX)):
        matrix = refine_level(a, b, index, matrix)
    return Registration(matrix, correlate(a, b, AGREE_AT, matrix), True)


def rank_guesses(a: Prepared, b: Prepared) -> list[Matrix]:
    """Affine guesses, best first by correlation at thumbnail size, near-equal ones left out."""
    guesses, (width, height) = _guess(a, b), a.size
    corners = np.array([[0.0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    landed = (np.stack(guesses)[:, :2] @ corners).reshape(len(guesses), -1)
    near = (np.abs(landed[:, None] - landed).max(axis=2) < 0.015 * max(b.size)).tolist()
    distinct: list[int] = []
    for index in range(len(guesses)):
        if not any(near[index][other] for other in distinct):
            distinct.append(index)
    return sorted((guesses[index] for index in distinct), key=lambda guess: -correlate(a, b, 0, guess))


def _guess(a: Prepared, b: Prepared) -> list[Matrix]:
    frame_a, frame_b = (0.0, 0.0, a.size[0], a.size[1]), (0.0, 0.0, b.size[0], b.size[1])
    guesses = [lay_box(frame_a, frame_b), lay_box(a.box, b.box)]
    guesses += [lay_box(frame_a, b.box), lay_box(a.box, frame_b)]
    scales = (b.box[2] - b.box[0]) / (a.box[2] - a.box[0]), (b.box[3] - b.box[1]) / (a.box[3] - a.box[1])
    if abs(np.log(scales[0] / scales[1])) < 0.02:
        return guesses
    for scale, (x, y) in product(scales, ((0, 0), (0, 1), (1, 0), (1, 1), (0.5, 0.5))):
        guesses.append(_pin_box(a.box, b.box, scale, x, y))
    return guesses


def lay_box(source: Box, target: Box) -> Matrix:
    """The map that stretches one box onto the other."""
    sx = (target[2] - target[0]) / (source[2] - source[0])
    sy = (target[3] - target[1]) / (source[3] - source[1])
    return np.array(
        [[sx, 0, target[0] - sx * source[0]], [0, sy, target[1] - sy * source[1]], [0, 0, 1]], np.float64
    )


def _pin_box(source: Box, target: Box, scale: float, x: float, y: float) -> Matrix:
    """The map of one scale that lays the boxes' points at shares x, y onto each other."""
    from_x, from_y = source[0] + x * (source[2] - source[0]), source[1] + y * (source[3] - source[1])
    to_x, to_y = target[0] + x * (target[2] - target[0]), target[1] + y * (target[3] - target[1])
    return np.array([[scale, 0, to_x - scale * from_x], [0, scale, to_y - scale * from_y], [0, 0, 1]])


def _corners_apart(one: Matrix, other: Matrix, size: tuple[int, int]) -> float:
    (a, b, c), (d, e, f) = (one - other)[:2].tolist()
    ax, by, dx, ey = a * size[0] + c, b * size[1], d * size[0] + f, e * size[1]
    return max(abs(c), abs(ax), abs(c + by), abs(ax + by), abs(f), abs(dx), abs(f + ey), abs(dx + ey))


# -- correlation and refinement


def correlate(a: Prepared, b: Prepared, index: int, matrix: Matrix) -> float:
    """Correlation -1 to 1 of A with B laid over it at one level; -1 where they hardly overlap."""
    grey_a, grey_b = a.grey(index), b.grey(index)
    to_b = rescale(matrix, a.scale(index), b.scale(index))
    laid = warp(grey_b, to_b, (grey_a.shape[1], grey_a.shape[0])).ravel()
    seen = laid > -1
    count = int(np.count_nonzero(seen))
    share = b.size[0] * b.size[1] / max(1e-6, abs(measure_area(matrix)) * a.size[0] * a.size[1])
    if count < 0.2 * seen.size * min(1.0, share) or count < 64:
        return -1.0
    left, right = (grey_a.ravel(), laid) if count == seen.size else (grey_a.ravel()[seen], laid[seen])
    left, right = left - np.add.reduce(left) / count, right - np.add.reduce(right) / count
    spread = sqrt(float(left @ left) * float(right @ right))
    return float(left @ right) / spread if spread > 1e-3 * count else 0.0


def measure_area(matrix: Matrix) -> float:
    """By how much the map changes areas; below 0 where it mirrors."""
    (a, b, _), (c, d, _) = matrix[:2].tolist()
    return float(a * d - b * c)


def warp(pixels: Pixels, matrix: Matrix, size: tuple[int, int], how: int = cv2.INTER_LINEAR) -> Pixels:
    """`pixels` looked up at matrix @ (x, y) for every x, y of a frame of `size`; outside: UNSEEN."""
    flags = how | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(pixels, matrix[:2], size, flags=flags, borderMode=BORDER, borderValue=(UNSEEN,) * 4)


def rescale(matrix: Matrix, scale_a: float, scale_b: float) -> Matrix:
    """The same map between shrunk copies: `scale_a`, `scale_b` are their sizes over the working size.

    Pixel centres, not corners, are what a resize keeps in step.
    """
    (a, b, x), (c, d, y) = matrix[:2].tolist()
    k, from_, to = scale_b / scale_a, 0.5 / scale_a - 0.5, 0.5 * scale_b - 0.5
    x, y = scale_b * ((a + b) * from_ + x) + to, scale_b * ((c + d) * from_ + y) + to
    return np.array([[a * k, b * k, x], [c * k, d * k, y], [0.0, 0.0, 1.0]])


def refine_level(a: Prepared, b: Prepared, index: int, matrix: Matrix) -> Matrix:
    """The map improved on one pyramid level; unchanged where the level gives no hold.

    Gauss-Newton may overshoot, so the best map met is kept, by the agreement of A's edges with B.
    """
    scales = a.scale(index), b.scale(index)
    template, moving = a.edges(index), b.grey(index)
    size = template.shape[1], template.shape[0]
    current = best = rescale(matrix, *scales)
    best_agreement, worse = -2.0, 0
    for _ in range(ITERATIONS[index] + 1):
        found = _find_step(template, moving, current, rigid=index == 0)
        if found is None:
            break
        step, agreement = found
        if agreement > best_agreement:
            best, best_agreement = current, agreement
        else:
            worse += 1
        if worse > PATIENCE:
            break
        moved = current @ _invert_step(step, template.shape)
        if _corners_apart(moved, current, size) < SETTLED_PX:
            break
        current = moved
    return rescale(best, 1 / scales[0], 1 / scales[1])


def _find_step(
    template: Edges, moving: FloatArray, current: Matrix, rigid: bool
) -> tuple[FloatArray, float] | None:
    """An inverse-compositional Gauss-Newton step with gain and bias, and how well edges agree now (-1 to 1).

    Pixels that fit badly weigh less; `rigid` allows shift, turn and size alone. None where too little of
    A's edges lies in B's frame.
    """
    looked_up = _look_up(moving, template.points, current)
    count = int(np.count_nonzero(seen := looked_up > -1))
    if count < max(60, 0.3 * seen.size):
        return None
    if count == seen.size:
        t, m = template.centred, looked_up - np.add.reduce(looked_up) / count
    else:
        known = seen.astype(np.float32)
        t = (template.values - float(template.values @ known) / count) * known
        m = (looked_up - float(looked_up @ known) / count) * known
    spread_t, spread_m, product_ = max(1e-3, float(t @ t)), max(1e-3, float(m @ m)), float(t @ m)
    error = min(2.5, max(0.4, product_ / spread_m)) * m - t
    scale = 1.5 * float(np.add.reduce(np.abs(error))) / count + 2.0
    weight = seen / (1 + np.square(error * np.float32(1 / scale)))
    slopes = template.similar if rigid else template.slopes
    weighted = slopes * weight
    hessian = weighted @ slopes.T
    hessian.flat[:: len(hessian) + 1] *= 1.001
    _, step, failed = dposv(hessian, weighted @ error)
    if failed:
        return None
    return SIMILARITY @ step if rigid else step, product_ / sqrt(spread_t * spread_m)


def _look_up(moving: FloatArray, points: FloatArray, current: Matrix) -> FloatArray:
    """Grey levels, float32 (n,), where the map takes the points x, y, 1; UNSEEN beyond the frame."""
    across, down = current[:2].astype(np.float32) @ points
    found = cv2.remap(moving, across[None], down[None], cv2.INTER_LINEAR, None, BORDER, UNSEEN)
    return np.asarray(found[0], np.float32)


def _invert_step(step: FloatArray, shape: tuple[int, ...]) -> Matrix:
    """The inverse of a step in shares of the longest side from the centre, as a map of pixels."""
    height, width = shape[:2]
    longest, cx, cy = max(height, width), (width - 1) / 2, (height - 1) / 2
    a, b, tx, c, d, ty = step.tolist()
    a, b, c, d = 1 + a / longest, b / longest, c / longest, 1 + d / longest
    tx, ty = tx - (a - 1) * cx - b * cy, ty - c * cx - (d - 1) * cy
    area = a * d - b * c or 1e-9
    turned = ((d, -b, b * ty - d * tx), (-c, a, c * tx - a * ty))
    return np.array([[value / area for value in row] for row in turned] + [[0, 0, 1]])
