"""Registers two pictures and looks for the worst local difference (II.D and DEDUP.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from pipeline.allocator import keep_freed_memory
from pipeline.config import DedupConfig
from pipeline.dedup import residual
from pipeline.dedup.closer_look import is_doubtful, look_closer
from pipeline.dedup.decision import load_trees, load_weights
from pipeline.dedup.glance import glance
from pipeline.dedup.overlay import Overlay, lay_over
from pipeline.dedup.palette import render_with_palette
from pipeline.dedup.peeling import Peeled, peel
from pipeline.dedup.prepare import Prepared, Source, prepare
from pipeline.dedup.registration import Matrix, Registration, register, warp
from pipeline.dedup.rendering import render_alike
from pipeline.dedup.shade import is_shaded, measure_shade
from pipeline.dedup.white_balance import balance_alike
from pipeline.records import FloatArray, PairComparison, RgbArray, Spot

# Guards, which hold whatever the trees say. A person can check them; the trees weigh the rest.
GUARDS = {
    "misfit": 0.55,  # 1 - correlation after registration; beyond it nothing is laid over anything
    "hidden": 0.30,  # share of an object that the other picture does not show: a close-up (DEDUP.md, step 6)
    "colour": 45.0,  # grey levels; worst block of channel differences: a recoloured lining (likewise)
    "residual": 25.0,  # grey levels; worst block outside the other's local range
}
# Nothing differs that could be measured: the same picture, stored again without loss. The trees learn from
# renditions and edits, of which none is as like, and are of two minds there.
NOTHING = {"misfit": 0.001, "hidden": 0.001, "colour": 0.01, "residual": 0.01}
SURE_MISFIT = 0.03  # 1 - correlation; up to it margins lead astray only what is off everywhere
SPREAD = 1.9  # times the worst residual elsewhere
EDIT_RESIDUAL = 12.0  # grey levels of a place that stands alone: more is an edit
DYED = 22.0  # grey levels between two channels, mean of a large part
MISLED_RESIDUAL = 20.0  # grey levels; a margin that led astray leaves more
RENDERED_MISFIT = 0.02  # 1 - correlation; with more something else is the matter than how it was rendered
RENDERED_RESIDUAL = (5.0, 45.0)  # grey levels: less is no difference, more is no rendering
COLOUR_RENDERED_RESIDUAL = (5.0, 60.0)  # the same where another palette or balance may be what is left
COLOUR_RENDERED_LEAST = 5.0  # grey levels of colour; a difference in light alone needs neither
EXPLAINED = 0.5  # of the residual that such a rendering may leave; what is no such thing keeps nearly all
SPOT_FROM = 0.15  # of the residual map: what a person sees on it
SPOTS = 5  # places named at most
RESIDUAL_WHITE = 64.0  # grey levels shown as 1 in the residual map


@dataclass(frozen=True)
class View:
    """One way of laying two pictures over each other: what was measured, {} where no map joins them.

    `raw` is the residual on the grid of either picture, `to_first` takes the first one's pixels there;
    `matrix` takes the first one's working pixels to the second one's; `apart` is what a glance saw, in grey
    levels, where that was enough; `overlay` is how they lie.
    """

    features: Mapping[str, float]
    misfit: float
    raw: FloatArray
    to_first: Matrix
    matrix: Matrix
    apart: float = 0.0
    overlay: Overlay | None = None
    peeled: Peeled | None = None


def view_pairs(a: Prepared, b: Prepared, hasty: bool = False) -> Iterator[View]:
    """The pictures as they are, then, if one stands in a margin, laid over each other by what is within;
    then without bands and flat corners that were added to them.

    A `hasty` caller wants no view of pictures that differ by far.
    """
    apart = edited = False
    for view in _view_whole(a, b, hasty):
        apart, edited = apart or bool(view.apart), edited or _shows_edit(view)
        yield view
    if edited:
        return
    peeled = peel(a, b, apart, hasty)
    if peeled is None:
        return
    first = _see(lay_over(*peeled.sides, peeled.found.matrix), peeled.found)
    views = [first]
    rendered = first.overlay is not None and bool(first.features) and _may_be_rendered(first)
    if rendered and first.overlay is not None and _is_spread(first.features, first.overlay):
        views.append(_see(render_alike(first.overlay), peeled.found))
    for view in views:
        to_first = view.to_first @ np.linalg.inv(peeled.corners[0])
        yield replace(view, to_first=to_first, matrix=peeled.matrix, peeled=peeled)


def _view_whole(a: Prepared, b: Prepared, hasty: bool) -> Iterator[View]:
    for found in register_both_ways(a, b, hasty):
        view = _view(a, b, found)
        yield view
        if view.overlay is None or not view.features:
            continue
        rendered, misled = _may_be_rendered(view), view.features["residual"] > MISLED_RESIDUAL
        spread = (rendered or misled) and _is_spread(view.features, view.overlay)
        if rendered:
            seen = _see(render_alike(view.overlay), found)
            if spread or (
                seen.features and seen.features["residual"] <= EXPLAINED * view.features["residual"]
            ):
                yield seen
        yield from _render_colours(view, view.overlay, found)
        if view.misfit <= SURE_MISFIT and not (misled and spread):
            return


def _render_colours(view: View, overlay: Overlay, found: Registration) -> Iterator[View]:
    """The pictures with one's white balance or palette brought to the other, if that is what differs."""
    least, most = COLOUR_RENDERED_RESIDUAL
    residual = view.features["residual"]
    if view.misfit > RENDERED_MISFIT or not least < residual < most:
        return
    if view.features["colour"] < COLOUR_RENDERED_LEAST:
        return
    for render in (balance_alike, render_with_palette):
        rendered = render(overlay)
        seen = _see(rendered, found) if rendered is not None else None
        if seen is not None and seen.features and seen.features["residual"] <= EXPLAINED * residual:
            yield seen


