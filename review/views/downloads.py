"""Files of exports, whole or in parts, so that a download that broke off goes on where it stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from review.access import ADMIN, NotFound, exports_for, roles_of
from review.actions import exports, files
from review.models import SnapshotExport
from review.views.frame import not_found, page

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SENT_AT_ONCE = 1 << 18


@require_safe
def export_file(request: HttpRequest, export_id: int, number: int) -> HttpResponseBase:
    """A file of an export: for admins, or for whoever has a signed address that is not too old."""
    key = request.GET.get("key", "")
    if key and files.is_link(export_id, number, key):
        return send(request, SnapshotExport.objects.filter(pk=export_id), number)
    if key and ADMIN not in roles_of(request.user):
        return not_found(request)
    return _export_file(request, export_id, number)


@page(ADMIN)  # type: ignore[arg-type]
def _export_file(request: HttpRequest, export_id: int, number: int) -> HttpResponseBase:
    return send(request, exports_for(request.user).filter(pk=export_id), number)


def send(request: HttpRequest, found: Any, number: int) -> HttpResponseBase:
    """The file, or the part of it that was asked for; the object store sends its own files itself."""
    export = found.filter(state=SnapshotExport.State.DONE).select_related("snapshot").first()
    if export is None or number >= len(export.files):
        return not_found(request)
    told = export.files[number]
    name, shown = exports.name_kept(export, told["name"]), exports.name_download(export, told["name"])
    if address := files.find_address(name, shown):
        return HttpResponseRedirect(address)
    etag = f'"{told["sha256"]}"'
    part = find_part(request, told["byte_size"], etag)
    try:
        answer = _answer(request, name, told["byte_size"], part)
    except files.NotKept:
        return not_found(request)
    answer["ETag"], answer["Accept-Ranges"] = etag, "bytes"
    answer["Cache-Control"] = "private, max-age=0, must-revalidate"
    answer["Content-Disposition"] = f'attachment; filename="{shown}"'
    return answer


def find_part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | str | None:
    """(first, last) byte that is asked for; None for the whole file; 'none' where there are no such bytes.

    Several parts at once are answered with the whole file, as the standard allows; so is a part of a file
    that is another by now (If-Range).
    """
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or found.group(0) == "bytes=-":
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) and size else "none"
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < int(first):
        return None
    return (int(first), end) if int(first) < size else "none"


def _answer(
    request: HttpRequest, name: str, size: int, part: tuple[int, int] | str | None
) -> HttpResponseBase:
    if isinstance(part, str):
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    file = files.open_kept(name)
    if part is None:
        whole = FileResponse(file, content_type="application/octet-stream")
        whole["Content-Length"] = str(size)
        return whole
    first, last = part
    answer = StreamingHttpResponse(
        read_part(file, first, last), status=206, content_type="application/octet-stream"
    )
    answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Content-Length"] = str(last - first + 1)
    return answer


def read_part(file: IO[bytes], first: int, last: int) -> Iterator[bytes]:
    """The bytes from the first to the last one, piece by piece."""
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (block := file.read(min(_SENT_AT_ONCE, left))):
            left -= len(block)
            yield block


@require_safe
@page(ADMIN)
def export_sums(request: HttpRequest, export_id: int) -> HttpResponse:
    """The checksums of an export's files, for `sha256sum --check`."""
    export = exports_for(request.user).filter(pk=export_id, state=SnapshotExport.State.DONE).first()
    if export is None:
        raise NotFound
    answer = HttpResponse(exports.list_sums(export), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{exports.name_download(export, "SHA256SUMS")}"'
    return answer


urlpatterns = [
    path("data/exports/<int:export_id>/<int:number>/", export_file, name="export-file"),
    path("data/exports/<int:export_id>/sums/", export_sums, name="export-sums"),
]
