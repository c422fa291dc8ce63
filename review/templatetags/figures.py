"""Numbers in words: how long, how many of what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Library
from django.template.defaultfilters import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from review.actions.picture_words import COPY, POOR, plural

register = Library()
NOUNS = {
    "product": plural("{count} product", "{count} products"),
    "listed product": plural("{count} listed product", "{count} listed products"),
    "picture": plural("{count} picture", "{count} pictures"),
    "proposal": plural("{count} proposal", "{count} proposals"),
    "answer": plural("{count} answer", "{count} answers"),
}


@register.filter
def duration(seconds: float | None) -> str:
    """Seconds as people say them: 40 s, 3 min 20 s, 2 h 5 min; a dash for none."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


@register.filter
def drops(count: int, reason: str) -> str:
    """What so many dropped images are: 'Blurred images', 'Copy'."""
    one, many = {**POOR, "duplicate": COPY}.get(reason, (reason, reason))
    return capfirst(ngettext(one, many, count))


@register.filter
def as_bars(found: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """(reason, count) as rows of a chart of bars, the longest first."""
    most = max((count for _reason, count in found), default=1)
    rows = sorted(found, key=lambda row: -row[1])
    return [{"word": drops(n, reason), "many": n, "share": round(100 * n / most)} for reason, n in rows]


@register.filter
def scope(asked: dict[str, Any]) -> str:
    """What a run looks at."""
    if asked.get("all"):
        return _("all categories")
    return asked.get("category") or counted(len(asked.get("products", [])), "listed product")


@register.filter
def counted(count: int, noun: str) -> str:
    """'1 product', '1,240 products'."""
    one, many = NOUNS[noun]
    return ngettext(one, many, count).format(count=intcomma(count))
