"""What the selection noted of a picture's place or of a product in English, in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from review.actions.picture_words import POOR, TYPES, VIEWS

BETWEEN = "; "
GAINS = {
    "white background": noop("white background"),
    "plain background": noop("plain background"),
    "product fills more of the frame": noop("product fills more of the frame"),
    "sharper": noop("sharper"),
    "no text on it": noop("no text on it"),
    "higher resolution": noop("higher resolution"),
}
TURNS = {
    "second": noop("second picture of type {type}, further down"),
    "third": noop("third picture of type {type}, further down"),
    "fourth": noop("fourth picture of type {type}, further down"),
    "fifth": noop("fifth picture of type {type}, further down"),
    "later": noop("a later picture of type {type}, further down"),
}


def say_place(noted: str) -> str:
    """The note in words of this page; parts of no known form stay as they are."""
    return BETWEEN.join(_say_part(part) for part in noted.split(BETWEEN))


def _say_part(part: str) -> str:
    for pattern, say in _FORMS:
        if found := pattern.fullmatch(part):
            return say(*found.groups())
    return part


def _say_view(kind: str) -> str:
    return _("{view} becomes the hero").format(view=_(VIEWS[kind]) if kind in VIEWS else kind)


def _say_gain(gain: str) -> str:
    return _("becomes the hero: {gain}").format(gain=_(GAINS[gain]) if gain in GAINS else gain)


def _say_down(turn: str, kind: str) -> str:
    return _(TURNS[turn]).format(type=_type(kind)) if turn in TURNS else f"{turn} {kind}"


def _say_up(kind: str) -> str:
    return _("{type} moved up").format(type=_type(kind))


def _type(kind: str) -> str:
    return _(TYPES[kind]) if kind in TYPES else kind


def _say_kept(fault: str) -> str:
    poor = ngettext(*POOR[fault], 1) if fault in POOR else fault
    return _("nothing better was sent than this {fault}").format(fault=poor)


def _say_predicted(category: str, share: str) -> str:
    return _("category {category} predicted from the text ({share})").format(category=category, share=share)


def _say_unfetched(number: str, source: str) -> str:
    words = _("today's image {n} could not be fetched and is in neither set: {source}")
    return words.format(n=number, source=source)


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., str]], ...] = (
    (re.compile(r"(\S+) view becomes the hero"), _say_view),
    (re.compile(r"becomes the hero: (.+)"), _say_gain),
    (re.compile(r"(\S+) (\S+) pushed down"), _say_down),
    (re.compile(r"(\S+) moved up"), _say_up),
    (re.compile(r"kept although (\S+): nothing better was sent"), _say_kept),
    (re.compile(r"category (.+) predicted from the text \((.+)\)"), _say_predicted),
    (re.compile(r"today's image (\d+) could not be fetched and is in neither set: (.+)"), _say_unfetched),
)
