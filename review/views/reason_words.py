"""Usual reasons in the person's language; they are kept in English, so that reports count them as one."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

REJECT_REASONS = (
    noop("Today's set is better"),
    noop("The hero is wrong"),
    noop("A useful picture is missing"),
    noop("Pictures of another product"),
)
SEND_BACK_REASONS = (
    noop("Wrong category"),
    noop("A picture is missing"),
    noop("The supplier must fix it"),
    noop("Needs another look"),
)


def keep_reason(said: str) -> str:
    """What is written down: a usual reason that somebody chose in their language is kept in English."""
    head, colon, rest = said.partition(":")
    for reason in (*REJECT_REASONS, *SEND_BACK_REASONS):
        if head.strip().casefold() == _(reason).casefold():
            return reason + colon + rest
    return said


def say_reason(kept: str) -> str:
    """A kept reason in the language of this page."""
    head, colon, rest = kept.partition(":")
    known = {reason.casefold(): reason for reason in (*REJECT_REASONS, *SEND_BACK_REASONS)}
    found = known.get(head.strip().casefold())
    return (_(found) if found else head) + colon + rest
