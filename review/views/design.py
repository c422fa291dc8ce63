"""The page that shows every token and component of the design in both schemes, made from the same style."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from review.access import ADMIN, SPECIALIST
from review.templatetags.look import MARKS
from review.views.frame import page

CSS = Path(settings.BASE_DIR) / "static" / "css"
SPRITE = Path(settings.BASE_DIR) / "static" / "icons" / "sprite.svg"
SCHEMES = (("light", _("Light")), ("dark", _("Dark")))
MEANINGS = {
    "kept": _("kept"),
    "added": _("added from Norda"),
    "removed": _("blurred"),
    "copy": _("copy of image 1"),
    "moved": _("moved 3 → 1"),
    "hero": _("new hero"),
    "relabelled": _("now: back"),
    "unsure": _("unsure"),
}
BARS = ((_("Today's set is better"), 42, 100), (_("The hero is wrong"), 27, 64), (_("Wrong category"), 9, 21))


@lru_cache
def list_tokens(kind: str) -> tuple[str, ...]:
    """Names of tokens.css by what they hold: colours, sizes of type, gaps."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    patterns = {
        "colour": r"--([a-z-]+): (?:light-dark\(#|#)",
        "size": r"--(size-[a-z]+):",
        "gap": r"--(gap-\d):",
    }
    return tuple(dict.fromkeys(re.findall(patterns[kind], text)))


@lru_cache
def list_icons() -> tuple[str, ...]:
    """Names of the sprite's pictures."""
    return tuple(re.findall(r'<symbol id="([a-z-]+)"', SPRITE.read_text(encoding="utf-8")))


@page(SPECIALIST, ADMIN)
def design(request: HttpRequest) -> HttpResponse:
    """Tokens and components side by side, light and dark."""
    context = {
        "schemes": SCHEMES,
        "colours": list_tokens("colour"),
        "sizes": list_tokens("size"),
        "gaps": list_tokens("gap"),
        "icons": list_icons(),
        "marks": [(meaning, MEANINGS[meaning]) for meaning in MARKS],
        "bars": [{"word": word, "many": many, "share": share} for word, many, share in BARS],
    }
    return render(request, "design/page.html", context)


urlpatterns = [path("design/", design, name="design")]
