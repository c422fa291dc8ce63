"""`manage.py demo_labels`: half of what the demo has drawn, stated as labels, so that there is a start."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from review.actions import gold_stock, labels
from review.models import ExamplePicture, Label, Offer, Question

TRUTH = Path(settings.BASE_DIR) / "demo" / "catalog" / "truth.jsonl"
DEFECTS = ("blur", "small_object", "placeholder", "badge")
EXAMPLES = 2  # pictures a value, for the instructions
FROM = "drawn truth of the demo"


@dataclass(frozen=True)
class Known:
    """What is drawn in one picture, in a question's words: subject -> answer."""

    image_id: int
    product_id: int
    answers: Mapping[str, str]


class Command(BaseCommand):
    """Labels, known questions and examples for the demo; a second time it changes nothing."""

    help = "State half of the demo's truth as labels; make known questions and examples of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Another file, for tests."""
        parser.add_argument("--truth", type=Path, default=TRUTH)

    def handle(self, *args: Any, **options: Any) -> None:
        """Only pictures that are there, and that nobody is asked about."""
        if not settings.DEBUG:
            raise CommandError("The demo's labels are drawn, not looked at: only with SMARTIMG_DEBUG=1.")
        by = User.objects.filter(username="specialist").first()
        found = list(find_known(options["truth"]))
        with transaction.atomic():
            written = state(found, by)
            examples = show_examples(found)
        known = sum(gold_stock.stock(subject, timezone.now()) for subject in ("type", *DEFECTS))
        self.stdout.write(f"{written} labels, {known} known questions, {examples} examples")


def find_known(truth: Path) -> Iterator[Known]:
    """Every second product's pictures; the others are left for people to be asked about."""
    lines = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()][::2]
    offers = Offer.objects.filter(
        product__external_id__in=[line["id"] for line in lines], image__isnull=False
    )
    rows = offers.values_list("product__external_id", "source", "image_id", "product_id")
    at = {(product, source): (image, pk) for product, source, image, pk in rows}
    seen: set[int] = set()
    for line in lines:
        for picture in line["images"]:
            place = next(
                (at[key] for key in at if key[0] == line["id"] and key[1].endswith(picture["file"])), None
            )
            if place is not None and place[0] not in seen and "unreadable" not in picture["defects"]:
                seen.add(place[0])
                yield Known(*place, answers=read_answers(picture))


def read_answers(picture: Mapping[str, Any]) -> dict[str, str]:
    """The type where there is one, and of each defect whether it was drawn."""
    drawn = {name: "yes" if name in picture["defects"] else "no" for name in DEFECTS}
    return drawn | ({"type": picture["type"]} if picture["type"] else {})


def state(found: list[Known], by: User | None) -> int:
    """Labels, where there are none of the demo's yet; gives how many were written."""
    asked = set(Question.objects.filter(state=Question.State.OPEN).values_list("subject", "image_id"))
    stated = Label.objects.filter(provenance__source=FROM).values_list("subject", "image_id")
    skipped = asked | set(stated)
    written = 0
    for known in found:
        for subject, answer in known.answers.items():
            if (subject, known.image_id) not in skipped:
                labels.write(
                    subject=subject,
                    image_id=known.image_id,
                    product_id=known.product_id,
                    value=labels.value_of(subject, answer),
                    source=Label.Source.SPECIALIST,
                    by=by,
                    provenance={"source": FROM},
                    now=timezone.now(),
                )
                written += 1
    return written


def show_examples(found: list[Known]) -> int:
    """A few pictures a value, for the instructions beside a question."""
    shown = Counter(ExamplePicture.objects.values_list("subject", "value"))
    made = 0
    for known in found:
        faults = [subject for subject in DEFECTS if known.answers[subject] == "yes"]
        for subject, answer in known.answers.items():
            is_plain = not set(faults) - {subject}
            if is_plain and shown[subject, answer] < EXAMPLES:
                shown[subject, answer] += 1
                said = {"subject": subject, "category": None, "image_id": known.image_id}
                made += ExamplePicture.objects.get_or_create(**said, defaults={"value": answer})[1]
    return made
