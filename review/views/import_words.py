"""Why an import refused something, or work failed: noted in English, said in the language of the page."""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from review.views.label_words import LABEL_FORMS
from review.views.work_words import WORK_FORMS

# The forms of what is said there, the particular before the general. A test holds them true.
FORMS = (
    noop("The file is empty."),
    noop("The file is compressed, or a spreadsheet (.xlsx, .ods): unpack it, or save the sheet as CSV."),
    noop("The file is not UTF-8 text (UTF-16, or not text at all); save it as UTF-8."),
    noop("The file is one JSON list; write one product a line (JSON Lines) instead."),
    noop(
        "The file is neither JSON Lines (one {{...}} a line) nor a CSV whose first line names the columns "
        "product_id and image."
    ),
    noop("The first line does not name the columns: {names}"),
    noop("The column '{name}' is missing; the first line must name the columns."),
    noop("A column is named twice in the first line."),
    noop("The column '{name}' is not known; it is ignored."),
    noop("The field '{name}' is not known; it is ignored."),
    noop("The category '{path}' was not known; it was made, and has no image types of its own yet."),
    noop("The line is longer than {n} MB."),
    noop("The line is not UTF-8 text (at its byte {place})."),
    noop("The line is not valid JSON: it is nested too deep or a number is too long."),
    noop("The line is not valid JSON: {what} (at its character {place})."),
    noop("The line must be a JSON object, not {kind}."),
    noop("A quote that opens in this row is never closed."),
    noop("The row cannot be read: {what}."),
    noop("The row has {n} cells; the first line names {wanted} columns."),
    noop("The row contains a NUL character."),
    noop("The position must be a whole number, not '{said}'."),
    noop("The product has more than {n} rows."),
    noop("The id was on line {line} already; that line counts."),
    noop("'{name}' must be a whole number from 0 to {most}."),
    noop("'{name}' must be a list of paths or addresses, not {kind}."),
    noop("'{name}' must be true or false, not {kind}."),
    noop("'{name}' must be a list, not {kind}."),
    noop("'{name}' lists {n} pictures; at most {most}."),
    noop("'{name}' is missing."),
    noop("An offer must be an object, not {kind}."),
    noop("A picture must be a path or an address, not {kind}."),
    noop("Listed twice; its first place counts."),
    noop("The category has an empty part; write it as 'A > B'."),
    noop("The path or address is {n} bytes long; at most {most}."),
    noop("The path or address is empty."),
    noop("The path or address contains a control character."),
    noop("The path or address contains half a character."),
    noop("The full path is longer than {n} bytes."),
    noop("The path cannot be read."),
    noop("The path leads out of the folder of images."),
    noop("The path leads out of the ZIP file."),
    noop("The path is a folder or device, not a file."),
    noop("There is no such file in the folder of images."),
    noop("There is no such file in the ZIP file."),
    noop("Only http and https addresses are taken here."),
    noop("Only http and https addresses are taken."),
    noop("'{scheme}:' addresses are not taken; give a path, or http or https."),
    noop("The address is malformed."),
    noop("The address has no valid host."),
    noop("The address contains a user name or password; remove it."),
    noop("The catalog in the ZIP file, {name}: {why}"),
    noop("The ZIP file (or spreadsheet) is broken, or was cut off on its way. Send it again."),
    noop("The ZIP file's list of its files is longer than {n} MB. Split it."),
    noop("The ZIP file holds {n} files; at most {most}. Split it."),
    noop("The ZIP file unpacks to over {n} times its size; it is not read on."),
    noop("The ZIP file is empty."),
    noop("There is another ZIP file in the ZIP file, and no catalog beside it: send the inner one."),
    noop("There is no catalog in the ZIP file: a file that ends in .jsonl, .json, .csv, .tsv or .txt."),
    noop(
        "This is a spreadsheet, not a ZIP file with a catalog: save the sheet as CSV, and send that, or that "
        "and its pictures in a ZIP file."
    ),
    noop("Several files of the ZIP file may be the catalog: {names}. Send one of them at a time."),
    noop("A name leads out of the ZIP file; its file is passed over: {name}."),
    noop("Two files of the ZIP file have one name; the first counts: {name}."),
    noop("Files of the ZIP file that no line names: {n}, the first is {name}."),
    noop("The file is broken in the ZIP file."),
    noop("The file is locked by a password; pack it without one."),
    noop("The file is packed in a way that is not read; pack it by the usual one (deflate)."),
    noop("The file is larger than {n} MB."),
    noop("This is no file but a link or a device."),
    noop("This is not an image file."),
    noop("This is not an image but {kind}."),
    noop("This is {kind}, a type that cannot be used; send JPEG, PNG or WebP."),
    noop("The file is too large: {size} MB, at most {most} MB."),
    noop("The image is too large: {width} x {height} pixels, at most {most} megapixels."),
    noop("The image is too large: at most {most} megapixels."),
    noop("The file is cut off: its end is missing."),
    noop("The file is damaged: it starts like a {format} but cannot be read."),
    noop("The file is damaged: it starts like an {format} but cannot be read."),
    noop("This is a folder or a device, not a file."),
    noop("The file cannot be opened: {what}."),
    noop("The file cannot be read."),
    noop("The file is no longer there."),
    noop("No full answer within {n} seconds."),
    noop("More than {n} redirects."),
    noop("The server is busy (status {status})."),
    noop("The server answered with status {status} ({what})."),
    noop("The server answered with status {status}."),
    noop("The address answers with {kind}, not with a picture."),
    noop("The address is malformed, or its answer cannot be read."),
    noop("The picture could not be fetched ({error})."),
    noop("The certificate of {host} is not valid."),
    noop("The host {host} has no address."),
    noop(
        "The host {host} leads to {address}, which is not a public address; the operator can allow it in "
        "SMARTIMG_FETCH_ALLOW."
    ),
    noop("{host} stopped sending."),
    noop("{host} does not answer properly."),
    noop("The file is not in the store any more. Send it again."),
    noop("Given up: whoever read it was lost {n} times."),
    noop("It was interrupted; import the file again to complete it."),
    noop("The file cannot be read: {what}."),
    noop("There is no folder {name}."),
    noop("The {name} must be text, not {kind}."),
    noop("The {name} contains a NUL character."),
    noop("The {name} contains half a character (a lone surrogate)."),
    noop("The {name} cannot be used: it must be a name on one line."),
    noop("The {name} is {n} characters long; at most {most}."),
    noop("The {name} is longer than {n} characters."),
    noop("The {name} is missing."),
)
KINDS = {
    kind: kind
    for kind in (
        *(noop("true or false"), noop("a number"), noop("text"), noop("a list"), noop("null")),
        *(noop("an object"), noop("an HTML page"), noop("a text file"), noop("a ZIP archive")),
        *(noop("a HEIC image"), noop("an SVG drawing"), noop("a PDF document"), noop("a video")),
        *(noop("a sound or video file"), noop("a Photoshop document"), noop("a PostScript document")),
        *(noop("an icon file"), noop("a JPEG 2000 image"), noop("a JPEG XL image"), noop("a gzip archive")),
        *(noop("log-in needed"), noop("not allowed"), noop("not found"), noop("gone")),
    )
}
# What Python's reader of JSON says; its own words stay behind ours in brackets, for whoever looks them up.
JSON_SAYS = {
    "Expecting value": noop("a value is missing or misspelt"),
    "Expecting property name enclosed in double quotes": noop("a name in double quotes is missing"),
    "Expecting ',' delimiter": noop("a comma is missing"),
    "Expecting ':' delimiter": noop("a colon is missing"),
    "Extra data": noop("something stands behind its end"),
    "Unterminated string starting at": noop("a text is not closed"),
    "Invalid control character at": noop("a text holds a control character"),
    "Invalid \\escape": noop("a backslash is followed by a sign that it cannot stand before"),
    "Invalid \\uXXXX escape": noop("\\u is not followed by four hexadecimal digits"),
    "Illegal trailing comma before end of object": noop("a comma stands before the closing brace"),
    "Illegal trailing comma before end of array": noop("a comma stands before the closing bracket"),
}


