"""Long lists to choose from, written at once: a loop in a template takes long for hundreds of options."""

from __future__ import annotations

from collections.abc import Iterable

from django.template import Library
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = Library()


@register.simple_tag
def options(words: Iterable[str], chosen: str = "") -> SafeString:
    """An <option> for each word; the chosen one stands first where it is not among them."""
    listed = list(words)
    if chosen and chosen not in listed:
        listed.insert(0, chosen)
    marks = {chosen: SafeString(" selected")} if chosen else {}
    rows = ((word, marks.get(word, ""), word) for word in listed)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
