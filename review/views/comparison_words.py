"""What a comparison of two pictures found, in words, with each number beside its limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

# Distance -> its name, what it means, how its number is written.
DISTANCES = {
    "misfit": (noop("Does not line up"), noop("0 where one lies exactly on the other"), "share"),
    "hidden": (
        noop("Shown by one only"),
        noop("part of the product that the other does not show"),
        "percent",
    ),
    "colour": (noop("Colour of the worst spot"), noop("how far its shade is off, of 255"), "levels"),
    "residual": (
        noop("Detail of the worst spot"),
        noop("how far its brightness is off, beyond what saving anew does, of 255"),
        "levels",
    ),
    "doubt": (noop("Doubt, all weighed"), noop("0 is surely a copy, 1 surely none"), "share"),
    "phash": (noop("Light and dark"), noop("of 64 coarse fields, how many differ (perceptual hash)"), "bits"),
    "edge_dhash": (
        noop("Outlines"),
        noop("of 64 fields, how many differ (difference hash of the edges)"),
        "bits",
    ),
    "hsv_chi_square": (
        noop("Colours altogether"),
        noop("0 the same, 1 none shared (chi-square of the histograms)"),
        "share",
    ),
}
SAYS_NO = {
    "misfit": noop("Not the same picture: the two cannot be laid over each other."),
    "hidden": noop("Not a copy: one shows parts of the product that the other does not."),
    "colour": noop("Not the same: some part has another colour."),
    "residual": noop("Not the same: some detail differs by more than re-encoding explains."),
    "doubt": noop("Most likely not the same: several small differences add up."),
}
SAME_SIZE = 0.02  # of the scale; less is not worth a word
STRAIGHT_DEGREES = 0.5


def explain_distances(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a distance; a share of 0.5 stands for its limit, so that bars can be compared."""
    thresholds = found.get("thresholds") or {}
    names = list(found.get("distances") or {})
    names.sort(key=lambda name: list(DISTANCES).index(name) if name in DISTANCES else len(DISTANCES))
    return [_explain(name, float(found["distances"][name]), thresholds.get(name)) for name in names]


def _explain(name: str, value: float, threshold: float | None) -> dict[str, Any]:
    label, meaning, kind = DISTANCES.get(name, (name.replace("_", " ").capitalize(), "", "share"))
    row: dict[str, Any] = {"name": name, "label": _(label), "meaning": _(meaning) if meaning else ""}
    row |= {"value": _write(value, kind), "beyond": threshold is not None and value > threshold}
    if threshold:
        row |= {"limit": _write(float(threshold), kind), "share": min(1.0, 0.5 * value / float(threshold))}
    return row


def _write(value: float, kind: str) -> str:
    if kind == "percent":
        return f"{100 * value:.0f} %"
    if kind == "bits":
        return f"{value:.0f}"
    return f"{value:.0f}" if kind == "levels" and value >= 10 else f"{value:.{1 if kind == 'levels' else 2}f}"


def tell_verdict(found: Mapping[str, Any]) -> str:
    """Whether they are copies, and what decided."""
    by = found.get("decided_by", "")
    if by == "sha256":
        return _("The same file.")
    if found.get("duplicate"):
        return _(
            "The same picture: laid over each other, nothing is left that re-encoding would not explain."
        )
    return _(SAYS_NO.get(by, noop("Not the same picture.")))


def tell_geometry(found: Mapping[str, Any]) -> str:
    """How the right picture lies over the left one."""
    if "matrix" not in found:
        return _("They do not lie on each other, so there is no map of differences.")
    parts = [_("the same size")]
    if abs(found["scale"] - 1) > SAME_SIZE:
        parts = [_("the product {scale} times as large").format(scale=f"{found['scale']:.2f}")]
    if abs(found["turn_degrees"]) >= STRAIGHT_DEGREES:
        parts.append(_("turned by {degrees}°").format(degrees=f"{found['turn_degrees']:.1f}"))
    overlap = 1 - float(found["distances"].get("hidden", 0))
    parts.append(_("{share} % of the product on both").format(share=round(100 * overlap)))
    return _("On the right: {parts}.").format(parts=", ".join(parts))


def explain_copy(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the selection noted of a copy and of the picture that stays."""
    if not found or not found.get("distances"):
        return None
    return {
        "rows": explain_distances(found),
        "verdict": tell_verdict({"duplicate": True} | dict(found)),
        "probability": found.get("probability"),
    }
