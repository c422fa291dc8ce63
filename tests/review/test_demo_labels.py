"""Half of what the demo has drawn is stated as labels, known questions and examples; twice is once."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from review.actions import labels
from review.models import ExamplePicture, GoldQuestion, Label, Offer, Question, Supplier
from tests.review.factories import make_image, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def truth(tmp_path: Path, settings: Any) -> Path:
    """Four products of three pictures; every third one is blurred, one is no picture at all."""
    settings.DEBUG = True
    supplier, lines = Supplier.objects.create(name="Norda"), []
    for _ in range(4):
        product, pictures = make_product(category="Demo > Lamps"), []
        for place, kind in enumerate(("front", "side", None)):
            name = f"images/{product.external_id}/norda-{place}.jpg"
            state = {"state": Offer.State.FETCHED, "image": make_image()} if place < 2 or kind is None else {}
            Offer.objects.create(
                product=product, supplier=supplier, source=f"/demo/{name}", position=place, **state
            )
            defects = ["blur"] if place == 1 else ["placeholder"] if kind is None else []
            pictures.append({"file": name, "type": kind, "defects": defects})
        lines.append({"id": product.external_id, "images": pictures})
    path = tmp_path / "truth.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def run(truth: Path) -> str:
    out = io.StringIO()
    call_command("demo_labels", truth=truth, stdout=out)
    return out.getvalue()


def test_every_second_product_is_labelled(truth: Path, sam: User) -> None:
    assert run(truth).startswith("28 labels")
    stated = ("specialist", "gold")  # of the other half the demo's crowd may settle some
    said = {judge: labels.current(judge, sources=stated) for judge in ("type", "blur")}
    assert sorted(row.value for row in said["type"]) == ["front", "front", "side", "side"]
    assert sorted(row.value for row in said["blur"]) == ["no"] * 4 + ["yes"] * 2
    told = Label.objects.filter(source__in=stated)
    assert set(told.values_list("source", flat=True)) == {"specialist", "gold"}
    settled = Label.objects.exclude(source__in=stated)
    assert set(settled.values_list("source", flat=True)) <= {"consensus"}
    assert not settled.filter(subject="blur").exists()
    pictures = told.filter(subject="type").values("image")
    assert not settled.filter(subject="type", image__in=pictures).exists()


def test_of_the_labels_come_known_questions_and_examples(truth: Path) -> None:
    run(truth)
    assert GoldQuestion.objects.filter(question__subject="blur").count() == 6
    assert set(ExamplePicture.objects.filter(subject="blur").values_list("value", flat=True)) == {"yes", "no"}
    assert ExamplePicture.objects.filter(subject="blur", value="no").count() == 2


def test_a_second_time_changes_nothing(truth: Path) -> None:
    run(truth)
    assert run(truth) == "0 labels, 0 known questions, 0 examples, 0 answers of the crowd\n"


def test_what_people_are_asked_about_is_left_to_them(truth: Path) -> None:
    image = Offer.objects.order_by("pk")[1].image
    assert image is not None
    Question.objects.create(kind="quality", subject="blur", image=image, choices=["yes", "no"])
    run(truth)
    assert not Label.objects.filter(subject="blur", image=image).exists()
    assert Label.objects.filter(subject="type", image=image).exists()


def test_it_is_for_the_demo_alone(truth: Path, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError):
        run(truth)
