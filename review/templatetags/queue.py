"""What the queue says in small: how many wait, what a benefit is made of, for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Library
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from review.actions.picture_words import plural
from review.actions.store import image_url
from review.models import ProposalItem
from review.templatetags.look import icon
from review.templatetags.proposals import short_age

register = Library()
ALONE = {
    "poor hero replaced": gettext_noop("poor hero replaced"),
    "hero": gettext_noop("new hero"),
    "doubt": gettext_noop("doubt"),
}
COUNTED = {
    "compliance": plural("{n} not allowed", "{n} not allowed"),
    "quality": plural("{n} poor picture", "{n} poor pictures"),
    "added": plural("{n} added", "{n} added"),
    "copy": plural("{n} copy", "{n} copies"),
    "replaced": plural("{n} better copy", "{n} better copies"),
    "moved": plural("{n} moved", "{n} moved"),
    "views": plural("{n} view a week", "{n} views a week"),
}
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
def benefit_line(parts: Sequence[Sequence[Any]], benefit: float) -> str:
    """'Benefit 0.47: new hero +0.30, 2 copies +0.15, 1,200 views a week +0.04, doubt −0.02'."""
    told = [part for part in parts if abs(part[2]) >= LEAST_GAIN]
    if not told:
        return ""
    said = ", ".join(f"{name_part(what, many)} {_write_gain(gain)}" for what, many, gain in told)
    return _("Benefit {value}: {parts}").format(value=floatformat(benefit, 2), parts=said)


def name_part(what: str, many: int) -> str:
    """One reason of a benefit in words."""
    if what in ALONE:
        return _(ALONE[what])
    one, more = COUNTED.get(what, ("{n} × " + what,) * 2)
    return ngettext(one, more, many).format(n=intcomma(many))


def _write_gain(gain: float) -> str:
    return ("−" if gain < 0 else "+") + floatformat(abs(gain), 2)


@register.simple_tag
def sure_picture(item: ProposalItem, is_first: bool) -> SafeString:
    """A picture of a card with what becomes of it as colour, icon and word; the first is large."""
    state, word, sign = "", _("kept"), SafeString("")
    if item.after_position is None:
        state, word, sign = "is-out", _("to be removed"), icon("cross")
    elif item.before_position is None:
        state, word, sign = "is-new", _("added"), icon("plus")
    side, px = (180, 480) if is_first else (56, 160)
    return format_html(
        '<span class="sure-picture {} {}">'
        '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy">{}</span>',
        "sure-hero" if is_first else "",
        state,
        image_url(item.image.sha256, px),
        side,
        side,
        word,
        sign,
    )


@register.filter
def short_span(moment: datetime) -> str:
    """How long since then, in one unit."""
    return short_age(moment) if (timezone.now() - moment).total_seconds() >= 60 else _("a moment")
