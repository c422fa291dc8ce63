"""Pictures by signed address: no log-in, no database; cached for ever, as content never changes."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from pipeline.image_kinds import sniff_kind
from review.actions import store

_FOR_EVER = "public, max-age=31536000, immutable"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SIDES_PX = {str(side_px): side_px for side_px in store.SIDES_PX}
_TYPES = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
    "BMP": ("image/bmp", "bmp"),
    "TIFF": ("image/tiff", "tif"),
    "AVIF": ("image/avif", "avif"),
}


@require_safe
def picture(request: HttpRequest, size: str, name: str) -> HttpResponseBase:
    """A rendition, or the original as an attachment; 404 for a wrong signature as for no picture."""
    if not store.is_signed(size, name, request.GET.get("s", "")):
        raise Http404
    if size == store.DIFFERENCE:
        return _difference(name)
    sha256 = name.removesuffix(".webp")
    etag = f'"{sha256}-{size}"'
    if not _SHA256.fullmatch(sha256):
        raise Http404
    if etag in request.headers.get("If-None-Match", ""):
        return _mark(HttpResponseNotModified(), etag)
    try:
        answer = _original(sha256) if size == store.ORIGINAL else _rendition(sha256, _SIDES_PX.get(size, 0))
    except store.NotStored as error:
        raise Http404 from error
    return _mark(answer, etag)


def _difference(name: str) -> HttpResponse:
    """The map of where two pictures differ."""
    try:
        data = store.read_difference(name.removesuffix(".png"), "png")
    except store.NotStored as error:
        raise Http404 from error
    return _mark(HttpResponse(data, content_type="image/png"), f'"{name}"')


def _rendition(sha256: str, side_px: int) -> HttpResponse:
    if not side_px:
        raise Http404
    try:
        data = store.read_rendition(sha256, side_px)
    except store.NotStored:
        from review import ingest  # decoding is not loaded into a web process before it is needed

        data = ingest.restore_rendition(sha256, side_px)
    return HttpResponse(data, content_type="image/webp")


def _original(sha256: str) -> HttpResponse:
    """The supplier's bytes: only to be saved, whatever they are."""
    data = store.read_original(sha256)
    kind, suffix = _TYPES.get(sniff_kind(data) or "", ("application/octet-stream", "bin"))
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{sha256[:16]}.{suffix}"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _mark(answer: HttpResponse, etag: str) -> HttpResponse:
    answer["Cache-Control"] = _FOR_EVER
    answer["ETag"] = etag
    return answer
