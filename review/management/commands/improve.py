"""manage.py improve: make a judge better in rounds of asking, training and comparing."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from review.actions import improving
from review.actions.improving import LoopConfig, UnableToImprove
from review.models import Category, Image, ImproveLoop, ImproveRound, Offer

PAUSE_S = 2.0
State = ImproveLoop.State


class Command(BaseCommand):
    """Start or go on with a judge's loop; ends when people have to answer, unless it waits for them."""

    help = "Improve a judge: predict, ask people, train, compare; again for so many rounds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = LoopConfig()
        parser.add_argument("--judge", required=True, help="badge, blur, weapon, ... or a new name")
        parser.add_argument("--rounds", type=int, default=1, help="default 1")
        parser.add_argument("--category", help="only pictures of this category and those below it")
        parser.add_argument("--questions", type=int, default=usual.questions, help="a round, default 60")
        parser.add_argument("--technique", default=usual.technique, help="logistic, shallow or last_block")
        parser.add_argument("--precision", type=float, default=usual.precision, help="default 0.95")
        parser.add_argument(
            "--examples",
            type=Path,
            help="file with a SHA-256 or a product's source of a picture that has it, a line; ten will do",
        )
        parser.add_argument("--no-removals", action="store_true", help="propose nothing, only learn")
        parser.add_argument(
            "--release", action="store_true", help="make a surely better model live by itself"
        )
        parser.add_argument("--every", type=int, default=0, help="begin again so many days after its end")
        parser.add_argument("--wait", action="store_true", help="stay until all rounds are done")

    def handle(self, *args: Any, **options: Any) -> None:
        category = self.find_category(options["category"])
        if options["examples"]:
            self.name_examples(options["judge"], options["examples"])
        config = LoopConfig(
            questions=options["questions"],
            technique=options["technique"],
            precision=options["precision"],
            remove=not options["no_removals"],
            release=options["release"],
            every_days=options["every"],
        )
        try:
            loop = improving.start(
                judge=options["judge"],
                category=category,
                rounds=options["rounds"],
                config=config,
                by=None,
                now=timezone.now(),
            )
        except UnableToImprove as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Loop {loop.pk}; see {settings.BASE_URL}/improve/{loop.pk}/")
        self.follow(loop.pk, is_patient=options["wait"])

    def find_category(self, path: str | None) -> Category | None:
        if not path:
            return None
        found = Category.objects.filter(path=path).first()
        if found is None:
            raise CommandError(f"There is no category “{path}”.")
        return found

    def name_examples(self, judge: str, path: Path) -> None:
        """Label what the file names; said twice, it is said once."""
        try:
            lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
        for number, line in enumerate(lines, start=1):
            image = find_image(line)
            if image is None:
                raise CommandError(f"{path}, line {number}: no picture is known as “{line[:100]}”.")
            improving.name_example(judge, image, {"file": path.name, "line": number}, timezone.now())
        self.stdout.write(f"{len(lines)} examples of “{judge}” are labelled.")

    def follow(self, loop_id: int, *, is_patient: bool) -> None:
        """Take it as far as it goes here, and tell each step once."""
        from review import improving as loop_work

        told: list[str] = []
        while True:
            loop_work.advance(loop_id)
            loop = ImproveLoop.objects.get(pk=loop_id)
            self.tell(loop, told)
            if loop.state == State.FAILED:
                raise CommandError(loop.error)
            if loop.state not in (State.WAITING, State.WORKING):
                return
            if not is_patient:
                self.stdout.write("It goes on by itself as people answer, or call this again.")
                return
            time.sleep(PAUSE_S)

    def tell(self, loop: ImproveLoop, told: list[str]) -> None:
        for step in loop.steps.order_by("number"):
            line = f"round {step.number}: {step.get_stage_display()}{describe(step)}"
            if line not in told:
                told.append(line)
                self.stdout.write(line)


def find_image(name: str) -> Image | None:
    """By its content's SHA-256, or by the address or path that a supplier gave."""
    offer = Offer.objects.filter(source=name, image__isnull=False).select_related("image").first()
    return offer.image if offer else Image.objects.filter(sha256=name).first()


def describe(step: ImproveRound) -> str:
    """What is known of a round by now, in a few words."""
    found, counts = step.figures, improving.count_answers(step, timezone.now())
    parts = []
    if "asked" in found:
        settled = counts["settled"] + counts["disputed"]
        parts.append(f"{settled} of {found['asked']} questions answered, {counts['yes']} yes")
    if found.get("removals"):
        parts.append(f"{found['removals']} proposals to take sure hits off")
    for name, word in (("precision", "precision"), ("recall", "recall")):
        if found.get(name) is not None:
            parts.append(f"{word} {found[name]:.3f}")
    if found.get("released"):
        parts.append("released")
    if found.get("trouble"):
        parts.append(found["trouble"])
    return ": " + ", ".join(parts) if parts else ""
