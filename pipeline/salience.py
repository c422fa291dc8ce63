"""What stands out in a scene, where no background can be modelled: colours that the border lacks, GrabCut."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from pipeline.records import FloatArray, RgbArray

Mask = npt.NDArray[np.bool_]

GROUND_COLOURS = 6  # clusters of the border's colours
RARE_SHARE = 0.04  # of the border; a rarer colour is likely the object's where the frame cuts it
RARE_PENALTY = 0.8  # spreads; how much farther such a colour counts
MIN_SPREAD = 6.0  # Lab levels added to a cluster's own spread
SEED = 7  # of k-means and GrabCut, so that a picture always gives the same mask


def cut_salient(rgb: RgbArray) -> Mask:
    """The most salient thing of a small scene, uint8 (h,w,3) of about 64 px, as a mask bool (h,w).

    GrabCut starts from what differs from the border's colours near the centre; where it loses the thing
    (less than 3 % of the frame is left), that start stands. All is the object in frames below 16 px.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < 16:
        return np.ones((height, width), bool)
    start = _threshold(_rate(rgb))
    labels = np.where(start, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[_rim((height, width), 24)] = cv2.GC_BGD
    state = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(SEED)
    nowhere = (0, 0, 0, 0)  # a rectangle is not looked at where labels are given
    cv2.grabCut(np.ascontiguousarray(rgb), labels, nowhere, *state, 1, cv2.GC_INIT_WITH_MASK)
    found = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return start if found.mean() < 0.03 else found


def _rate(rgb: RgbArray) -> FloatArray:
    """Salience (h,w): distance from the border's colours in their own spreads, weighed to the centre."""
    lab = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), (0, 0), 1).astype(np.float32)
    points = lab[_rim(lab.shape[:2], 12)]
    cv2.setRNGSeed(SEED)
    steps = (cv2.TERM_CRITERIA_COUNT, 6, 0.0)
    count = min(GROUND_COLOURS, len(points))
    _, owners, centres = cv2.kmeans(points, count, None, steps, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    distances = []
    for k in range(count):
        own = points[owners.ravel() == k]
        spread = float(np.sqrt(((own - centres[k]) ** 2).sum(axis=1).mean())) if len(own) else 1.0
        rare = RARE_PENALTY if len(own) < RARE_SHARE * len(points) else 0.0
        distances.append(np.sqrt(((lab - centres[k]) ** 2).sum(axis=2)) / (spread + MIN_SPREAD) + rare)
    rated = np.min(distances, axis=0) * _weigh_centre(lab.shape[:2])
    return np.asarray(cv2.GaussianBlur(rated, (0, 0), max(1.0, lab.shape[0] / 40)), np.float32)


def _threshold(salience: FloatArray) -> Mask:
    """Otsu's split."""
    high = max(1e-6, float(np.quantile(salience, 0.99)))
    levels = np.clip(salience / high * 255, 0, 255).astype(np.uint8)
    split, _ = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(levels > split)


@lru_cache(maxsize=256)
def _weigh_centre(shape: tuple[int, int]) -> FloatArray:
    y, x = (np.arange(n, dtype=np.float32) / n - 0.5 for n in shape)
    return np.asarray(0.25 + np.exp(-(y[:, None] ** 2 + x[None] ** 2) / 0.18), np.float32)


@lru_cache(maxsize=256)
def _rim(shape: tuple[int, int], part: int) -> Mask:
    """The frame's outermost pixels, a `part`-th of each side wide."""
    rim = np.ones(shape, bool)
    high, wide = max(1, shape[0] // part), max(1, shape[1] // part)
    rim[high:-high, wide:-wide] = False
    return rim
