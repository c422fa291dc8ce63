"""Evidence in words, and two pictures compared: what is said, what is kept, and who may ask."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image as Pillow
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from review import differences
from review.actions import store
from review.models import Image, Offer, Proposal
from review.views import comparison_words, evidence_words
from review.views.proposal_words import describe_items, find_places
from tests.review.factories import (
    USUAL,
    draw_picture,
    list_shas,
    make_image,
    make_pictured_image,
    make_proposal,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """A store of the test's own."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": place}
    differences._prepare.cache_clear()
    return tmp_path


def shrink(number: int, share: float) -> Image:
    """The same drawing, the product smaller on more white."""
    with Pillow.open(io.BytesIO(draw_picture(number))) as drawn:
        side = drawn.width
        small = drawn.resize((round(side * share), round(side * share)), Pillow.Resampling.LANCZOS)
    canvas = Pillow.new("RGB", (side, side), "white")
    canvas.paste(small, (round(side * (1 - share) / 2),) * 2)
    kept = io.BytesIO()
    canvas.save(kept, "PNG")
    image = make_image(kept.getvalue())
    with Pillow.open(kept) as picture:
        webp = io.BytesIO()
        picture.save(webp, "WEBP", quality=90)
    store.put_picture(image.sha256, kept.getvalue(), {480: webp.getvalue()})
    return image


def make_compared() -> tuple[Proposal, list[str]]:
    """The usual proposal, whose third picture is its second one smaller."""
    images = [make_pictured_image(number) for number in range(len(USUAL))]
    images[2] = shrink(1, 0.8)
    proposal = make_proposal(images=images)
    return proposal, list_shas(proposal)


def ask(client: Client, proposal: Proposal, left: str, right: str) -> Any:
    return client.get(f"/proposals/{proposal.pk}/comparison/", {"left": left, "right": right})


def said(**numbers: Any) -> dict[str, Any]:
    return {"score": 0.1, "threshold": 0.5, "flag": False, "version": "v1"} | numbers


def test_flagged_judges_come_first_then_the_nearest_to_their_limits() -> None:
    judges = {
        "adult": said(),
        "blur": said(score=0.45),
        "badge": said(score=0.97, threshold=0.9, flag=True),
        "weapon": said(score=None, threshold=None),
    }
    shown = evidence_words.explain_judges(judges)
    assert [judge["name"] for judge in shown] == ["badge", "blur", "adult"]
    assert evidence_words.list_silent(judges) == ["Weapon"]


def test_each_judge_says_one_sentence_and_which_version_spoke() -> None:
    found = {"box": [0.1, 0.1, 0.3, 0.3], "text_area": 0.053}
    judges = {"badge": said(score=0.97, flag=True, drops=False, evidence=found), "blur": said(score=0.45)}
    badge, blur = evidence_words.explain_judges(judges)
    assert badge["sentence"] == (
        "A badge or text is laid over the photo. Text covers 5 % of it. "
        "A warning only: it does not take the picture out."
    )
    assert (badge["box"], badge["version"]) == (found["box"], "v1")
    assert blur["sentence"] == "Edges are sharp. Close to the limit: look yourself."


def test_a_judge_that_nobody_described_is_shown_with_its_name() -> None:
    (shown,) = evidence_words.explain_judges({"odd_shadow": said(flag=True, score=0.9)})
    assert (shown["label"], shown["sentence"]) == ("Odd shadow", "It is flagged.")


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [({"back": 0.2, "front": 0.7, "side": 0.06, "detail": 0.04}, "Most likely front."),
     ({"back": 0.41, "front": 0.4}, "No type is sure enough, so it counts as unsure."),
     ({}, "No model knows the types of this category yet: naming it teaches one.")],
)  # fmt: skip
def test_the_likeliest_three_types_come_best_first(shares: dict[str, float], sentence: str) -> None:
    types = evidence_words.explain_types({"probabilities": shares, "threshold": 0.6, "head": "chairs"})
    assert types is not None
    numbers = [share for _, share in types["best"]]
    assert numbers == sorted(shares.values(), reverse=True)[:3]
    assert types["sentence"] == sentence
    assert evidence_words.explain_types(None) is None


def test_a_picture_names_its_suppliers_and_its_place_with_each() -> None:
    proposal = make_proposal()
    offers = list(Offer.objects.filter(product=proposal.product).order_by("position"))
    Offer.objects.create(product=proposal.product, supplier=offers[4].supplier, source="again.png",
                         position=9, image=offers[0].image, state="fetched")  # fmt: skip
    shown = {image["sha"]: image["origin"] for image in describe_items(proposal)}
    assert shown[list_shas(proposal)[0]] == "Norda: picture 1 of 4; also Solvik: picture 2 of 2"
    assert shown[list_shas(proposal)[4]] == "Solvik: picture 1 of 2"


