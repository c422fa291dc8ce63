"""What the queue says in small: how many wait, what a benefit is made of, for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Library
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from review.templatetags.proposals import short_age

register = Library()
LEAST_GAIN = 0.005  # smaller ones would be written as .00


@register.simple_tag
def queue_count(count: int | None, about: int, up_to: int, has_filter: bool) -> str:
    """How many wait: exact where it is cheap, else about how many, marked as such."""
    if count is not None:
        words = ngettext("{number} proposal waits", "{number} proposals wait", count)
        return words.format(number=intcomma(count)) + (_(" behind these filters") if has_filter else "")
    if about <= up_to:
        words = _("more than {number} proposals wait")
        about = up_to
    else:
        words = _("~ {number} proposals wait (estimated)")
        about = round(about, -2 if about < 100_000 else -3)
    return words.format(number=intcomma(about)) + (_(" behind these filters") if has_filter else "")


@register.simple_tag
def benefit_line(parts: Sequence[Sequence[Any]]) -> str:
    """'new hero +.30, 2 copies +.15, 1,200 views a week +.04, doubt −.02'."""
    told = [part for part in parts if abs(part[2]) >= LEAST_GAIN]
    return ", ".join(f"{name_part(what, many)} {_write_gain(gain)}" for what, many, gain in told)


def name_part(what: str, many: int) -> str:
    """One reason of a benefit in words."""
    words = {
        "poor hero replaced": _("poor hero replaced"),
        "hero": _("new hero"),
        "doubt": _("doubt"),
        "compliance": ngettext("{n} not allowed", "{n} not allowed", many),
        "quality": ngettext("{n} poor picture", "{n} poor pictures", many),
        "added": ngettext("{n} added", "{n} added", many),
        "copy": ngettext("{n} copy", "{n} copies", many),
        "replaced": ngettext("{n} better copy", "{n} better copies", many),
        "moved": ngettext("{n} moved", "{n} moved", many),
        "views": ngettext("{n} view a week", "{n} views a week", many),
    }
    return words.get(what, what).format(n=intcomma(many))


def _write_gain(gain: float) -> str:
    digits = number_format(abs(gain), 2).lstrip("0")
    return ("−" if gain < 0 else "+") + digits


@register.filter
def short_span(moment: datetime) -> str:
    """How long since then, in one unit."""
    return short_age(moment) if (timezone.now() - moment).total_seconds() >= 60 else _("a moment")
