"""How often a command says how far it is."""

from __future__ import annotations

import sys


def interval_s() -> float:
    """Seconds between two looks of a bar on stderr: in a log each of them stays."""
    return 0.5 if sys.stderr.isatty() else 30.0
