"""A stored summary in another language: it is kept as a line of English, each part of it of a known form."""

from __future__ import annotations

import re

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from review.actions.picture_words import POOR, VIEWS, plural

BETWEEN = " · "
FORMS = (
    noop("image {place} becomes the hero"),
    noop("an image from {supplier} becomes the hero"),
    noop("a new image becomes the hero"),
    noop("{view} from {supplier} becomes the hero"),
    noop("{view} becomes the hero"),
    noop("order changed"),
)
COUNTED = (
    plural("{count} image replaced by a better copy", "{count} images replaced by a better copy"),
    plural("{count} copy removed", "{count} copies removed"),
    plural("{count} image added from {names}", "{count} images added from {names}"),
    plural("{count} image added", "{count} images added"),
)
REMOVED = noop("{count} {things} removed")
THINGS = {word: pair for pair in POOR.values() for word in pair}


def _pattern(form: str) -> re.Pattern[str]:
    words = re.escape(form).replace(r"\{count\}", r"(?P<count>\d+)")
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", words))


_FORMS = tuple((_pattern(form), form) for form in FORMS)
_COUNTED = tuple((_pattern(form), pair) for pair in COUNTED for form in pair)
_REMOVED = _pattern(REMOVED)


def say_summary(summary: str) -> str:
    """The summary in the language of this page; parts of no known form stay as they are."""
    if not summary or (get_language() or "en").startswith("en"):
        return summary
    return BETWEEN.join(_say_part(part) for part in summary.split(BETWEEN))


def _say_part(part: str) -> str:
    for pattern, (one, many) in _COUNTED:
        if found := pattern.fullmatch(part):
            return ngettext(one, many, int(found["count"])).format(**_say_names(found.groupdict()))
    found = _REMOVED.fullmatch(part)
    if found and found["things"] in THINGS:
        things = ngettext(*THINGS[found["things"]], int(found["count"]))
        return _(REMOVED).format(count=found["count"], things=things)
    for pattern, form in _FORMS:
        if found := pattern.fullmatch(part):
            return _(form).format(**_say_names(found.groupdict()))
    return part


def _say_names(values: dict[str, str]) -> dict[str, str]:
    """Views have words of their own; several suppliers stand behind an 'and'."""
    if values.get("view") in VIEWS.values():
        values["view"] = _(values["view"])
    if "names" in values:
        values["names"] = values["names"].replace(" and ", " " + _("and") + " ")
    return values
