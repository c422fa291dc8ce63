"""What a picture or a set breaks of the marketplaces' rules, today and on any other day."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from pipeline.marketplace_files import FIELDS, Field, Rule, is_apparel
from pipeline.records import Assessment

State = Literal["broken", "cannot tell"]
Say = Callable[[str], str]  # a sentence or a word in the reader's language; `str` leaves it English
MAIN, IMAGE, SET = "main image", "image", "set"
NO_JUDGE = "{who}: cannot tell: no judge for {what}"
SHOWS = "{who}: shows {what}"
NOT_SEEN = "{who}: cannot tell: {what}"
IF_PRODUCT = "if the product is {products}: {words}"
WANTED = "{who}: {field} {value}, wanted: {what}"
ONE_OF = "{who}: {field} {value}, one of {what}"
AT_LEAST = "{who}: {field} {value}, at least {what}"
AT_MOST = "{who}: {field} {value}, at most {what}"
ADVICE = "(recommended)"
SENTENCES = (NO_JUDGE, SHOWS, NOT_SEEN, IF_PRODUCT, WANTED, ONE_OF, AT_LEAST, AT_MOST)


@dataclass(frozen=True)
class Finding:
    """A rule that is broken, or of which nothing can be told. `key` names the image, '' the whole set."""

    market: str
    rule: str
    state: State
    key: str
    words: str
    source: str
    required: bool = True

    def as_json(self) -> dict[str, Any]:
        """The form that the command prints."""
        return asdict(self)


def judge_image(
    found: Assessment,
    rules: Iterable[Rule],
    on: date,
    category: str | None = None,
    is_main: bool = False,
    say: Say = str,
) -> list[Finding]:
    """What one image breaks on that day, and what cannot be told of it; rules of whole sets are left out."""
    due = [
        rule for rule in rules if rule.holds_on(on) and rule.images in ("all", "main" if is_main else "all")
    ]
    if found.unreadable is not None:
        return [
            Finding(market, "readable", "cannot tell", found.key, found.unreadable, source)
            for market, source in dict.fromkeys((rule.market, rule.source) for rule in due)
        ]
    judged = (_judge(found, rule, category, say(MAIN if is_main else IMAGE), say) for rule in due)
    return [finding for finding in judged if finding is not None]


def judge_set(
    images: Sequence[Assessment],
    rules: Iterable[Rule],
    on: date,
    category: str | None = None,
    say: Say = str,
) -> list[Finding]:
    """What a set breaks on that day: its images in order, the first as the main one, and the set as such.

    What cannot be told of any image is said once for the set.
    """
    wanted = tuple(rules)
    of_sets = [rule for rule in wanted if rule.images == "set" and rule.holds_on(on)]
    found = [_judge_count(len(images), rule, say) for rule in of_sets]
    findings = [finding for finding in found if finding is not None]
    unsure: dict[tuple[str, str], Finding] = {}
    for place, image in enumerate(images):
        for finding in judge_image(image, wanted, on, category, place == 0, say):
            if finding.state == "broken" or finding.rule == "readable":
                findings.append(finding)
            else:
                unsure.setdefault((finding.market, finding.rule), finding)
    return findings + list(unsure.values())


def _judge_count(count: int, rule: Rule, say: Say) -> Finding | None:
    return None if _meets(count, rule) else _state(rule, "broken", "", _compare(rule, count, say(SET), say))


def _judge(found: Assessment, rule: Rule, category: str | None, who: str, say: Say) -> Finding | None:
    """None where the rule is kept or does not concern the product."""
    apparel = is_apparel(category, rule.apparel_words) if rule.products else True
    if rule.products and apparel is not None and apparel != (rule.products == "apparel"):
        return None
    if rule.field not in FIELDS:
        word = found.judgements.get(rule.field)
        told = {"who": who, "what": say(rule.forbidden)}
        if word is None or word.score is None:
            return _state(rule, "cannot tell", found.key, say(NO_JUDGE).format(**told))
        return _state(rule, "broken", found.key, say(SHOWS).format(**told)) if word.flag else None
    value = FIELDS[rule.field].read(found)
    if value is None:
        what = say(rule.words) if rule.words else rule.field
        return _state(rule, "cannot tell", found.key, say(NOT_SEEN).format(who=who, what=what))
    if _meets(value, rule):
        return None
    words = _compare(rule, value, who, say)
    if apparel is None:
        unsure = say(IF_PRODUCT).format(products=say(rule.products), words=words)
        return _state(rule, "cannot tell", found.key, unsure)
    return _state(rule, "broken", found.key, words)


def _meets(value: float | str, rule: Rule) -> bool:
    if isinstance(value, str):
        return value in rule.one_of
    low = rule.at_least is None or value >= rule.at_least
    return low and (rule.at_most is None or value <= rule.at_most)


def _compare(rule: Rule, value: float | str, who: str, say: Say) -> str:
    """'main image: longest side 800 px, at least 1000 px for zoom'."""
    field = FIELDS[rule.field]
    if rule.words:
        sentence, what = WANTED, say(rule.words)
    elif rule.one_of:
        sentence, what = ONE_OF, ", ".join(rule.one_of)
    elif rule.at_least is not None:
        sentence, what = AT_LEAST, _show(rule.at_least, field)
    else:
        sentence, what = AT_MOST, _show(float(rule.at_most or 0), field)
    words = say(sentence).format(who=who, field=say(field.name), value=_show(value, field), what=what)
    return " ".join(
        [words, *([say(rule.why)] if rule.why else []), *([] if rule.required else [say(ADVICE)])]
    )


def _show(value: float | str, field: Field) -> str:
    if isinstance(value, str):
        return value
    if field.unit == " %":
        tenths = math.floor(value * 1000 + 1e-6) / 10  # never rounded up to what is wanted
        return f"{tenths:.1f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"
    return f"{value:.0f}{field.unit}" if value == round(value) else f"{value:.2f}{field.unit}"


def _state(rule: Rule, state: State, key: str, words: str) -> Finding:
    return Finding(rule.market, rule.id, state, key, words, rule.source, rule.required)
