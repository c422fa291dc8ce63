"""Small drawings and lookups of the crowd's pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.template import Library
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = Library()
WIDE = 96


@register.simple_tag
def interval(low: float, high: float, at: float | None, limit: float) -> SafeString:
    """A share with its interval on a line from 0 to 1, and a tick at a limit; the numbers stand beside it."""
    places = [round(value * WIDE) for value in (low, high, at or 0.0, limit)]
    return format_html(
        '<svg class="interval{}" width="{}" height="14" viewBox="0 0 {} 14" aria-hidden="true">'
        '<path class="interval-ground" d="M0 7H{}"/><path class="interval-limit" d="M{} 1V13"/>'
        '<path class="interval-range" d="M{} 7H{}"/>{}</svg>',
        " interval-low" if high < limit else "",
        WIDE,
        WIDE,
        WIDE,
        places[3],
        places[0],
        max(places[1], places[0] + 1),
        SafeString("") if at is None else format_html('<circle cx="{}" cy="7" r="3.5"/>', places[2]),
    )


@register.filter
def of(mapping: Mapping[str, object], key: str) -> object:
    """`{{ names|of:row.subject }}`; '' for what is not in it."""
    return mapping.get(key, "")


@register.filter
def signed_or_dash(share: float | None) -> str:
    """Agreement, of -1 to 1, with a proper minus; a dash where there is none."""
    return "–" if share is None else floatformat(share, 2).replace("-", "\N{MINUS SIGN}")