def test_places_count_what_could_not_be_fetched(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    proposal = make_proposal()
    Offer.objects.filter(product=proposal.product, position=0).update(image=None, state="pending")
    with django_assert_num_queries(1):
        places = find_places(proposal.product_id)
    assert sorted(map(list, places.values())) == [
        [("Norda", 2, 4)], [("Norda", 3, 4)], [("Norda", 4, 4)], [("Solvik", 1, 1)],
    ]  # fmt: skip


def test_a_copy_is_told_with_its_numbers_its_place_and_a_map(client: Client, sam: User) -> None:
    proposal, (_, kept, copy, *_) = make_compared()
    client.force_login(sam)
    found = ask(client, proposal, kept, copy).json()
    assert found["duplicate"] and found["probability"] > 0.5
    assert found["verdict"].startswith("The same picture")
    assert "the product 0.80 times as large" in found["geometry"]
    assert {row["name"] for row in found["paper"]} == {"phash", "edge_dhash", "hsv_chi_square"}
    assert not any(row["beyond"] for row in found["rows"])
    drawn = client.get(found["map"])
    assert (drawn.status_code, drawn["Content-Type"]) == (200, "image/png")
    with Pillow.open(io.BytesIO(drawn.content)) as heat:
        assert heat.size == (320, 320)
        assert np.asarray(heat.convert("RGBA"))[..., 3].mean() < 40  # hardly anything differs


def test_the_matrix_takes_a_place_of_the_left_picture_to_the_right_one() -> None:
    _, (_, kept, copy, *_) = make_compared()
    a, b, tx, c, d, ty = differences.compare(kept, copy)["matrix"]
    assert (a, d) == pytest.approx((0.8, 0.8), abs=0.02)
    assert (b, c) == pytest.approx((0, 0), abs=0.02)
    assert (a * 0.5 + tx, d * 0.5 + ty) == pytest.approx((0.5, 0.5), abs=0.01)  # the middle stays


def test_any_two_pictures_of_the_product_are_compared(client: Client, sam: User) -> None:
    proposal, (first, kept, *_) = make_compared()
    client.force_login(sam)
    found = ask(client, proposal, first, kept).json()
    assert not found["duplicate"]
    assert found["verdict"].startswith(("Not ", "Most likely not"))
    assert any(row["beyond"] for row in found["rows"])


def test_what_was_compared_is_not_computed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (_, kept, copy, *_) = make_compared()
    found = differences.compare(kept, copy)
    files = sorted(path.name for path in folder.rglob("difference/**/*") if path.is_file())
    name = store.name_difference(kept, copy, differences.version())
    assert files == [f"{name}.{suffix}" for suffix in ("json", "png")]
    monkeypatch.setattr(differences, "_measure", None)
    assert differences.compare(kept, copy) == found


def test_maps_of_proposed_copies_are_ready_and_a_lost_picture_holds_nothing_up(folder: Path) -> None:
    _, (first, kept, copy, *_) = make_compared()
    images = Image.objects.count()
    differences.keep([("ab" * 32, first), (kept, copy)])
    assert len(list(folder.rglob("difference/**/*.png"))) == 1
    assert Image.objects.count() == images


def test_what_the_selection_compared_is_told_as_it_was_measured_then(client: Client, sam: User) -> None:
    proposal, (_, kept, copy, *_) = make_compared()
    found = differences.compare(kept, copy) | {"probability": 0.77}
    name = store.name_difference(kept, copy, "older-1")
    store.put_difference(name, "json", json.dumps(found).encode())
    Proposal.objects.update(model_versions={"comparator": "older-1"})
    client.force_login(sam)
    answer = ask(client, proposal, kept, copy).json()
    assert (answer["probability"], answer["version"]) == (0.77, "older-1")
    assert "older-1" in answer["map"]


def test_a_picture_that_is_lost_is_told_so(client: Client, sam: User) -> None:
    proposal = make_proposal()
    a, b, *_ = list_shas(proposal)
    client.force_login(sam)
    answer = ask(client, proposal, a, b)
    assert answer.status_code == 410
    assert "cannot be compared" in answer.json()["message"]


def test_pictures_of_another_product_are_not_compared(client: Client, sam: User) -> None:
    proposal, (a, *_) = make_compared()
    client.force_login(sam)
    for other in (list_shas(make_proposal())[0], a, "", "\0"):
        assert ask(client, proposal, a, other).status_code == 404


def test_a_map_needs_its_signature(client: Client) -> None:
    _, (_, kept, copy, *_) = make_compared()
    differences.compare(kept, copy)
    url = store.difference_url(store.name_difference(kept, copy, differences.version()))
    assert client.get(url).status_code == 200
    assert client.get(url[:-1] + ("0" if url[-1] != "0" else "1")).status_code == 404


def test_heat_is_clear_where_nothing_differs_and_strongest_where_most_does() -> None:
    residual = np.zeros((4, 6), np.float32)
    residual[1, 2], residual[3, 5] = 1.0, 0.4
    with Pillow.open(io.BytesIO(differences.draw_heat(residual))) as heat:
        pixels = np.asarray(heat.convert("RGBA"))
    assert pixels.shape == (4, 6, 4)
    assert pixels[0, 0, 3] == 0
    assert pixels[1, 2, 3] > 200 > pixels[3, 5, 3] > 90
    assert pixels[1, 2, 1] < pixels[3, 5, 1]  # redder


@pytest.mark.parametrize(
    ("by", "word"),
    [("residual", "some detail differs"), ("colour", "another colour"), ("hidden", "other does not"),
     ("misfit", "cannot be laid"), ("doubt", "small differences"), ("sha256", "The same file"),
     ("something new", "Not the same picture")],
)  # fmt: skip
def test_what_decided_is_said_in_words(by: str, word: str) -> None:
    assert word in comparison_words.tell_verdict({"duplicate": False, "decided_by": by})


def test_distances_are_written_in_their_units_beside_their_limits() -> None:
    found = {
        "distances": {"phash": 12.0, "hidden": 0.04, "residual": 3.26, "odd": 0.5},
        "thresholds": {"phash": 10.0, "hidden": 0.3, "residual": 25.0},
    }
    rows = comparison_words.explain_distances(found)
    shown = [(row["label"], row["value"], row.get("limit"), row["beyond"]) for row in rows]
    assert shown == [
        ("Shown by one only", "4 %", "30 %", False),
        ("Detail of the worst spot", "3.3", "25", False),
        ("Light and dark", "12", "10", True),
        ("Odd", "0.50", None, False),
    ]
    assert rows[2]["share"] == pytest.approx(0.6)
