"""Category paths as catalogs write them: 'A > B', 'A -> B', 'A/B', in one form."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"\s*(?:->|>|/|\||»|›)\s*")


def normalise_path(path: str | None) -> tuple[str, ...]:
    """The path's steps in lower case with single spaces; () for none."""
    steps = _SEPARATORS.split((path or "").replace("\xa0", " "))
    return tuple(" ".join(step.lower().split()) for step in steps if step.strip())


def name_head(scope: str) -> str:
    """A file name for the type head of a scope: letters, digits and dashes."""
    plain = re.sub(r"[^a-z0-9]+", "-", "-".join(normalise_path(scope)) or "general").strip("-")
    return f"type-{plain or 'general'}"


def list_parents(path: str) -> list[str]:
    """The paths above, as they are written, the nearest first: 'A > B > C' -> 'A > B', 'A'."""
    cuts = [found.start() for found in _SEPARATORS.finditer(path)]
    parents = [path[:cut].strip() for cut in reversed(cuts)]
    return [parent for parent in parents if normalise_path(parent)]
