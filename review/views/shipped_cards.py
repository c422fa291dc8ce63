"""The card of a model that ships, in a person's words; the rest of it stays as it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from review.templatetags.charts import tenths
from review.views.model_words import FIGURES, Word
from review.views.question_words import name_label

Facts = list[tuple[Word, str]]
# What the project's own cards say, which would else stand there in English on a German page.
SAID = {text: text for text in (noop("pictures drawn by demo.draw"), noop("the project's own"))}


def tell_card(card: Mapping[str, Any]) -> Facts:
    """(word, value) of what a person wants to know of it; what a card does not say is left out."""
    facts: Facts = []
    if classes := card.get("classes"):
        facts.append((_("Tells apart"), ", ".join(name_label(name) for name in classes)))
    facts += _tell_origin(card)
    figures = card.get("figures")
    if isinstance(figures, Mapping):
        known = [(word, tenths(figures[name])) for name, word in FIGURES.items() if name in figures]
        facts += [(_("Measured on"), _("products left out in turn")), *known] if known else []
    threshold = card.get("threshold")
    if isinstance(threshold, int | float):
        facts.append((_("Threshold"), _tell_threshold(threshold)))
    if licences := card.get("licences"):
        facts.append((_("Licence of what it learnt from"), _say(licences)))
    if failures := card.get("known_failures"):
        facts.append((_("Where it is known to fail"), _say(failures)))
    return facts


def _tell_origin(card: Mapping[str, Any]) -> Facts:
    origin = card.get("trained_on") or card.get("sources")
    facts: Facts = [(_("Learnt from"), _say(origin))] if origin else []
    rows, products = card.get("rows"), card.get("products")
    if isinstance(rows, int):
        words = _("{rows} pictures")
        if isinstance(products, int):
            words = _("{rows} pictures of {products} products")
            products = intcomma(products)
        facts.append((_("How many"), words.format(rows=intcomma(rows), products=products)))
    return facts


def _tell_threshold(threshold: float) -> str:
    if threshold > 1:
        return _("never named")
    return _("surer than {share}; below that it says that it is unsure").format(share=tenths(threshold))


def _say(said: Any) -> str:
    if isinstance(said, list | tuple):
        return ", ".join(_say(one) for one in said)
    text = str(said)
    return _(SAID[text]) if text in SAID else text


def write_card(card: Mapping[str, Any]) -> str:
    """All of it as JSON, for whoever wants to check it against the file."""
    return json.dumps(card, indent=2, ensure_ascii=False, sort_keys=True, default=str)
