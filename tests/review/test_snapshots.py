"""Frozen data sets: whole groups on a side, the same digest for the same labels, and no change afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from review.actions import snapshots, splitting, work
from review.models import (
    Image,
    ImageAnalysis,
    ImageSide,
    Offer,
    Product,
    Snapshot,
    SnapshotRow,
)
from tests.review.factories import make_image, make_product, make_proposal
from tests.review.labelled import LATER, NOW, freeze, label, make_labelled, offer, sides_of, unite

pytestmark = pytest.mark.django_db


def test_it_holds_the_labels_that_count_spread_over_three_sides() -> None:
    make_labelled(40)
    frozen = freeze()
    assert frozen.state == Snapshot.State.DONE
    assert frozen.counts["train"] == {"no": 18, "yes": 10}
    assert sum(frozen.counts["validation"].values()) + sum(frozen.counts["test"].values()) == 12
    assert frozen.progress["left_out"] == 0


def test_all_pictures_of_a_product_stand_on_one_side() -> None:
    images = make_labelled(60, products=12)
    sides = sides_of(freeze())
    for number in range(12):
        assert len({sides[image.pk] for image in images[number::12]}) == 1


def test_products_that_share_a_picture_stand_together_though_it_has_no_label() -> None:
    images, shared = make_labelled(20), make_image()
    for image in images:
        product = make_product()
        offer(image, product)
        offer(shared, product)
    assert len(set(sides_of(freeze()).values())) == 1


def test_copies_stand_on_one_side_over_any_number_of_steps() -> None:
    images = make_labelled(20)
    between = [make_image() for _ in range(19)]
    for left, middle, right in zip(images, between, images[1:], strict=False):
        unite(left, middle)
        unite(middle, right)
    assert len(set(sides_of(freeze()).values())) == 1


def test_what_a_proposal_takes_for_a_copy_stands_with_its_original() -> None:
    proposal = make_proposal()
    copies = [(item.image, item.duplicate_of) for item in proposal.items.all() if item.duplicate_of]
    Offer.objects.all().delete()  # so that only the proposal joins them
    make_labelled(30)
    for copy, original in copies:
        label(copy), label(original)
    sides = sides_of(freeze())
    assert all(sides[copy.pk] == sides[original.pk] for copy, original in copies)
    assert copies


def test_the_same_labels_give_the_same_digest_and_another_label_another() -> None:
    images = make_labelled(30)
    first, second = freeze(), freeze()
    assert first.digest == second.digest
    label(images[1], "blur", now=NOW + timedelta(seconds=1))
    assert freeze(now=NOW + timedelta(seconds=2)).digest != first.digest


def test_the_digest_is_what_the_page_says_it_is() -> None:
    make_labelled(12)
    frozen = freeze()
    rows = sorted((row.sha256, "", row.value, row.source, row.side) for row in snapshots.read(frozen))
    lines = "".join("\t".join(row) + "\n" for row in rows)
    assert frozen.digest == hashlib.sha256(lines.encode()).hexdigest()


def test_no_picture_changes_sides_when_data_grow() -> None:
    make_labelled(30)
    before = sides_of(freeze())
    make_labelled(60)
    after = sides_of(freeze())
    assert {image: after[image] for image in before} == before
    assert list(after.values()).count("train") == pytest.approx(63, abs=3)


def test_a_new_picture_of_a_known_product_joins_its_side() -> None:
    images = [make_labelled(1, products=1)[0] for _ in range(15)]
    before = sides_of(freeze())
    added = {}
    for image in images:
        added[image.pk] = make_image()
        offer(added[image.pk], image.offers.get().product)
        label(added[image.pk])
    after = sides_of(freeze())
    assert all(after[added[old].pk] == before[old] for old in before)


def test_another_judges_data_set_has_the_same_sides() -> None:
    images = make_labelled(30)
    before = sides_of(freeze())
    for image in images:
        label(image, "front", subject="type")
    assert sides_of(freeze("type")) == before


def split_apart() -> tuple[Image, Image]:
    """A picture that trains and one that tests."""
    make_labelled(40)
    sides = sides_of(freeze())
    by_side = {side: image for image, side in sides.items()}
    return Image.objects.get(pk=by_side["train"]), Image.objects.get(pk=by_side["test"])


def test_of_copies_that_were_on_two_sides_only_what_trains_is_kept_and_the_rest_is_counted() -> None:
    trains, tests = split_apart()
    newcomer = make_image()
    label(newcomer)
    unite(trains, tests)
    unite(newcomer, tests)
    frozen = freeze()
    sides = sides_of(frozen)
    assert tests.pk not in sides
    assert sides[trains.pk] == sides[newcomer.pk] == "train"
    assert frozen.progress["groups_on_two_sides"] == 1
    assert ImageSide.objects.get(image=tests).side == "test"


def test_a_pair_whose_pictures_stand_on_two_sides_is_left_out() -> None:
    trains, tests = split_apart()
    label(trains, "different", subject="pair", other_id=tests.pk)
    fresh = make_image(), make_image()
    label(fresh[0], "duplicate", subject="pair", other_id=fresh[1].pk)
    frozen = freeze("pair")
    assert [(row.image_id, row.other_id) for row in snapshots.read(frozen)] == [(fresh[0].pk, fresh[1].pk)]
    assert frozen.progress["pairs_across_sides"] == 1


def test_a_frozen_data_set_is_never_changed() -> None:
    make_labelled(6)
    frozen = freeze()
    row = frozen.rows.all()[0]
    attempts: Sequence[Any] = (
        lambda: frozen.rows.filter(pk=row.pk).update(value="no"),
        lambda: frozen.rows.filter(pk=row.pk).update(side="test"),
        lambda: frozen.rows.all().delete(),
        lambda: SnapshotRow.objects.create(snapshot=frozen, image=make_image(), value="no", side="test"),
        lambda: Snapshot.objects.update(digest="0" * 64),
        lambda: Snapshot.objects.update(counts={}),
        lambda: Snapshot.objects.filter(pk=frozen.pk)._raw_delete("default"),  # type: ignore[attr-defined]
    )
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert snapshots.digest(frozen) == frozen.digest


def test_a_product_that_goes_leaves_the_rows_as_they_are() -> None:
    make_labelled(6, products=2)
    frozen = freeze()
    Offer.objects.all().delete()
    Product.objects.all().delete()
    assert snapshots.digest(frozen) == frozen.digest
    assert not frozen.rows.filter(product__isnull=False).exists()


def test_a_freezing_whose_worker_was_killed_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make_labelled(10)
    monkeypatch.setattr(snapshots, "ROWS_AT_ONCE", 3)
    asked = snapshots.freeze(judge="blur", filters={}, name="", by=None, now=NOW)
    copy_rows, calls = snapshots._copy_rows, []

    def die_at_the_third(*said: Any) -> None:
        calls.append(said)
        if len(calls) == 3:
            raise KeyboardInterrupt
        copy_rows(*said)

    monkeypatch.setattr(snapshots, "_copy_rows", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        snapshots.fill(asked.pk, lambda: NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.progress["done"], asked.rows.count()) == (Snapshot.State.WORKING, 6, 6)
    assert not snapshots.fill(asked.pk, lambda: NOW)  # held until its lease is over
    assert work.list_forgotten(Snapshot, LATER) == [asked.pk]
    assert snapshots.fill(asked.pk, lambda: LATER)
    asked.refresh_from_db()
    assert asked.state == Snapshot.State.DONE
    assert asked.digest == freeze().digest


def test_filled_twice_it_is_as_once() -> None:
    make_labelled(5)
    frozen = freeze()
    assert not snapshots.fill(frozen.pk, lambda: LATER)
    assert frozen.rows.count() == 5


def test_a_stopped_one_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    make_labelled(5)
    asked = snapshots.freeze(judge="blur", filters={}, name="", by=None, now=NOW)
    split = splitting.split
    monkeypatch.setattr(splitting, "split", lambda now: (work.stop(Snapshot, asked.pk, now), split(now)))
    assert not snapshots.fill(asked.pk, lambda: NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.rows.count()) == (Snapshot.State.STOPPED, 0)


def test_without_a_label_it_fails_and_says_why() -> None:
    frozen = freeze()
    assert frozen.state == Snapshot.State.FAILED
    assert "no label" in frozen.error


def test_labels_that_came_after_the_asking_stay_out() -> None:
    make_labelled(4)
    asked = snapshots.freeze(judge="blur", filters={}, name="", by=None, now=NOW)
    label(make_image(), now=NOW + timedelta(seconds=1))
    snapshots.fill(asked.pk, lambda: LATER)
    assert asked.rows.count() == 4


@pytest.mark.parametrize(
    ("judge", "filters", "words"),
    [
        ("", {}, "which judge"),
        ('a"\r\nb', {}, "which judge"),
        ("blur", {"colour": "red"}, "colour"),
        ("blur", {"until": "tomorrow"}, "must look like"),
    ],
)
def test_what_cannot_be_frozen_is_refused_in_words(judge: str, filters: dict[str, Any], words: str) -> None:
    with pytest.raises(snapshots.UnableToFreeze, match=words):
        snapshots.freeze(judge=judge, filters=filters, name="", by=None, now=NOW)


def test_one_side_can_be_read_alone() -> None:
    make_labelled(20)
    frozen = freeze()
    assert {row.side for row in snapshots.read(frozen, "test")} == {"test"}
    assert len(list(snapshots.read(frozen, "train"))) == sum(frozen.counts["train"].values())


def embed(image: Image, *numbers: float) -> None:
    embedding = [*numbers, *[0.0] * (1280 - len(numbers))]
    ImageAnalysis.objects.create(image=image, version="v", embedding=embedding)


def test_near_copies_on_two_sides_are_reported() -> None:
    trains, tests = split_apart()
    embed(trains, 1, 0.1)
    embed(tests, 1, 0.12)
    embed(Image.objects.filter(data_side__side="train").exclude(pk=trains.pk)[0], 0, 1)
    near = freeze().progress["near_copies"]
    assert (near["found"], near["checked"], near["of"]) == (1, 1, 12)
    pair = {"image": tests.sha256, "side": "test", "other": trains.sha256, "other_side": "train"}
    assert near["pairs"] == [pair | {"cosine": 1.0}]


def test_no_table_is_left_behind() -> None:
    make_labelled(3)
    freeze()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname IN ('freezing', 'split')")
        assert cursor.fetchone()[0] == 0
