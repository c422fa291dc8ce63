"""The small pieces that every page repeats: icons, keys, marks of a change."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.template import Library
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from review.access import ADMIN, SPECIALIST
from review.views import language
from review.views.question_words import name_label, name_subject

register = Library()


@register.simple_tag
@lru_cache(maxsize=None, typed=True)  # a hundred on a page, of two dozen names
def icon(name: str) -> SafeString:
    """A picture of the sprite beside a word; screen readers pass over it."""
    sprite = static("icons/sprite.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', sprite, name
    )


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """The key of a command, shown on its button."""
    return format_html('<kbd aria-hidden="true">{}</kbd>', keys)


# Meaning -> its icon; the four meanings have a colour of their own, the rest is quiet.
MARKS = {
    "kept": "kept",
    "added": "plus",
    "removed": "cross",
    "copy": "copy",
    "moved": "move",
    "hero": "star",
    "relabelled": "tag",
    "unsure": "question",
}
COLOURS = {"copy": "removed", "hero": "moved", "kept": "quiet", "unsure": "quiet"}


@register.simple_tag
@lru_cache(maxsize=1000, typed=True)  # a safe text is another one
def mark(meaning: str, word: str) -> SafeString:
    """A change in its colour, with its icon and its word."""
    colour = COLOURS.get(meaning, meaning)
    return format_html('<span class="mark mark-{}">{}{}</span>', colour, icon(MARKS[meaning]), word)


@register.simple_tag
def texts_url() -> str:
    """Where the scripts' texts in the language of this page are."""
    return language.texts_url(translation.get_language() or "en")


@register.filter
def exact(at: datetime) -> str:
    """A moment to the second, in the form that all pages of a language use."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'DATE_FORMAT')} {date_format(local, 'H:i:s')}"


@register.simple_tag
def ago(at: datetime) -> SafeString:
    """How long ago, and the moment itself on hover."""
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact(at), naturaltime(at))


@register.filter
def judge_name(judge: str) -> str:
    """A judge in a word or two: 'small product'; the name as it is where somebody made it up."""
    return name_subject(judge)


@register.filter
def label_name(value: str) -> str:
    """A label's value or a model's class in words: 'small product', 'fine', 'front'."""
    return name_label(value)


@register.filter
def percent(share: float | None) -> str:
    """A share of 0 to 1 as a whole percentage; a dash where there is none."""
    return "–" if share is None else f"{round(100 * share)}\N{NO-BREAK SPACE}%"


@register.filter
def may_review(roles: frozenset[str]) -> bool:
    """Whether the review pages are for somebody with these roles."""
    return bool(frozenset(roles or ()) & {SPECIALIST, ADMIN})
