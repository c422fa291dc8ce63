"""The keys of the review page: what each command is, and which key a person gave it."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from review.models import ReviewPreferences

# Command -> (key, what it does). Keys are named by what they produce, as browsers do (KeyboardEvent.key).
COMMANDS: dict[str, tuple[str, str | Promise]] = {
    "approve": ("a", _("Approve and go on")),
    "reject": ("x", _("Reject, with a reason")),
    "send-back": ("b", _("Send back, with a reason")),
    "skip": ("s", _("Skip: the next one, your edits stay a draft")),
    "undo": ("z", _("Undo the last edit; without one, the last decision")),
    "hero": ("m", _("Make this picture the hero")),
    "drop": ("d", _("Drop this picture, or put it back")),
    "drop-why": ("e", _("Take this picture out, with a reason")),
    "not-copy": ("n", _("Not a copy: put it back beside the other")),
    "revert": ("v", _("Revert what changes about this picture, or accept it again")),
    "exchange": ("u", _("Of two copies, show the other one")),
    "next-change": ("j", _("Go to the next change")),
    "previous-change": ("k", _("Go to the change before")),
    "compare": ("c", _("Compare with the other picture")),
    "zoom": (" ", _("Enlarge")),
    "preview": ("p", _("Preview: as the shop would show it, before and after")),
    "lines": ("l", _("Show where every picture went")),
    "rules": ("r", _("Marketplace rules: what is broken before and after")),
    "flag": ("f", _("Flag this picture or the product for somebody else")),
    "only-changes": ("o", _("Show only changes")),
    "queue": ("q", _("Back to the queue")),
    "help": ("?", _("Show the keys")),
}
# Keys that the page needs for itself, with what they do.
TAKEN = {
    **{str(number): format_lazy(_("names type {number}"), number=number) for number in range(1, 10)},
    **dict.fromkeys(("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"), _("moves the focus")),
    "Tab": _("goes to the next part of the page"),
    "Escape": _("closes what is open"),
    "/": _("goes to the search"),
}
NAMES = {" ": "Space", "Enter": "Enter", "Backspace": "Backspace", "Delete": "Delete"}


class UnableToKeep(Exception):
    """The keys were not kept; `command` is where the trouble is."""

    def __init__(self, command: str, message: str) -> None:
        super().__init__(message)
        self.command = command


def name_key(key: str) -> str:
    """A key as it is written on a button."""
    return NAMES.get(key, key)


def read_keys(person: User) -> dict[str, str]:
    """Command -> key for this person: everybody's keys with their own laid over."""
    found = ReviewPreferences.objects.filter(person=person).values_list("keys", flat=True).first() or {}
    return {command: found.get(command, key) for command, (key, _) in COMMANDS.items()}


def keep_language(*, person: User, language: str) -> None:
    """The language of pages for this person, on every machine where they log in."""
    ReviewPreferences.objects.update_or_create(person=person, defaults={"language": language})


def read_language(person: User) -> str:
    """The language that a person chose; '' for what their browser asks for."""
    found = ReviewPreferences.objects.filter(person=person).values_list("language", flat=True).first()
    return found or ""


@transaction.atomic
def keep_keys(*, person: User, keys: Mapping[str, str]) -> dict[str, str]:
    """Give commands other keys; the others keep theirs. Raises UnableToKeep for a key that is not free."""
    wanted = read_keys(person) | {command: key for command, key in keys.items() if command in COMMANDS}
    _check(wanted)
    own = {command: key for command, key in wanted.items() if key != COMMANDS[command][0]}
    ReviewPreferences.objects.update_or_create(person=person, defaults={"keys": own})
    return wanted


def _check(wanted: Mapping[str, str]) -> None:
    users: dict[str, str] = {}
    for command, key in wanted.items():
        what = COMMANDS[command][1]
        if not _is_key(key):
            words = _("'{what}' needs one key: a letter, a sign, Space, Enter or Delete.")
            raise UnableToKeep(command, words.format(what=what))
        if key in TAKEN:
            words = _("{key} {does}. Choose another key for '{what}'.")
            raise UnableToKeep(command, words.format(key=name_key(key), does=TAKEN[key], what=what))
        if key in users:
            words = _("{key} is already the key of '{other}'.")
            raise UnableToKeep(command, words.format(key=name_key(key), other=COMMANDS[users[key]][1]))
        users[key] = command


def _is_key(key: str) -> bool:
    return key in NAMES or (len(key) == 1 and key.isprintable() and not key.isupper())
