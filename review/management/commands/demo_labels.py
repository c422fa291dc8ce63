"""`manage.py demo_labels`: half of what the demo has drawn, stated as labels, and a crowd of five."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from review.actions import gold_stock, labels
from review.demo_crowd import answer_some
from review.demo_truth import DEFECTS, Known, find_known
from review.models import ExamplePicture, Label, Question

TRUTH = Path(settings.BASE_DIR) / "demo" / "catalog" / "truth.jsonl"
EXAMPLES = 2  # pictures a value, for the instructions
FROM = "drawn truth of the demo"


class Command(BaseCommand):
    """Labels, known questions and examples for the demo; a second time it changes nothing."""

    help = "State half of the demo's truth as labels, known questions and examples; have a crowd answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Another file, for tests."""
        parser.add_argument("--truth", type=Path, default=TRUTH)

    def handle(self, *args: Any, **options: Any) -> None:
        """Only pictures that are there, and that nobody is asked about."""
        if not settings.DEBUG:
            raise CommandError("The demo's labels are drawn, not looked at: only with SMARTIMG_DEBUG=1.")
        by = User.objects.filter(username="specialist").first()
        labelled, asked = (list(find_known(options["truth"], start)) for start in (0, 1))
        with transaction.atomic():
            written = state(labelled, by)
            examples = show_examples(labelled)
        known = sum(gold_stock.stock(subject, timezone.now()) for subject in ("type", *DEFECTS))
        with transaction.atomic():
            answers = answer_some(asked, timezone.now())
        self.stdout.write(
            f"{written} labels, {known} known questions, {examples} examples, {answers} answers of the crowd"
        )


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
