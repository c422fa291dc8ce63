"""A worker's request to its work in progress to stop soon."""

from __future__ import annotations

import mmap

# Shared with the children that are forked after this import; only the parent gets the signal.
_FLAG = mmap.mmap(-1, 1)


class Stopping(Exception):
    """The worker was asked to stop: what it has not finished goes back, with no attempt counted."""


def ask_to_stop() -> None:
    """From now on this process and its children begin nothing new."""
    _FLAG[0] = 1


def is_asked_to_stop() -> bool:
    """Whether work should go back at the next opportunity."""
    return bool(_FLAG[0])


def work_again() -> None:
    """Take the request back."""
    _FLAG[0] = 0