def _is_spread(features: Mapping[str, float], overlay: Overlay) -> bool:
    """Whether a misfit or a rendering may be what is left: an edit stands alone, a dye fills a large part."""
    alone = features["residual"] > SPREAD * (1 + features["elsewhere"])
    return not alone and measure_shade(overlay)[0] <= DYED


def _shows_edit(view: View) -> bool:
    """Whether one place alone differs, plainly, of pictures that lie well: that is no matter of bands."""
    if not view.features or view.misfit > SURE_MISFIT or 1 - view.features["coverage"] > GUARDS["hidden"]:
        return False
    residual, elsewhere = view.features["residual"], view.features["elsewhere"]
    return residual > max(EDIT_RESIDUAL, SPREAD * (1 + elsewhere))


def _may_be_rendered(view: View) -> bool:
    """Whether sharpening or light may be what is left: all lies where it belongs, and differs a little."""
    least, most = RENDERED_RESIDUAL
    return view.misfit <= RENDERED_MISFIT and least < view.features["residual"] < most


def register_both_ways(a: Prepared, b: Prepared, hasty: bool = False) -> Iterator[Registration]:
    """How B lies over A by the whole pictures; then by what is within their margins, if those may mislead.

    By the whole pictures may be left out where the other is to come and a glance is enough.
    """
    found = register(a, b, partial(glance, a, b) if hasty else None)
    misleads = bool(found.apart) and (a.may_mislead or b.may_mislead)
    if not misleads:
        yield found
        if found.apart:
            return
    if a.inner_frame or b.inner_frame:
        inner, other = a.inner or a, b.inner or b
        found = register(inner, other, partial(glance, inner, other) if misleads else None)
        matrix = _move(b.inner_frame) @ found.matrix @ np.linalg.inv(_move(a.inner_frame))
        yield replace(found, matrix=matrix)


def _view(a: Prepared, b: Prepared, found: Registration) -> View:
    if not found.finished:
        blank = np.zeros((1, 1), np.float32)
        return View({}, 1 - found.correlation, blank, np.eye(3), found.matrix, found.apart)
    return _see(lay_over(a, b, found.matrix), found)


def _see(overlay: Overlay, found: Registration) -> View:
    features, raw = residual.measure(overlay, found.correlation)
    x, y = overlay.corner
    to_grid = np.eye(3) if overlay.on_first else found.matrix
    to_first = _move((-x, -y)) @ to_grid
    return View(features, 1 - found.correlation, raw, to_first, found.matrix, overlay=overlay)


def _move(corner: Sequence[int] | None) -> Matrix:
    """The map from a part of a frame whose corner lies there to the frame."""
    x, y = corner[:2] if corner else (0, 0)
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


