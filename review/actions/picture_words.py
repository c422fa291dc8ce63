"""What people call types of pictures and faults: the words of summaries, questions and pages, in English.

Whoever shows one translates it: `gettext(VIEWS[kind])`, `ngettext(*POOR[reason], count)`.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop


def plural(one: str, many: str) -> tuple[str, str]:
    """Marks the two forms of a text for translation; `ngettext(*pair, count)` chooses."""
    return one, many


TYPES = {
    "front": noop("front"),
    "angle": noop("angle"),
    "side": noop("side"),
    "left": noop("left"),
    "right": noop("right"),
    "back": noop("back"),
    "top": noop("top"),
    "detail": noop("detail"),
    "lifestyle": noop("lifestyle"),
    "accessory": noop("accessory"),
    "packaging": noop("packaging"),
    "multiview": noop("multiview"),
    "other": noop("other"),
    "unsure": noop("unsure"),
}
VIEWS = {
    "front": noop("front view"),
    "angle": noop("angled view"),
    "side": noop("side view"),
    "left": noop("left view"),
    "right": noop("right view"),
    "back": noop("back view"),
    "top": noop("top view"),
    "detail": noop("close-up"),
    "lifestyle": noop("scene"),
    "accessory": noop("accessory"),
    "packaging": noop("packaging"),
    "multiview": noop("picture of several views"),
}
POOR = {
    "unreadable": plural("unreadable image", "unreadable images"),
    "adult": plural("adult image", "adult images"),
    "weapon": plural("image with a weapon", "images with weapons"),
    "violence": plural("violent image", "violent images"),
    "placeholder": plural("placeholder", "placeholders"),
    "badge": plural("image with a badge", "images with badges"),
    "watermark": plural("image with a watermark", "images with watermarks"),
    "blur": plural("blurred image", "blurred images"),
    "small_object": plural("image with a tiny object", "images with a tiny object"),
    "resolution": plural("image of too few pixels", "images of too few pixels"),
    "aspect": plural("image of an odd shape", "images of an odd shape"),
    "other_colour": plural("image in another colour", "images in another colour"),
}
COPY = plural("copy", "copies")
