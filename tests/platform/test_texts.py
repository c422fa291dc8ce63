"""Everything that people read is marked for translation, and everything marked has its German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from smartimg import texts

REPO = texts.REPO
NOT_WORDS = {"smartimg", "SHA", "UTC", "px", "min", "h", "s", "d", "MP", "MB", "kB", "×", "Esc", "w"}
ATTRIBUTES = ("title", "alt", "aria-label", "placeholder")
CODE = re.compile(r"<(code|kbd|script|style)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", re.S | re.I)
WORD = re.compile(r"[^\W\d_]{2,}")


def blank_marked(source: str) -> str:
    """A template without its tags and values; what {% blocktranslate %} holds goes with it."""
    kept, is_inside = [], False
    for token in Lexer(re.sub(r"{% comment.*?endcomment %}", "", source, flags=re.S)).tokenize():
        name = token.contents.split()[0] if token.contents.split() else ""
        if token.token_type == TokenType.BLOCK:
            is_inside = is_inside or name == "blocktranslate"
            is_inside = is_inside and name != "endblocktranslate"
        kept.append(token.contents if token.token_type == TokenType.TEXT and not is_inside else "\x00")
    return "".join(kept)


def find_unmarked(source: str) -> Iterator[str]:
    """Words between tags, or in attributes that people read or hear, that no translation can reach."""
    source = re.sub(r"{% block page_class %}.*?{% endblock %}", "", source)
    text = CODE.sub(" ", blank_marked(source))
    for name, value in re.findall(r'\s([\w-]+)="([^"]*)"', text):
        if name in ATTRIBUTES:
            yield from _list_words(value)
    for between in re.split(r"<[^>]*>", text):
        yield from _list_words(between)


def _list_words(text: str) -> Iterator[str]:
    text = re.sub(r"&\w+;", " ", text)
    if set(WORD.findall(text)) - NOT_WORDS:
        yield " ".join(text.replace("\x00", "…").split())


@pytest.mark.parametrize(
    "source",
    [
        "<p>Saved</p>",
        '<img alt="A chair">',
        "<p>{{ count }} products</p>",
        "{% blocktranslate %}x{% endblocktranslate %} left",
    ],
)
def test_it_finds_words_that_are_not_marked(source: str) -> None:
    assert list(find_unmarked(source))


@pytest.mark.parametrize(
    "source",
    [
        "<p title=\"{% translate 'Saved' %}\">{{ name }} · 3 px</p>",
        "{% blocktranslate trimmed %}<b>All</b> saved{% endblocktranslate %}",
        '<p class="very-quiet" data-do="undo">{# a note #}<code>manage.py</code></p>',
        "{% comment %}words{% endcomment %}",
    ],
)
def test_it_passes_over_what_is_marked_or_nobody_reads(source: str) -> None:
    assert not list(find_unmarked(source))


@pytest.mark.parametrize("path", sorted((REPO / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_every_word_of_a_template_is_marked(path: Path) -> None:
    assert list(find_unmarked(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("domain", ["django", "djangojs"])
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_text_is_translated(language: str, domain: str) -> None:
    kept = texts.read(language, domain)
    missing = []
    for message in texts.collect(domain):
        found = kept.get(message.id, message.context) if message.id else message
        if message.id and (found is None or not texts.is_translated(found.string)):
            missing.append(message.id)
    assert not missing, f"python -m smartimg.texts, then fill in locale/{language}: {missing}"


@pytest.mark.parametrize("domain", ["django", "djangojs"])
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_translation_keeps_the_values_of_its_text(language: str, domain: str) -> None:
    values = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%[sd]|</?\w+>")
    for message in texts.read(language, domain):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [message.string] if isinstance(message.string, str) else list(message.string or ())
        wanted = {frozenset(values.findall(one)) for one in ids}
        for one in filter(None, said):
            assert frozenset(values.findall(one)) in wanted, one


@pytest.mark.parametrize("domain", ["django", "djangojs"])
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_compiled_texts_are_those_of_the_source(language: str, domain: str) -> None:
    from babel.messages.mofile import write_mo

    compiled = BytesIO()
    write_mo(compiled, texts.read(language, domain))
    path = texts.po_path(language, domain).with_suffix(".mo")
    assert path.read_bytes() == compiled.getvalue(), "python -m smartimg.texts"
