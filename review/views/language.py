"""The language of pages: choosing one, and the scripts' texts in it."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import JavaScriptCatalog

from review.actions import preferences

A_YEAR_S = 31_536_000


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep a language for this browser, and for the person on every machine; back to the same page."""
    wanted, back = request.POST.get("language", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = reverse("home")
    answer = HttpResponseRedirect(back)
    if wanted in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            preferences.keep_language(person=request.user, language=wanted)
        remember(answer, wanted)
    return answer


def remember(answer: HttpResponse, language: str) -> None:
    """This browser asks for the language from now on."""
    name = settings.LANGUAGE_COOKIE_NAME
    answer.set_cookie(name, language, max_age=A_YEAR_S, samesite="Lax", secure=settings.HTTPS, httponly=True)


@lru_cache
def digest_of(language: str) -> str:
    """Changes with the compiled texts, so that browsers may keep them for good."""
    found = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "djangojs.mo"
    return sha256(found.read_bytes() if found.exists() else b"").hexdigest()[:12]


def texts_url(language: str) -> str:
    """Where the scripts' texts of a language are; the same for everybody."""
    return reverse("texts", args=[language, digest_of(language)])


def texts(request: HttpRequest, language: str, digest: str) -> HttpResponseBase:
    """The scripts' texts. An outdated digest gets today's texts, but may not be kept."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        answer = JavaScriptCatalog.as_view(packages=["review"])(request)
    is_current = digest == digest_of(language)
    answer.headers["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable" if is_current else "no-cache"
    return answer


urlpatterns = [
    path("settings/language/", choose, name="language"),
    path("texts/<str:language>-<str:digest>.js", texts, name="texts"),
]
