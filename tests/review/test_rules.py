"""Marketplaces' rules on the proposal page: before and after, on any day, with the reviewer's edits."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries

from pipeline.marketplace_files import FIELDS
from pipeline.marketplaces import SENTENCES, Finding
from review import rules
from review.models import Image, ImageAnalysis, Proposal
from review.views.rule_words import say
from tests.review.factories import Candidate, list_shas, make_image, make_product, make_proposal

pytestmark = pytest.mark.django_db

WHITE = {"fill": 0.9, "white_background": 1.0, "plain_background": 1.0, "sharpness": 0.9, "extent": 0.95}
CLEAN: dict[str, Any] = {
    name: {"score": 0.1, "threshold": 0.5, "flag": False} for name in ("badge", "watermark", "placeholder")
}


def make_sized(*sides_px: int) -> list[Image]:
    """Square pictures that were judged and found clean."""
    images = [make_image() for _ in sides_px]
    for image, side in zip(images, sides_px, strict=True):
        image.width_px = image.height_px = side
        image.format = "JPEG"
        image.save()
        ImageAnalysis.objects.create(image=image, version="v1", judgements=CLEAN, framing=WHITE)
    return images


def make_set(before_px: int, after_px: int) -> Proposal:
    """A small hero now, a larger one proposed, on a shelf that is not clothing."""
    candidates = [Candidate(before=0, reason="resolution"), Candidate(after=0)]
    product = make_product(category="Furniture > Armchairs")
    images = make_sized(before_px, after_px)
    return make_proposal(candidates, images=images, product=product, model_versions={"analysis": "v1"})


def list_broken(rows: list[rules.Row], market: str, state: str) -> list[str]:
    return [row.finding.words for row in rows if row.finding.market == market and row.state == state]


def list_new(proposal: Proposal) -> list[str]:
    rows = rules.judge(proposal, None, date(2026, 11, 23))
    return [row.finding.words for row in rows if row.state == rules.NEW]


def ask(client: Client, proposal: Proposal, **asked: str) -> Any:
    return client.get(f"/proposals/{proposal.pk}/rules/", asked)


def find_market(answer: Any, part: str) -> dict[str, Any]:
    return next(market for market in answer["markets"] if part in market["name"])


def test_a_larger_hero_mends_what_the_small_one_broke() -> None:
    proposal = make_set(before_px=300, after_px=2000)
    rows = rules.judge(proposal, None, date(2026, 11, 23))
    mended = [row.finding for row in rows if row.state == rules.MENDED]
    assert {finding.key for finding in mended} == {list_shas(proposal)[0]}
    assert any("300 px" in finding.words for finding in mended)
    assert not [row for row in rows if row.state in (rules.STILL, rules.NEW) and row.finding.required]


def test_a_rule_is_broken_from_the_day_on_which_it_holds() -> None:
    proposal = make_set(before_px=400, after_px=450)
    google = next(row.market for row in rules.load() if "oogle" in row.market)
    now, later = (rules.judge(proposal, None, day) for day in (date(2027, 1, 30), date(2027, 1, 31)))
    assert not any("at least 500 px" in words for words in list_broken(now, google, rules.NEW))
    assert any("450 px, at least 500 px" in words for words in list_broken(later, google, rules.NEW))


def test_the_reviewers_edits_count() -> None:
    proposal = make_set(before_px=300, after_px=2000)
    small, _ = list_shas(proposal)
    rows = rules.judge(proposal, [small], date(2026, 11, 23))
    assert [row for row in rows if row.state == rules.STILL]
    assert not [row for row in rows if row.state == rules.MENDED]


def test_a_picture_that_no_judge_saw_is_measured_by_its_file_alone() -> None:
    proposal = make_set(before_px=300, after_px=2000)
    ImageAnalysis.objects.all().delete()
    rows = rules.judge(proposal, None, date(2026, 11, 23))
    assert any("300 px" in row.finding.words for row in rows if row.state == rules.MENDED)
    assert any("cannot tell" in row.finding.words for row in rows if row.state == rules.UNSURE)


def test_what_the_proposals_own_version_said_goes_before_a_later_one() -> None:
    proposal = make_set(before_px=2000, after_px=2000)
    flagged = CLEAN | {"watermark": {"score": 0.99, "threshold": 0.5, "flag": True}}
    for image in Image.objects.all():
        ImageAnalysis.objects.create(image=image, version="v2", judgements=flagged, framing=WHITE)
    assert "watermark" not in " ".join(list_new(proposal))
    proposal.model_versions = {"analysis": "v2"}
    assert "watermark" in " ".join(list_new(proposal))


def test_what_a_live_model_said_when_the_proposal_was_made_goes_before_what_ships() -> None:
    proposal = make_set(before_px=2000, after_px=2000)
    hero = proposal.items.get(after_position=0)
    hero.evidence = {"judges": {"watermark": {"score": 0.97, "threshold": 0.9, "flag": True}}}
    hero.save()
    assert "watermark" in " ".join(list_new(proposal))
    ImageAnalysis.objects.filter(image=hero.image).update(
        judgements=CLEAN | {"watermark": {"score": 0.99, "threshold": 0.5, "flag": True}}
    )
    hero.evidence = {"judges": {"watermark": {"score": 0.1, "threshold": 0.9, "flag": False}}}
    hero.save()
    assert "watermark" not in " ".join(list_new(proposal))


def test_findings_are_matched_by_market_rule_and_picture() -> None:
    def find(rule: str, key: str, state: Any = "broken") -> Finding:
        return Finding("Bazaar", rule, state, key, rule, "")

    before = [find("white", "a"), find("size", "a"), find("size", "b", "cannot tell")]
    after = [find("size", "a"), find("size", "b"), find("text", "", "cannot tell")]
    rows = [(row.state, row.finding.rule, row.finding.key) for row in rules.match(before, after)]
    assert rows == [
        ("still", "size", "a"), ("new", "size", "b"), ("mended", "white", "a"), ("unsure", "text", ""),
    ]  # fmt: skip


def test_the_page_is_told_counts_words_and_coming_changes(client: Client, sam: User) -> None:
    proposal = make_set(before_px=300, after_px=2000)
    client.force_login(sam)
    today = ask(client, proposal).json()
    assert today["word"] == "today"
    assert today["before"] > 0 == today["after"]
    google = find_market(today, "oogle")
    assert google["source"].startswith("https://")
    later = ask(client, proposal, on="2027-02-01", order=list_shas(proposal)[0]).json()
    assert later["word"] == "1 February 2027"
    assert any("at least 500 px" in row["words"] for row in find_market(later, "oogle")["rows"])


@pytest.mark.parametrize(("asked", "word"), [({"on": "soon"}, "2027-02-01"), ({"order": "ab"}, "not one of")])
def test_what_makes_no_sense_is_refused_in_words(
    client: Client, sam: User, asked: dict[str, str], word: str
) -> None:
    client.force_login(sam)
    answer = ask(client, make_set(300, 600), **asked)
    assert answer.status_code == 400
    assert word in answer.json()["message"]


def test_many_pictures_that_break_one_rule_are_one_rule_with_many_pictures(client: Client, sam: User) -> None:
    candidates = [Candidate(before=place, after=place) for place in range(4)]
    proposal = make_proposal(candidates, images=make_sized(300, 300, 300, 300))
    client.force_login(sam)
    found = ask(client, proposal, on="2027-02-01").json()
    google = find_market(found, "oogle")
    (rule,) = [row for row in google["rows"] if "at least 500 px" in row["words"]]
    assert [picture["sha"] for picture in rule["pictures"]] == list_shas(proposal)
    assert google["before"] == google["after"] <= 2


def test_an_empty_set_is_told_as_such(client: Client, sam: User) -> None:
    client.force_login(sam)
    assert ask(client, make_set(300, 600), order="").status_code == 200


@pytest.mark.parametrize("size", [2, 20])
def test_the_number_of_queries_does_not_grow_with_the_pictures(
    size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    candidates = [Candidate(before=place, after=place) for place in range(size)]
    proposal = make_proposal(candidates, images=make_sized(*[600] * size))
    with django_assert_num_queries(2):
        rules.judge(proposal, None, date(2026, 11, 23))


def test_rules_are_said_in_the_language_of_the_page(client: Client, sam: User) -> None:
    client.force_login(sam)
    proposal = make_set(300, 600)
    german = {"accept-language": "de"}
    answer = client.get(f"/proposals/{proposal.pk}/rules/", {"on": "2026-11-23"}, headers=german).json()
    said = [row["words"] for market in answer["markets"] for row in market["rows"]]
    assert "längste Seite 600 px, mindestens 1000 px für die Lupe" in " / ".join(said)
    for code, words in {"en": "31 January 2027", "de": "31. Januar 2027"}.items():
        with translation.override(code):
            assert date_format(date(2027, 1, 31), "DATE_FORMAT") == words


def test_every_word_of_every_rule_has_a_translation() -> None:
    with translation.override("de"):
        for rule in rules.load():
            for words in filter(None, (rule.words, rule.why, rule.forbidden, rule.products)):
                assert say(words) != words, f"{rule.market}, {rule.id}: {words}"
        for field in FIELDS.values():
            assert say(field.name) != field.name or field.name == "format"
        assert all(say(sentence) != sentence for sentence in SENTENCES)
