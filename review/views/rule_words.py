"""Marketplaces' rules in the language of the page: `say` is handed to whoever judges a set."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from pipeline import marketplaces

# What the rules and their sentences are made of, named here so that it is translated.
WORDS = (
    noop("main image"),
    noop("image"),
    noop("set"),
    noop("{who}: cannot tell: no judge for {what}"),
    noop("{who}: shows {what}"),
    noop("{who}: cannot tell: {what}"),
    noop("if the product is {products}: {words}"),
    noop("{who}: {field} {value}, wanted: {what}"),
    noop("{who}: {field} {value}, one of {what}"),
    noop("{who}: {field} {value}, at least {what}"),
    noop("{who}: {field} {value}, at most {what}"),
    noop("(recommended)"),
    noop("apparel"),
    noop("not apparel"),
    noop("shortest side"),
    noop("longest side"),
    noop("size"),
    noop("file"),
    noop("sides"),
    noop("format"),
    noop("white share of the border"),
    noop("product's share of the frame's width or height"),
    noop("images in the set"),
    noop("for zoom"),
    noop("for the best show in all formats"),
    noop("a pure white background"),
    noop("a product that fills at least 85 % of the frame"),
    noop("as wide as high (1:1)"),
    noop("added text, artwork or marketing"),
    noop("promotional text or a badge"),
    noop("text or a badge that is no part of the product"),
    noop("a watermark"),
    noop("a placeholder instead of the product"),
    noop("a border round the picture"),
    noop("nudity"),
    noop("blur"),
    noop("anything that is not sold with the product"),
)


def say(words: str) -> str:
    """A sentence or word of a rule in the person's language; as it is where nobody translated it."""
    return gettext(words)


def drop_who(words: str, many: bool) -> str:
    """What is wrong alone: the picture stands beside it, and only a rule's single main image is named."""
    who, _colon, what = words.partition(": ")
    plain = {say(marketplaces.IMAGE)} | ({say(marketplaces.MAIN)} if many else set())
    return what if who in plain else words
