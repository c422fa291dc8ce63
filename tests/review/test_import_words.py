"""Whatever an import refuses, it says so in the language of the page."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpcore
import httpx
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone, translation

from pipeline import download
from pipeline.addresses import ForbiddenAddress, UnknownHost
from pipeline.catalog_files import parse
from pipeline.catalog_records import NotACatalog, ParsedProduct
from pipeline.config import DecodeLimits
from pipeline.images import UnreadableImage, decode
from pipeline.sources import locate_address
from pipeline.training.judge_last_block import NoPictures
from review.models import CatalogImport, ImportProblem
from review.templatetags.proposals import note_in_language
from review.views.import_words import FORMS, find_form, say_reason
from review.views.label_words import LABEL_FORMS
from review.views.work_words import WORK_FORMS
from tests.review.factories import draw_picture
from tests.review.said import check_german

USUAL: dict[str, Any] = {"id": "p", "offers": [{"supplier": "Norda", "images": []}]}


def say(**said: Any) -> str:
    return json.dumps({**USUAL, **said})


def offer(*images: Any) -> str:
    return say(offers=[{"supplier": "Norda", "images": list(images)}])


LINES = (
    *('{"a":}', '{"a" 1}', '{"a":1 "b"}', "{} x", '{"a":"b', '{"a":"\x01"}', '{"a":"\\q"}', '{"a":"\\uZ"}'),
    *("[1]", "{", "[" * 100_000, say(id=None), say(id="a\nb"), say(id="x" * 300), say(id=[]), say(id="a\0")),
    *(say(title="\ud800"), say(title=7), say(category="A > > B"), say(category=">".join(["x" * 30] * 9))),
    *(say(offers=None), say(offers={}), say(offers=[1]), say(offers=[{"images": []}]), say(curated=1)),
    *(say(views_a_week=-1), say(current="x"), say(current=["https://a.example/x.jpg"] * 501), say(unknown=1)),
    *(offer(""), offer(5), offer("a\x01.jpg"), offer("\ud800"), offer("x" * 3000), offer("../x.jpg")),
    *(offer("gone.jpg"), offer("folder"), offer("ftp://a/b"), offer("http://"), offer("http://[x")),
    offer("http://a:b@c.example/x.jpg"),
    *(offer("https://a.example/x.jpg", "https://a.example/x.jpg"), say(), say(), "x" * (1 << 20) + "{}"),
)  # fmt: skip
ROWS = (
    "p1,a.jpg,0", "p2,b.jpg,one", "p3,c.jpg", 'p4,"never closed,1', "p5,\0,1", ",d.jpg,1", "p6,e.jpg,1,7"
)  # fmt: skip
BROKEN = (
    *(b"", b"PK\x03\x04", b"\xff\xfea", b"[1]", b"neither"),
    *(b"product_id,other\n", b"product_id,image,image\n"),
)


def list_reasons(folder: Path) -> list[str]:
    (folder / "folder").mkdir()
    found = []
    for name, text in (
        ("a.jsonl", "\n".join(LINES)),
        ("a.csv", "product_id,image,position\n" + "\n".join(ROWS)),
    ):
        (folder / name).write_bytes(text.encode("utf-8", "surrogatepass") + b"\n\xff\n")
        for item in [*parse(folder / name), *parse(folder / name, find=locate_address)]:
            found += (
                [one.reason for one in item.refusals] if isinstance(item, ParsedProduct) else [item.reason]
            )
    for data in BROKEN:
        (folder / "b").write_bytes(data)
        with pytest.raises(NotACatalog) as refused:
            list(parse(folder / "b"))
        found.append(str(refused.value))
    return found


def test_every_reason_has_a_form_and_is_german_on_a_german_page(tmp_path: Path) -> None:
    reasons = list_reasons(tmp_path)
    with translation.override("de"):
        assert [reason for reason in reasons if say_reason(reason) == reason] == []
    with translation.override("en"):
        assert [reason for reason in reasons if say_reason(reason) != reason] == []


def list_failures() -> list[str]:
    """What fetching says of addresses that it gets nothing from."""
    said = [download._explain(error, "https://media.example/a.jpg").message for error in (
        ForbiddenAddress("The host a.example leads to 10.0.0.1, which is not a public address; "
                         "the operator can allow it in SMARTIMG_FETCH_ALLOW."),
        UnknownHost("The host media.example has no address."), httpcore.ReadTimeout(),
        httpcore.ConnectError(), httpx.InvalidURL(""), RuntimeError(),
    )]  # fmt: skip
    said.append(str(download._too_large(16 << 20)))
    for status in (404, 503, 500, 418):
        with pytest.raises(download.UnableToFetch) as refused:
            answer = SimpleNamespace(status_code=status, headers={})
            asyncio.run(download.Downloader.read_body(None, answer))  # type: ignore[arg-type]
        said.append(str(refused.value))
    with pytest.raises(download.UnableToFetch) as refused:
        download._refuse_pages(b"<html>log in</html>")
    return [*said, str(refused.value)]


def list_broken() -> list[str]:
    """What decoding says of bytes that are no picture."""
    picture = draw_picture(1)
    found = []
    for data in (b"", b"text", b"<html>", b"%PDF-1.4", b"8BPS", b"\x00\x01", picture[:200], picture[:-40]):
        with pytest.raises(UnreadableImage) as refused:
            decode(data)
        found.append(str(refused.value))
    with pytest.raises(UnreadableImage) as refused:
        decode(picture, limits=DecodeLimits(max_pixels=100))
    return [*found, str(refused.value)]


@pytest.mark.parametrize("list_them", [list_failures, list_broken])
def test_why_a_picture_was_not_had_is_german_on_a_german_page(list_them: Callable[[], list[str]]) -> None:
    with translation.override("de"):
        assert [reason for reason in list_them() if say_reason(reason) == reason] == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "The server answered with status 404 (not found).",
            "Der Server antwortete mit dem Status 404 (nicht gefunden).",
        ),
        (
            "The line is not valid JSON: Expecting ',' delimiter (at its character 7).",
            "Die Zeile ist kein gültiges JSON: ein Komma fehlt (Expecting ',' delimiter) "
            "(bei ihrem Zeichen 7).",
        ),
        (
            "There is no such file in the ZIP file. (zoe/front.jpg)",
            "Diese Datei gibt es in der ZIP-Datei nicht. (zoe/front.jpg)",
        ),
        ("The title must be text, not a number.", "title muss Text sein, nicht: eine Zahl."),
        (
            "The catalog in the ZIP file, 'a.csv': The file is locked by a password; pack it without one.",
            "Der Katalog in der ZIP-Datei, 'a.csv': Die Datei ist durch ein Passwort geschützt; "
            "packen Sie sie ohne.",
        ),
        (
            "Behind line 7: this is no UTF-8 text. What was read before it is kept.",
            "Hinter Zeile 7: Das ist kein UTF-8-Text. Was davor gelesen wurde, bleibt.",
        ),
        (
            "2 of the last 8 questions with a known answer were answered right; at least 70 % are needed.",
            "2 der letzten 8 Fragen mit bekannter Antwort wurden richtig beantwortet; nötig sind mindestens "
            "70 %.",
        ),
        ("Something new.", "Something new."),
    ],
)
def test_a_reason_keeps_its_values(english: str, german: str) -> None:
    with translation.override("de"):
        assert say_reason(english) == german


def test_each_form_finds_itself_and_no_other_first() -> None:
    for form in (*FORMS, *LABEL_FORMS, *WORK_FORMS):
        found = find_form(form.replace("{{", "{").replace("}}", "}"))
        assert found
        assert found[0] == form


@pytest.mark.django_db
def test_the_report_and_the_list_speak_german(client: Client, ada: User) -> None:
    client.force_login(ada)
    report = CatalogImport.objects.create(
        path="sent/a.zip", failure="The ZIP file is empty.", finished_at=timezone.now()
    )
    ImportProblem.objects.create(catalog_import=report, line=3, reason="The supplier is missing.")
    german = {"accept-language": "de"}
    page = client.get(f"/imports/{report.pk}/", headers=german).content.decode()
    assert "Die ZIP-Datei ist leer." in page
    assert "supplier fehlt." in page
    assert "Die ZIP-Datei ist leer." in client.get("/imports/", headers=german).content.decode()


def test_notes_of_a_proposal_speak_german() -> None:
    with translation.override("de"):
        said = note_in_language("category Home > Mugs predicted from the text (0.83)")
        assert said == "Kategorie Home > Mugs aus dem Text erschlossen (0.83)"
        assert "ließ sich nicht holen" in note_in_language(
            "today's image 2 could not be fetched and is in neither set: https://a.example/x.jpg"
        )


@pytest.mark.parametrize("reason", [str(NoPictures.__doc__), "Given up: its worker was lost 5 times."])
def test_why_work_failed_is_german_on_a_german_page(reason: str) -> None:
    check_german(reason)


def test_no_page_prints_a_stored_reason_as_it_is() -> None:
    stored = re.compile(
        r"{{ (?:run|comparison|export|snapshot|report|loop|pause)\.(?:error|reason|failure) }}"
    )
    folder = Path(__file__).resolve().parents[2] / "templates"
    bare = [path.name for path in folder.rglob("*.html") if stored.search(path.read_text(encoding="utf-8"))]
    assert bare == []
