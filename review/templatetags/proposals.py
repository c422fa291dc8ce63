"""What the pages of proposals say in small."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template import Library
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from review.actions.picture_words import plural
from review.actions.summary_words import say_summary
from review.models import CHANGES
from review.templatetags.look import mark
from review.views.place_words import say_place
from review.views.reason_words import say_reason

register = Library()

# Kind of change -> the mark that shows it.
MEANINGS = {
    "hero": "hero",
    "moved": "moved",
    "added": "added",
    "copy": "copy",
    "quality": "removed",
    "compliance": "removed",
    "unsure": "unsure",
}


COUNTED = {
    "copy": plural("{count} copy", "{count} copies"),
    "quality": plural("{count} poor", "{count} poor"),
    "compliance": plural("{count} not allowed", "{count} not allowed"),
}


@register.simple_tag
def change_marks(changes: Mapping[str, int]) -> SafeString:
    """The kinds of change of a proposal as marks, in the order of CHANGES."""
    found = [(kind, changes[kind]) for kind in CHANGES if changes.get(kind)]
    marks = format_html_join("", "{}", ((mark(MEANINGS[kind], _count(kind, n)),) for kind, n in found))
    return SafeString(f'<span class="marks">{marks}</span>')


def _count(kind: str, number: int) -> str:
    if kind in COUNTED:
        return ngettext(*COUNTED[kind], number).format(count=number)
    return str(CHANGES[kind]) if kind == "hero" else f"{number} {CHANGES[kind]}"


@register.filter
def note_in_language(note: str) -> str:
    """A stored note in the language of this page."""
    return say_place(note)


@register.filter
def in_language(summary: str) -> str:
    """A proposal's stored summary in the language of the page."""
    return say_summary(summary)


@register.filter
def as_reason(kept: str) -> str:
    """Why somebody turned a proposal down, in the language of the page where it is a usual reason."""
    return say_reason(kept)


@register.simple_tag
def queue_address(filters: Any, **changed: str) -> str:
    """The query string of the queue's filters with some changed."""
    return filters.address(**changed)


@register.simple_tag
def short_age(moment: datetime) -> str:
    """How long ago, in one unit; the exact time belongs into the title beside it."""
    seconds = max(0, (timezone.now() - moment).total_seconds())
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return _("now")
