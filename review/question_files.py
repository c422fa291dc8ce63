"""Pictures that an admin sends in an archive, to be asked about."""

from __future__ import annotations

import io
import zipfile

from django.utils.translation import gettext as _

from review import ingest
from review.actions.label_archives import BROKEN
from review.actions.question_upload import Found, InvalidUpload
from review.actions.zip_files import TooLong, UnreadableZip, open_zip

MOST_FILES = 500
MOST_BYTES = 16 * 2**20  # of one picture, as for suppliers
MOST_BYTES_ALL = 512 * 2**20  # unpacked: an archive of a few kilobytes may hold a great deal of nothing
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")


def read_zip(data: bytes) -> Found:
    """Keep the archive's pictures as if a supplier had sent them. Raises InvalidUpload."""
    found = Found()
    try:
        with open_zip(io.BytesIO(data)) as archive:
            for entry in _list_pictures(archive):
                _keep(archive, entry, found)
    except TooLong as wrong:
        raise _too_much() from wrong
    except UnreadableZip as wrong:
        raise InvalidUpload(_("The file is no ZIP archive. Nothing was asked.")) from wrong
    return found


def _list_pictures(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES_ALL:
        raise _too_much()
    return entries


def _too_much() -> InvalidUpload:
    words = _("The archive holds too much: at most {files} pictures and {size} MB unpacked.")
    return InvalidUpload(words.format(files=MOST_FILES, size=MOST_BYTES_ALL // 2**20))


def _keep(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, found: Found) -> None:
    name = entry.filename[:80]
    if not name.lower().endswith(SUFFIXES):
        return found.refuse(_("{name}: not the name of a picture.").format(name=name))
    if entry.file_size > MOST_BYTES:
        return found.refuse(_("{name}: larger than 16 MB.").format(name=name))
    try:
        with archive.open(entry) as file:
            data = file.read(MOST_BYTES + 1)
    except BROKEN:
        return found.refuse(_("{name}: damaged, or locked by a password.").format(name=name))
    image = ingest.keep_picture(data)
    if image.unreadable:
        return found.refuse(_("{name}: {reason}").format(name=name, reason=image.unreadable))
    found.pictures.setdefault(image.pk, None)
    return None
