"""`manage.py load_demo`: the catalog that the project drew itself, three people, and a run over it all."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from rest_framework.authtoken.models import Token

from pipeline.catalog_files import parse
from pipeline.catalog_records import ParsedProduct
from review import tasks
from review.actions import runs
from review.actions.heads import register_heads
from review.demo_people import PEOPLE, DemoPerson
from review.models import CategoryGrant, Product, RunProduct, SelectionRun

CATALOG = settings.BASE_DIR / "demo" / "catalog" / "products.jsonl"
HEADS = settings.BASE_DIR / "demo" / "heads"


class Command(BaseCommand):
    """Loads the demo; a second time it changes nothing."""

    help = "Load the demo catalog with its models, three people to log in as, and a first run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Other files than the project's own, for tests."""
        parser.add_argument("--catalog", type=Path, default=CATALOG)
        parser.add_argument("--heads", type=Path, default=HEADS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, register, make people, start."""
        if not settings.DEBUG:
            raise CommandError(
                "Anybody can read the demo's passwords, so it is loaded only with SMARTIMG_DEBUG=1."
            )
        catalog: Path = options["catalog"]
        if not catalog.exists():
            raise CommandError(f"There is no {catalog}; draw it with: python -m demo.draw --out demo/catalog")
        call_command("import_catalog", catalog, stdout=self.stdout)
        heads = register_heads(options["heads"])
        self.stdout.write(f"models: {heads}")
        with transaction.atomic():
            lines = [make_person(person) for person in PEOPLE]
        write_logins(lines)
        run = start_run(catalog)
        if run:
            (settings.VAR_DIR / "demo-run.txt").write_text(f"{run.pk}\n")  # ./run waits for it
        self.stdout.write(f"run {run.pk} looks at the catalog" if run else "the catalog was looked at before")
        self.stdout.write("\n".join(lines))


def make_person(person: DemoPerson) -> str:
    """The person with their role, and a line that says how to log in; an admin also has a token."""
    user, is_new = User.objects.get_or_create(username=person.role, defaults={"email": person.email})
    if not is_new and user.email != person.email:
        return f"{person.role}: this name was taken before; the demo's person was not made"
    user.set_password(person.password)
    user.is_staff = person.role == "admin"
    user.save()
    user.groups.set([Group.objects.get(name=person.role)])
    line = f"{person.role:<11} {person.password:<16} {person.does}"
    if person.role == "specialist":
        CategoryGrant.objects.get_or_create(user=user, path="")
    if person.role == "admin":
        line += f"; API token {Token.objects.get_or_create(user=user)[0].key}"
    return line


def write_logins(lines: list[str]) -> None:
    """For ./run, which prints them at every start; for the owner's eyes, as a token is in it."""
    path = settings.VAR_DIR / "demo-logins.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")


def start_run(catalog: Path) -> SelectionRun | None:
    """A run over the demo's products, unless one has covered them all."""
    ids = [item.id for item in parse(catalog) if isinstance(item, ParsedProduct)]
    unseen = Product.objects.filter(external_id__in=ids)
    unseen = unseen.exclude(pk__in=RunProduct.objects.values("product"))
    if SelectionRun.objects.filter(state=SelectionRun.State.PLANNED).exists() or not unseen.exists():
        return None
    others = Product.objects.exclude(external_id__in=ids).exists()
    scope: dict[str, Any] = {"products": ids} if others else {"all": True}
    run = runs.start(scope=scope, by=User.objects.filter(username="admin").first(), now=timezone.now())
    tasks.hint(tasks.plan_run, run.pk)
    return run
