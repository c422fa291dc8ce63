"""What a selection would change, in numbers and in words."""

from __future__ import annotations

import pytest

from review.actions.changes import (
    Change,
    DraftItem,
    count_changes,
    summarise,
)
from review.models import CHANGES


def make_change(before: str, after: str, **dropped: str) -> Change:
    """Images are letters; `dropped` says why, and 'copy of X' of what."""
    items = {}
    for key in sorted({*before, *after, *dropped}):
        reason = dropped.get(key, "")
        copy_of = reason.removeprefix("copy of ") if reason.startswith("copy of ") else ""
        verdict = "keep" if key in after else "drop"
        items[key] = DraftItem(key, verdict, "duplicate" if copy_of else reason, copy_of, "front")
    return Change(tuple(before), tuple(after), items)


def test_a_summary_names_the_hero_the_copies_and_who_sent_the_new_image() -> None:
    change = make_change("abcd", "bae", c="copy of b", d="copy of a")
    said = summarise(change, {"e": "Norda"})
    assert said == "front view becomes the hero · 2 copies removed · 1 image added from Norda"


def test_a_summary_names_each_kind_of_poor_image() -> None:
    change = make_change("abcd", "a", b="blur", c="blur", d="badge")
    assert summarise(change, {}) == "2 blurred images removed · 1 image with a badge removed"


def test_a_summary_says_when_only_the_order_changes() -> None:
    assert summarise(make_change("abc", "acb"), {}) == "order changed"


def test_a_better_copy_is_a_replacement_and_not_an_addition() -> None:
    change = make_change("ab", "xb", a="copy of x")
    assert "1 image replaced by a better copy" in summarise(change, {"x": "Norda"})
    assert "added" not in summarise(change, {"x": "Norda"})


def test_a_picture_that_is_shown_twice_counts_as_a_copy() -> None:
    change = make_change("aba", "ab")
    assert count_changes(change) == {"copy": 1}
    assert summarise(change, {}) == "1 copy removed"


def test_a_hero_of_unknown_type_is_named_by_its_place() -> None:
    change = make_change("ab", "ba")
    items = {key: DraftItem(key, "keep") for key in "ab"}
    assert summarise(Change(change.before, change.after, items), {}) == "image 2 becomes the hero"


def test_an_added_hero_of_known_type_says_who_sent_it() -> None:
    change = make_change("ab", "cab")
    assert summarise(change, {"c": "Norda"}).startswith("front view from Norda becomes the hero")
    assert summarise(change, {}).startswith("front view becomes the hero")


@pytest.mark.parametrize(
    ("before", "after", "moved"), [("abcd", "abcd", 0), ("abcd", "dabc", 1), ("abcd", "dcba", 3)]
)
def test_it_counts_the_fewest_images_that_one_has_to_pick_up(before: str, after: str, moved: int) -> None:
    assert make_change(before, after).moved == moved


def test_a_better_copy_of_todays_hero_is_no_new_hero() -> None:
    added, shown = make_change("ab", "xb", a="copy of x"), make_change("abc", "cb", a="copy of c")
    assert summarise(added, {"x": "Norda"}) == "1 image replaced by a better copy"
    assert summarise(shown, {}) == "1 copy removed"
    assert not {"hero", "moved"} & {*count_changes(added), *count_changes(shown)}


def test_who_takes_the_place_of_a_copy_was_not_moved_there() -> None:
    assert make_change("abcd", "adc", b="copy of d").moved == 0
    assert make_change("abcd", "acd", b="copy of d").moved == 1


def test_every_kind_of_change_can_be_filtered_by() -> None:
    counts = count_changes(make_change("abcde", "bae", c="copy of b", d="blur"))
    counts |= count_changes(make_change("ab", "xa", b="badge"))
    assert set(counts) <= set(CHANGES)


def test_what_the_supplier_sent_but_nobody_sees_is_no_change() -> None:
    assert count_changes(make_change("ab", "ab", z="blur")) == {}
