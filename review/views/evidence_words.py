"""Why the judges said what they said of one picture, in the words of whoever reviews it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

NEAR = 0.1  # of a score; so close below its limit a judgement is called close
SHOWN_TYPES = 3

# Judge -> its name, what it says of a picture that it flags, and of one that it does not.
JUDGES = {
    "blur": (noop("Sharpness"), noop("Edges are soft, even on the product."), noop("Edges are sharp.")),
    "small_object": (
        noop("Size in the frame"),
        noop("The product fills too little of the frame."),
        noop("The product fills enough of the frame."),
    ),
    "placeholder": (
        noop("Placeholder"),
        noop("It looks like a placeholder, not like a photo of a product."),
        noop("It shows a product."),
    ),
    "badge": (
        noop("Badge or text"),
        noop("A badge or text is laid over the photo."),
        noop("Nothing is laid over the photo."),
    ),
    "watermark": (
        noop("Watermark"),
        noop("A watermark is laid over the photo."),
        noop("No watermark is seen."),
    ),
    "adult": (noop("Adult content"), noop("It may show adult content."), noop("No adult content is seen.")),
    "weapon": (noop("Weapon"), noop("It may show a weapon."), noop("No weapon is seen.")),
    "violence": (noop("Violence"), noop("It may show violence."), noop("No violence is seen.")),
    "resolution": (noop("Resolution"), noop("It has too few pixels."), noop("It has enough pixels.")),
    "aspect": (
        noop("Shape"),
        noop("It is much longer than wide: shops show it small."),
        noop("Its shape suits a shop's frame."),
    ),
    "file_size": (
        noop("File size"),
        noop("The file is larger than some marketplaces take."),
        noop("The file is small enough."),
    ),
    "upscaled": (
        noop("True size"),
        noop("It holds the detail of a thumbnail only: it was scaled up."),
        noop("Its detail fits its size."),
    ),
    "border": (
        noop("Frame"),
        noop("A frame of one colour runs round it."),
        noop("No frame runs round it."),
    ),
    "collage": (
        noop("Panels"),
        noop("It is put together of several panels."),
        noop("It is one picture."),
    ),
    "relevance": (
        noop("Fits the product"),
        noop("It looks unlike the other pictures of its kind: is it this product?"),
        noop("It looks like the other pictures of its kind."),
    ),
}


def explain_judges(judges: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every judge that gave a score: flagged ones first, then by how near to its limit each came."""
    spoke = [(name, said) for name, said in judges.items() if said.get("score") is not None]
    spoke.sort(key=lambda pair: (not pair[1].get("flag"), _distance(pair[1]), pair[0]))
    return [_explain(name, said) for name, said in spoke]


def list_silent(judges: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The judges that have no model, or could not look."""
    return [name_judge(name) for name, said in sorted(judges.items()) if said.get("score") is None]


def name_judge(name: str) -> str:
    """What people call a judge."""
    known = JUDGES.get(name)
    return _(known[0]) if known else name.replace("_", " ").capitalize()


def _distance(said: Mapping[str, Any]) -> float:
    threshold = said.get("threshold")
    return float((1.0 if threshold is None else threshold) - said["score"])


def _explain(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": name, "label": name_judge(name), "sentence": _sentence(name, said)}
    shown |= {key: said.get(key) for key in ("score", "threshold", "version")}
    shown |= {"flag": bool(said.get("flag")), "note": said.get("note", "")}
    box = said.get("evidence", {}).get("box")
    if box and said.get("flag"):
        shown["box"] = box
    return shown


def _sentence(name: str, said: Mapping[str, Any]) -> str:
    flag, found = bool(said.get("flag")), said.get("evidence", {})
    known = JUDGES.get(name, ("", noop("It is flagged."), noop("Nothing was found.")))
    words = [_(known[1] if flag else known[2])]
    if flag and found.get("text_area"):
        words.append(_("Text covers {share} % of it.").format(share=max(1, round(100 * found["text_area"]))))
    if found.get("longest_side_px"):
        words.append(_("Its longest side has {px} px.").format(px=found["longest_side_px"]))
    if found.get("trained"):
        words.append(_("A model that was trained here judged it."))
    if flag and not said.get("drops", True):
        words.append(_("A warning only: it does not take the picture out."))
    if not flag and said.get("threshold") is not None and _distance(said) < NEAR:
        words.append(_("Close to the limit: look yourself."))
    return " ".join(words)


def explain_types(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The likeliest types, best first, and what they mean; None where nobody looked."""
    if not found:
        return None
    shares = dict(found.get("probabilities") or {})
    best = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN_TYPES]
    threshold = found.get("threshold")
    if not best:
        sentence = _("No model knows the types of this category yet: naming it teaches one.")
    elif threshold is not None and best[0][1] < threshold:
        sentence = _("No type is sure enough, so it counts as unsure.")
    else:
        sentence = _("Most likely {name}.").format(name=best[0][0])
    return {
        "best": [[name, share] for name, share in best],
        "threshold": threshold,
        "version": found.get("head", ""),
        "sentence": sentence,
    }


def tell_origin(origins: Sequence[tuple[str, int, int]]) -> str:
    """Who sent a picture, and where it stands in their list: (supplier, place from 1, of how many)."""
    parts = [
        _("{supplier}: picture {place} of {count}").format(supplier=supplier, place=place, count=count)
        for supplier, place, count in origins
    ]
    return _("; also ").join(parts)
