"""What a comparison found, in one sentence for the person who decides."""

from __future__ import annotations

from pipeline.records import PairComparison

_AGAINST = {
    "misfit": "Another picture: the two cannot be laid over each other.",
    "hidden": "Not a copy: {hidden:.0%} of the object in one picture cannot be seen in the other.",
    "colour": "Not a copy: a part has another colour (by {colour:.0f} grey levels, {colour_limit:.0f} pass).",
    "residual": "Not a copy: a part differs (by {residual:.0f} grey levels, {residual_limit:.0f} pass).",
    "doubt": "Different: what differs is more than another rendering does ({probability:.0%} sure).",
    "phash": "Not a copy: the perceptual hashes differ in {phash:.0f} bits, {phash_limit:.0f} pass.",
    "edge_dhash": "Not a copy: the edge hashes differ in {edge_dhash:.0f} bits, {edge_dhash_limit:.0f} pass.",
    "hsv_chi_square": "Not a copy: other colours ({hsv_chi_square:.2f}, {hsv_chi_square_limit:.2f} pass).",
}


def explain_comparison(found: PairComparison) -> str:
    """One sentence: copy or not, and what decided it."""
    if found.decided_by == "sha256":
        return "The same file."
    if found.duplicate:
        sure = "" if found.probability is None else f" ({found.probability:.0%} sure)"
        return f"A copy: nothing differs that another rendering does not explain{sure}."
    numbers = dict(found.distances) | {f"{name}_limit": limit for name, limit in found.thresholds.items()}
    return _AGAINST[found.decided_by].format(**numbers | {"probability": 1 - (found.probability or 0.0)})
