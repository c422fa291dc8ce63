"""What a page's script sends as JSON, read in one place: nothing in it can trip what comes after."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest


def read_json(request: HttpRequest) -> Any:
    """What was sent, without what no database keeps: NUL, and signs cut in half. Raises ValueError."""
    try:
        return _clean(json.loads(request.body))
    except RecursionError as deep:
        raise ValueError("nested too deeply") from deep
    except RequestDataTooBig as big:
        raise ValueError("too large") from big


def _clean(told: Any) -> Any:
    if isinstance(told, str):
        return told.encode("utf-8", "ignore").decode().replace("\0", "")
    if isinstance(told, list):
        return [_clean(one) for one in told]
    if isinstance(told, dict):
        return {_clean(name): _clean(one) for name, one in told.items()}
    return told
