"""`python -m smartimg.texts`: bring locale/ up to date with what pages, scripts and views say.

Needs Babel, which ./test installs; running the product needs only the compiled files, which lie in the repo.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

REPO = Path(__file__).resolve().parent.parent
LOCALE = REPO / "locale"
LANGUAGES = ("de",)  # besides English, which is what the sources are written in
SOURCES = {
    "django": ("review", "smartimg", "templates"),
    "djangojs": ("static/js", "review/actions/picture_words.py"),  # whose words pages hand to their scripts
}
PLURAL = (1, 2)
PYTHON_WORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy", "plural"), PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    "npgettext": ((1, "c"), 2, 3),
}
OPTIONS = {"parse_template_string": True}  # words inside `${...}` of a script count too
SCRIPT_WORDS: dict[str, Any] = {"gettext": None, "ngettext": PLURAL, "noop": None}
Found = tuple[int, Any, list[str], str | None]  # line, text or texts, comments, context


def list_sources(domain: str) -> Iterator[Path]:
    """What is read for a domain, in a steady order."""
    for source in SOURCES[domain]:
        found = REPO / source
        for path in [found] if found.is_file() else sorted(found.rglob("*")):
            if path.suffix in {".py", ".html", ".js"} and "migrations" not in path.parts:
                yield path


def read_texts(path: Path) -> Iterable[Found]:
    """The marked texts of one file."""
    from babel.messages.extract import extract
    from django.utils.translation.template import templatize

    method, source, words = "python", path.read_text(encoding="utf-8"), PYTHON_WORDS
    if path.suffix == ".js":
        method, words = "javascript", SCRIPT_WORDS
    if path.suffix == ".html":
        source = templatize(source, origin=str(path))
    return extract(method, BytesIO(source.encode()), words, ("Translators",), OPTIONS)


def collect(domain: str) -> Catalog:
    """Everything that is said, without a translation; places are files, as lines change too often."""
    from babel.messages.catalog import Catalog

    catalog = Catalog()
    for path in list_sources(domain):
        for _, text, comments, context in read_texts(path):
            place = (path.relative_to(REPO).as_posix(), 0)
            catalog.add(text, None, [place], auto_comments=comments, context=context)
    return catalog


def po_path(language: str, domain: str) -> Path:
    """Where the translations of a domain lie."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str) -> Catalog:
    """The translations as they are kept; an empty catalog where there are none yet."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = po_path(language, domain)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def update(language: str, domain: str) -> int:
    """Write .po and .mo anew: new texts come in empty, unused ones go; how many are not translated."""
    catalog = read(language, domain)
    catalog.update(collect(domain), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment = "# smartimg; `python -m smartimg.texts` keeps this file."
    # Nothing that changes with each run, or two people who both ran it would always be in conflict.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalog.project, catalog.version, catalog.last_translator = "smartimg", "1", ""
    catalog.msgid_bugs_address, catalog.language_team = "", ""
    save(catalog, language, domain)
    return sum(not is_translated(message.string) for message in catalog if message.id)


def save(catalog: Catalog, language: str, domain: str) -> None:
    """The translations and what is compiled from them."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    path = po_path(language, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, lambda file: write_po(file, catalog, width=110, sort_output=True, include_lineno=False))
    _write(path.with_suffix(".mo"), lambda file: write_mo(file, catalog))


def _write(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    with path.open("wb") as file:
        write(file)


def is_translated(text: str | tuple[str, ...] | list[str] | None) -> bool:
    """Whether every form has words."""
    return all(text) and bool(text) if isinstance(text, tuple | list) else bool(text)


def main() -> int:
    """Update every language; 1 where a text has no translation."""
    missing = 0
    for language in LANGUAGES:
        for domain in ("django", "djangojs"):
            left = update(language, domain)
            missing += left
            print(f"{language} {domain}: {len(read(language, domain))} texts, {left} without a translation")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
