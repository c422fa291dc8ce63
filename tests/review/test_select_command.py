"""manage.py select and demo_score, as an admin types them."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from review import batches, tasks
from review.management.commands import select
from review.models import Proposal, RunProduct, SelectionRun
from tests.review.factories import draw_picture
from tests.review.test_batches import assessor, folder, make_files

pytestmark = pytest.mark.django_db
__all__ = ["assessor", "folder"]  # fixtures


@pytest.fixture(autouse=True)
def hints(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    hinted: list[str] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: hinted.append(task.name))
    return hinted


def run_select(*arguments: str) -> str:
    out = StringIO()
    call_command("select", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_inline_it_works_without_workers_and_sums_up(folder: Path) -> None:
    make_files(folder, draw_picture(1), draw_picture(2, side_px=80), draw_picture(3))
    make_files(folder, draw_picture(1), draw_picture(3))
    make_files(folder, draw_picture(1))
    said = run_select("--all", "--inline")
    assert "looked at       2 products: 1 proposals, 1 already the best set" in said
    assert "passed over     1: fewer than two different pictures 1" in said
    assert "images dropped  1: resolution 1" in said
    assert "images          5 looked at" in said
    assert SelectionRun.objects.get().state == SelectionRun.State.DONE


def test_without_waiting_it_hands_the_run_to_the_workers(folder: Path, hints: list[str]) -> None:
    make_files(folder, draw_picture(1), draw_picture(2))
    said = run_select("--all")
    run = SelectionRun.objects.get()
    assert f"/runs/{run.pk}/" in said
    assert hints == ["review.tasks.plan_run"]


def test_waiting_for_workers_that_are_not_there_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_files(folder, draw_picture(1), draw_picture(2))
    monkeypatch.setattr(select, "has_workers", lambda: False)
    with pytest.raises(CommandError, match="No worker answers"):
        run_select("--all", "--wait")
    assert not SelectionRun.objects.exists()


def test_a_list_of_products_may_be_ids_or_catalog_lines(folder: Path) -> None:
    first, second = (make_files(folder, draw_picture(n), draw_picture(n + 1)) for n in (1, 4))
    make_files(folder, draw_picture(6), draw_picture(7))
    wanted = folder / "wanted.txt"
    wanted.write_text(f'{first.external_id}\n{{"id": "{second.external_id}", "title": ""}}\n\nnobody\n')
    said = run_select("--products", str(wanted), "--inline")
    assert "1 products are not in the catalog and left out: nobody" in said
    assert "looked at       2 products" in said


@pytest.mark.parametrize(("text", "words"), [("", "names no product"), ('{"title": 1}\n', "line 1")])
def test_a_bad_list_of_products_is_told(folder: Path, text: str, words: str) -> None:
    wanted = folder / "wanted.txt"
    wanted.write_text(text)
    with pytest.raises(CommandError, match=words):
        run_select("--products", str(wanted))


def test_an_unknown_category_is_told(folder: Path) -> None:
    make_files(folder, draw_picture(1), draw_picture(2))
    with pytest.raises(CommandError, match="no category “Garden”"):
        run_select("--category", "Garden")


def test_a_product_that_fails_makes_the_command_fail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    product = make_files(folder, draw_picture(1), draw_picture(2))

    def stumble(*_: object) -> None:
        raise ValueError("odd picture")

    monkeypatch.setattr(batches, "gather", stumble)
    out = StringIO()
    with pytest.raises(CommandError, match="1 products failed"):
        call_command("select", "--all", "--inline", stdout=out, stderr=out)
    assert (
        f"failed: {product.external_id}: It could not be judged (ValueError: odd picture)." in out.getvalue()
    )


def write_truth(folder: Path, product_id: str, **planted: list[str]) -> Path:
    images = [
        {"file": name, "defects": found, "type": None, "group": name, "origin": "drawn"}
        for name, found in planted.items()
    ]
    truth = {"id": product_id, "category": "Furniture > Armchairs", "heroes": [], "images": images}
    path = folder / "truth.jsonl"
    path.write_text(json.dumps(truth) + "\n")
    return path


def test_the_demo_score_compares_stored_proposals_with_the_truth(folder: Path) -> None:
    product = make_files(folder, draw_picture(1), draw_picture(2, side_px=80), draw_picture(3))
    run_select("--all", "--inline")
    names: list[Any] = [Path(source).name for source in product.offers.values_list("source", flat=True)]
    planted = {name: ["resolution"] if name.endswith("-1.png") else [] for name in sorted(names)}
    out = StringIO()
    call_command(
        "demo_score", "--truth", str(write_truth(folder, product.external_id, **planted)), stdout=out
    )
    lines = {line.split()[0]: line.split()[1:] for line in out.getvalue().splitlines()}
    assert lines["resolution"] == ["1", "1.000", "1", "1.000"]
    assert Proposal.objects.count() == RunProduct.objects.count() == 1


def test_the_demo_score_says_when_there_is_nothing_to_compare(folder: Path) -> None:
    with pytest.raises(CommandError, match="No demo product was selected yet"):
        call_command("demo_score", "--truth", str(write_truth(folder, "none")))


def test_where_the_output_is_a_file_a_bar_writes_no_line_a_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(6):
        make_files(folder, draw_picture(1), draw_picture(3))
    looks: list[int] = []
    measure = select.measure

    def count(run: SelectionRun, now: Any) -> Any:
        looks.append(run.pk)
        return measure(run, now)

    monkeypatch.setattr(select, "measure", count)
    monkeypatch.setattr(settings, "BATCH_SIZE", 1)
    run_select("--all", "--inline")
    bars = capsys.readouterr().err.split("\r")
    assert len(looks) > 5
    assert len([bar for bar in bars if "products" in bar]) <= 4  # its beginning, its end
    assert "6/6" in bars[-1]