def say_reason(noted: str) -> str:
    """The reason in words of this page; one of no known form stays as it is."""
    if (get_language() or "en").startswith("en"):
        return noted
    for said, shown in _split(noted):
        if found := find_form(said):
            form, values = found
            words = {key: _translate(value) for key, value in values.items()}
            if "why" in words:
                words["why"] = say_reason(words["why"])
            return _(form).format(**words) + shown
    return noted


def _translate(value: str) -> str:
    if value in KINDS:
        return _(value)
    plain = JSON_SAYS.get(value)
    return f"{_(plain)} ({value})" if plain else value


def find_form(said: str) -> tuple[str, dict[str, str]] | None:
    """The form that a reason has, with what fills it; None for no form that is known."""
    for pattern, form in _patterns():
        if found := pattern.fullmatch(said):
            return form, found.groupdict()
    return None


def _split(noted: str) -> list[tuple[str, str]]:
    """The reason as a whole, and without the picture's name behind it."""
    at = noted.find(". (")
    return [(noted, "")] if at < 0 else [(noted, ""), (noted[: at + 1], noted[at + 1 :])]


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(_compile(form), form) for form in (*FORMS, *LABEL_FORMS, *WORK_FORMS)]


def _compile(form: str) -> re.Pattern[str]:
    words = re.escape(form.replace("{{", "{").replace("}}", "}"))
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", words), re.DOTALL)
