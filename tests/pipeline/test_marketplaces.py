"""Marketplaces' rules with dates: what breaks today, what will, and what cannot be told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.marketplace_files import (
    RULES_FOLDER,
    BrokenRules,
    UnknownMarket,
    find_changes,
    list_markets,
    load_rules,
)
from pipeline.marketplaces import Finding, judge_image, judge_set
from pipeline.records import Assessment, Framing, Judgement
from tests.pipeline.drawing import draw_photo, pack

LAST_DAY, CHANGE = date(2027, 1, 30), date(2027, 1, 31)
ON_WHITE = Framing(fill=0.8, white_background=1.0, plain_background=1.0, sharpness=0.9, extent=0.9)
FINE = ("badge", "watermark", "placeholder", "adult", "blur", "border", "foreign_parts")


def _image(
    width: int = 2400, height: int = 2400, flags: tuple[str, ...] = (), **changes: object
) -> Assessment:
    words = {name: Judgement(name, 0.9 if name in flags else 0.1, 0.5, name in flags) for name in FINE}
    found = Assessment("a.jpg", width, height, 10**6, "JPEG", judgements=words, framing=ON_WHITE)
    return replace(found, **changes)  # type: ignore[arg-type]


def _broken(
    found: Assessment,
    market: str,
    on: date = LAST_DAY,
    category: str | None = "Chairs",
    main_image: bool = True,
) -> dict[str, str]:
    findings = judge_image(found, load_rules([market]), on, category, main_image)
    return {finding.rule: finding.words for finding in findings if finding.state == "broken"}


@pytest.mark.parametrize("market", ["google", "walmart", "amazon", "ebay"])
def test_a_large_square_clean_picture_on_white_breaks_nothing(market: str) -> None:
    assert judge_image(_image(), load_rules([market]), CHANGE, "Chairs", is_main=True) == []


def test_google_asks_for_500_px_from_the_last_day_of_january_2027_and_not_before() -> None:
    small = _image(499, 900)
    assert set(_broken(small, "google", LAST_DAY)) == {"recommended-size"}
    assert set(_broken(small, "google", CHANGE)) == {"recommended-size", "min-size-all"}
    assert "min-size-all" not in _broken(_image(500, 500), "google", CHANGE)


def test_google_asked_apparel_for_250_px_until_then() -> None:
    small = _image(249, 400)
    assert "min-size-apparel" in _broken(small, "google", LAST_DAY, "Women > Dresses")
    assert "min-size-apparel" not in _broken(small, "google", LAST_DAY, "Kitchen > Kettles")
    assert "min-size-apparel" not in _broken(small, "google", CHANGE, "Women > Dresses")
    assert "min-size" in _broken(_image(99, 400), "google", LAST_DAY, "Kitchen > Kettles")


def test_where_no_category_is_known_it_cannot_tell_whether_apparels_rule_holds() -> None:
    findings = judge_image(_image(249, 400), load_rules(["google"]), LAST_DAY)
    unsure = {finding.rule: finding.words for finding in findings if finding.state == "cannot tell"}
    assert unsure == {
        "min-size-apparel": "if the product is apparel: image: shortest side 249 px, at least 250 px"
    }


@pytest.mark.parametrize(
    ("category", "rules"),
    [("Men > T-shirts", {"min-size-apparel"}), ("Watches", {"min-size-apparel"}), ("Topsoil", {"min-size"})],
)
def test_apparel_is_told_by_whole_words_of_the_category(category: str, rules: set[str]) -> None:
    assert set(_broken(_image(90, 90), "google", LAST_DAY, category)) - {"recommended-size"} == rules


def test_words_name_the_image_the_measure_and_the_demand() -> None:
    words = _broken(_image(800, 700), "amazon")
    assert words == {"zoom-size": "main image: longest side 800 px, at least 1000 px for zoom"}
    wide = _broken(_image(3000, 2000), "walmart")
    assert wide["square"] == "main image: sides 1.50 : 1, wanted: as wide as high (1:1)"
    heavy = _broken(_image(byte_size=6 * 2**20, format="WEBP"), "walmart", main_image=False)
    assert heavy["max-bytes"] == "image: file 6 MB, at most 5 MB"
    assert heavy["format"] == "image: format WEBP, one of JPEG, PNG, BMP"


def test_only_the_main_image_must_stand_on_white_and_fill_the_frame() -> None:
    scene = _image(framing=replace(ON_WHITE, white_background=0.1, extent=0.5))
    assert set(_broken(scene, "amazon")) == {"white-main", "fills-frame"}
    assert _broken(scene, "amazon", main_image=False) == {}


def test_white_cannot_be_told_where_the_product_covers_the_border() -> None:
    tight = _image(framing=replace(ON_WHITE, white_background=0.6, touches_edge=True))
    findings = judge_image(tight, load_rules(["amazon"]), CHANGE, is_main=True)
    assert [(f.rule, f.state) for f in findings] == [("white-main", "cannot tell")]
    covered = _image(framing=replace(ON_WHITE, white_background=0.0, touches_edge=True))
    assert "white-main" in _broken(covered, "amazon")


def test_flags_of_judges_break_rules_and_a_judge_without_a_word_cannot_tell() -> None:
    assert set(_broken(_image(flags=("badge", "watermark", "placeholder")), "ebay")) == {
        "no-overlay",
        "no-watermark",
        "no-placeholder",
    }
    silent = _image(judgements={})
    states = {f.rule: f.state for f in judge_image(silent, load_rules(["ebay"]), CHANGE)}
    assert set(states.values()) == {"cannot tell"}


def test_an_unreadable_picture_is_said_once_a_market() -> None:
    broken = Assessment("b.jpg", 0, 0, 10, "", unreadable="The file is empty.")
    findings = judge_image(broken, load_rules(["amazon", "ebay"]), CHANGE)
    assert [(f.market, f.words) for f in findings] == [
        ("Amazon", "The file is empty."),
        ("eBay", "The file is empty."),
    ]


def test_a_set_is_counted_and_what_cannot_be_told_is_said_once() -> None:
    images = [_image(judgements={}), _image(judgements={})]
    findings = judge_set(images, load_rules(["walmart"]), CHANGE)
    counted = next(f for f in findings if f.rule == "image-count")
    assert (counted.key, counted.words, counted.required) == (
        "",
        "set: images in the set 2, at least 4 (recommended)",
        False,
    )
    assert [f.rule for f in findings if f.state == "cannot tell"] == ["no-nudity", "no-placeholder"]
    assert judge_set([], load_rules(["ebay"]), CHANGE)[0].rule == "image-count"


def test_every_rule_has_a_source_of_the_marketplace_itself_and_a_name_of_its_own() -> None:
    hosts = {
        "google": "https://support.google.com/",
        "walmart": "https://marketplacelearn.walmart.com/",
        "amazon": "https://sellercentral.amazon.com/",
        "ebay": "https://www.ebay.com/",
    }
    assert list_markets() == sorted(hosts)
    for market, host in hosts.items():
        rules = load_rules([market])
        assert all(rule.source.startswith(host) for rule in rules)
        assert len({rule.id for rule in rules}) == len(rules)


def test_the_next_change_is_known() -> None:
    assert find_changes(load_rules(), date(2026, 11, 23)) == [CHANGE]
    assert find_changes(load_rules(), CHANGE) == []


def test_an_unknown_market_is_refused_by_name() -> None:
    with pytest.raises(UnknownMarket, match="'bazaar'; known are amazon, ebay"):
        load_rules(["bazaar"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('field = "megabytes"', "needs one of at_least"),
        ('field = "megabytes"\nat_most = 1\nat_least = 2', "not 2"),
        ('field = "megabites"\nat_most = 1', "is no measure"),
        ('field = "megabytes"\nat_most = 1\nimages = "first"', "unknown images"),
        ('field = "megabytes"\nat_most = 1\nuntill = 2027-01-01', "untill"),
        ("field = ", "Invalid value"),
    ],
)
def test_a_broken_file_of_rules_is_refused_with_its_name(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "bazaar.toml").write_text(f'name = "B"\nsource = "https://b"\n[[rules]]\nid = "x"\n{line}\n')
    with pytest.raises(BrokenRules, match=message) as caught:
        load_rules(folder=tmp_path)
    assert "bazaar.toml" in str(caught.value)


def test_the_command_says_what_breaks_before_and_after_on_both_sides_of_a_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(pack(draw_photo(400), "PNG"))
    (tmp_path / "b.png").write_bytes(pack(draw_photo(420)[:, ::-1], "PNG"))
    product = {
        "id": "p1",
        "title": "Kettle",
        "category": "Kitchen",
        "source": "acme",
        "images": [{"file": "a.png"}, {"file": "b.png"}],
    }
    (tmp_path / "products.jsonl").write_text(json.dumps(product) + "\n")
    call = ["marketplace", "--catalog", str(tmp_path / "products.jsonl"), "--images", str(tmp_path)]
    out = tmp_path / "found.jsonl"
    assert main([*call, "--market", "google", "--on", "2027-02-01", "--json", str(out)]) == 0
    row = json.loads(out.read_text())
    assert (row["id"], row["on"]) == ("p1", "2027-02-01")
    assert {"min-size-all", "recommended-size"} <= {finding["rule"] for finding in row["after"]}
    assert Finding(**row["after"][0]).source.startswith("https://support.google.com/")
    assert "Google Merchant Center: min-size-all" in capsys.readouterr().out
    assert main([*call, "--market", "google", "--on", "2027-01-30"]) == 0
    assert "min-size-all" not in capsys.readouterr().out


def test_the_command_refuses_an_unknown_market(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["marketplace", "--catalog", str(tmp_path / "none"), "--market", "bazaar"]) == 2
    assert "No rules of 'bazaar'" in capsys.readouterr().err
    assert RULES_FOLDER.is_dir()


def test_a_share_is_never_rounded_up_to_what_is_wanted() -> None:
    almost = _image(framing=replace(ON_WHITE, extent=0.8496))
    (words,) = [f.words for f in judge_image(almost, load_rules(["amazon"]), CHANGE, is_main=True)]
    assert "84.9\N{NO-BREAK SPACE}%, wanted" in words
