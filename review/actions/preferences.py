"""The keys of the review page: what each command is, and which key a person gave it."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from review.models import ReviewPreferences

# Command -> (key, what it does). Keys are named by what they produce, as browsers do (KeyboardEvent.key).
COMMANDS: dict[str, tuple[str, str]] = {
    "approve": ("a", "Approve and go on"),
    "reject": ("x", "Reject, with a reason"),
    "send-back": ("b", "Send back, with a reason"),
    "skip": ("s", "Skip: the next one, your edits stay a draft"),
    "undo": ("z", "Undo the last edit; without one, the last decision"),
    "hero": ("m", "Make this picture the hero"),
    "drop": ("d", "Drop this picture, or put it back"),
    "not-copy": ("n", "Not a copy: put it back beside the other"),
    "revert": ("v", "Revert what changes about this picture, or accept it again"),
    "compare": ("c", "Compare with the other picture"),
    "zoom": (" ", "Enlarge"),
    "preview": ("p", "Preview: as the shop would show it, before and after"),
    "lines": ("l", "Show where every picture went"),
    "rules": ("r", "Marketplace rules: what is broken before and after"),
    "flag": ("f", "Flag this picture or the product for somebody else"),
    "only-changes": ("o", "Show only changes"),
    "queue": ("q", "Back to the queue"),
    "help": ("?", "Show the keys"),
}
# Keys that the page needs for itself, with what they do.
TAKEN = {
    **{str(number): f"names type {number}" for number in range(1, 10)},
    **dict.fromkeys(("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"), "moves the focus"),
    "Tab": "goes to the next part of the page",
    "Escape": "closes what is open",
    "/": "goes to the search",
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
            raise UnableToKeep(command, f"'{what}' needs one key: a letter, a sign, Space, Enter or Delete.")
        if key in TAKEN:
            raise UnableToKeep(command, f"{name_key(key)} {TAKEN[key]}. Choose another key for '{what}'.")
        if key in users:
            other = COMMANDS[users[key]][1]
            raise UnableToKeep(command, f"{name_key(key)} is already the key of '{other}'.")
        users[key] = command


def _is_key(key: str) -> bool:
    return key in NAMES or (len(key) == 1 and key.isprintable() and not key.isupper())