class RegistrationComparator:
    """Affine registration, then local residuals weighed by small trees; gives a map of differences."""

    def __init__(self, config: DedupConfig) -> None:
        self.trees, self.closer = load_trees(), load_weights()
        self.threshold = max(self.trees.threshold, config.min_probability)
        self.thresholds = GUARDS | {"doubt": round(1 - self.threshold, 4)}
        self.version = f"{self.trees.version}-{self.closer.version}"

    def prepare(self, source: bytes | RgbArray, read: Source | None = None) -> Prepared:
        """What comparisons need of one picture (about 1 MB, 3 without `read`, which gives it again).

        Raises UnreadableImage, ValueError.
        """
        keep_freed_memory()  # what is made for one pair is as large as what the next one needs
        return prepare(source, read)

    def compare(self, a: Prepared, b: Prepared, want_residual: bool = False) -> PairComparison:
        """Whether B is a copy of A; the residual map is of A's working size. (II.D)

        `distances` are misfit, hidden, colour, residual and doubt (1 - probability), each with its
        threshold; `decided_by` names the one that spoke against a copy, 'doubt' where all agree on one,
        'sha256' where both were made of the same bytes. Unless the map is wanted, pictures that differ by far
        are not looked at further: their residual is a glance's, and hidden and colour are not measured.
        """
        if a.digest and a.digest == b.digest:
            blank = np.zeros(a.rgb.shape[:2], np.float32) if want_residual else None
            same = dict.fromkeys(self.thresholds, 0.0)
            return PairComparison(True, same, self.thresholds, "sha256", 1.0, blank)
        best, best_view = None, None
        for view in view_pairs(a, b, hasty=not want_residual):
            found = self._judge(a, b, view)
            if best is None or (found.probability or 0.0) > (best.probability or 0.0):
                best, best_view = found, view
            if best.duplicate:
                break
        assert best is not None and best_view is not None
        if not best_view.features:
            return best
        matrix = tuple(round(float(v), 6) for v in share_matrix(best_view.matrix, a, b)[:2].ravel())
        if not want_residual:
            return replace(best, matrix=matrix)
        residual_, spots = draw_residual(best_view, a.size)
        return replace(best, matrix=matrix, residual=residual_, spots=spots)

    def _judge(self, a: Prepared, b: Prepared, view: View) -> PairComparison:
        if view.apart:
            seen = {"misfit": view.misfit, "residual": view.apart, "doubt": 1.0}
            limits = {name: self.thresholds[name] for name in seen}
            return PairComparison(False, _round(seen), limits, "residual", 0.0)
        if not view.features:
            worst = {"misfit": view.misfit, "hidden": 1.0, "colour": 255.0, "residual": 255.0, "doubt": 1.0}
            return PairComparison(False, _round(worst), self.thresholds, "misfit", 0.0)
        distances = {
            "misfit": view.misfit,
            "hidden": 1 - view.features["coverage"],
            "colour": view.features["colour"],
            "residual": view.features["residual"],
        }
        beyond = [name for name in GUARDS if distances[name] > GUARDS[name]]
        if beyond:  # a guard's word is final, so the probability must not contradict it
            most = 0.5 * (1 - self.thresholds["doubt"])
            probability = min(self.trees.probability(view.features), most)
        elif all(distances[name] <= limit for name, limit in NOTHING.items()):
            probability = 1.0
        else:
            probability = self._weigh(a, b, view)
        duplicate = not beyond and probability >= self.threshold
        decided_by = beyond[0] if beyond else "doubt"
        distances = _round(distances | {"doubt": 1 - probability})
        return PairComparison(duplicate, distances, self.thresholds, decided_by, round(probability, 6))

    def _weigh(self, a: Prepared, b: Prepared, view: View) -> float:
        """The trees' probability of a copy; where it leaves a doubt, what a closer look tells."""
        probability = self.trees.probability(view.features)
        if view.overlay is None or not is_doubtful(view.features, probability):
            return probability
        matrix = view.matrix
        if view.peeled is not None:
            (a, b), matrix = view.peeled.sides, view.peeled.found.matrix
        found = look_closer(a, b, matrix, view.overlay, view.features, probability)
        closer = self.closer.probability(found) if found else probability
        return probability if closer > probability and is_shaded(view.overlay) else closer


def _round(distances: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), 6) for name, value in distances.items()}


def share_matrix(matrix: Matrix, a: Prepared, b: Prepared) -> Matrix:
    """The same map between shares of the two frames' widths, which hold for every rendition."""
    return np.diag([1 / b.size[0], 1 / b.size[0], 1]) @ matrix @ np.diag([a.size[0], a.size[0], 1.0])


def draw_residual(view: View, size: tuple[int, int]) -> tuple[FloatArray, tuple[Spot, ...]]:
    """The residual on the first picture's working frame (width, height), 0 to 1, softened for the eye.

    And the places that differ most: x0, y0, x1, y1 as shares of width and height, mean, largest first.
    """
    laid = np.maximum(warp(view.raw, view.to_first, size), 0)
    soft = np.clip(cv2.GaussianBlur(laid, (0, 0), 1.5) / RESIDUAL_WHITE, 0, 1).astype(np.float32)
    spread = cv2.dilate((soft >= SPOT_FROM).astype(np.uint8), np.ones((9, 9), np.uint8))
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(spread)
    width, height = size
    spots = []
    for at in np.argsort(-boxes[1:, cv2.CC_STAT_AREA])[:SPOTS] + 1:
        x, y, wide, high = (int(value) for value in boxes[at, :4])
        corners = (x / width, y / height, (x + wide) / width, (y + high) / height)
        spots.append((*(round(v, 4) for v in corners), round(float(soft[labels == at].mean()), 4)))
    return soft, tuple(spots)
