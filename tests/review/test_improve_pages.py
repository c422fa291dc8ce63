"""Pages of the loop: starting one, following it round by round, stopping it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import improving as loop_work
from review import tasks
from review.actions import improving, removals
from review.models import (
    ImproveLoop,
    ImproveRound,
    ModelComparison,
    SelectionRun,
    Snapshot,
)
from tests.review.heads import SIZE, embed_numbers, keep_model, lay_ground, make_head

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_ground(settings, tmp_path, monkeypatch)


@pytest.fixture
def examples() -> None:
    """Pictures of a catalog, one of them labelled."""
    rng = np.random.default_rng(4)
    images = [embed_numbers(rng.normal(0, 1, SIZE)) for _ in range(40)]
    improving.name_example("mannequin", images[0], {}, NOW)


def test_the_page_starts_a_loop_and_shows_it(
    examples: None, client: Client, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Callable[..., None]] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: sent.append(task))
    client.force_login(ada)
    form = {"judge": "mannequin", "rounds": "2", "questions": "30", "technique": "logistic", "remove": "1"}
    answer = client.post(reverse("improve"), form, follow=True)
    loop = ImproveLoop.objects.get()
    assert (loop.config["questions"], loop.config["remove"], loop.config["release"]) == (30, True, False)
    assert sent == [tasks.improve]
    assert "mannequin" in answer.content.decode()
    loop_work.advance(loop.pk)
    shown = client.get(reverse("improve-loop", args=[loop.pk])).content.decode()
    assert "0 of 30" in shown
    client.post(reverse("improve-stop", args=[loop.pk]))
    loop.refresh_from_db()
    assert loop.state == ImproveLoop.State.STOPPED


def test_a_round_leads_to_its_model_its_comparison_and_its_removals(client: Client, ada: Any) -> None:
    model = keep_model(make_head(judge="mannequin"), "mannequin", state="candidate")
    frozen = Snapshot.objects.create(name="set", judge="mannequin")
    compared = ModelComparison.objects.create(candidate=model, snapshot=frozen, state="done")
    figures = {"asked": 3, "removals": 2, "labels": 40, "model": model.pk, "verdict": "worse"}
    loop = ImproveLoop.objects.create(judge="mannequin", rounds=2, state="done")
    step = ImproveRound.objects.create(
        loop=loop, number=1, stage="done", figures=figures, comparison=compared
    )
    run = SelectionRun.objects.create(scope={removals.SCOPE: step.pk}, state="done")
    client.force_login(ada)
    shown = client.get(reverse("improve-loop", args=[loop.pk])).text
    for address in (f"/models/{model.pk}/", f"/models/comparisons/{compared.pk}/", f"/queue/?run={run.pk}"):
        assert f'href="{address}"' in shown
    assert "worse than what is live" in shown


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_a_loop_that_ended_early_goes_on_from_its_page(
    state: str, client: Client, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks, "hint", lambda task, *args, **_: sent.append((task, *args)))
    loop = ImproveLoop.objects.create(judge="mannequin", rounds=2, state=state, error="why", attempts=5)
    client.force_login(ada)
    assert "Go on" in client.get(reverse("improve-loop", args=[loop.pk])).text
    page = client.post(reverse("improve-again", args=[loop.pk]), follow=True).text
    loop.refresh_from_db()
    assert (loop.state, loop.error, loop.attempts) == ("waiting", "", 0)
    assert (sent, "Go on" in page) == ([(tasks.improve, loop.pk)], False)


def test_two_loops_of_one_judge_never_go_on_at_once(client: Client, ada: Any) -> None:
    ended = ImproveLoop.objects.create(judge="mannequin", rounds=2, state="failed")
    going = ImproveLoop.objects.create(judge="mannequin", rounds=2)
    client.force_login(ada)
    answer = client.post(reverse("improve-again", args=[ended.pk]))
    assert answer.headers["Location"] == reverse("improve-loop", args=[going.pk])
    ended.refresh_from_db()
    assert ended.state == "failed"


def test_a_wrong_number_is_told_beside_its_field(examples: None, client: Client, ada: Any) -> None:
    client.force_login(ada)
    answer = client.post(reverse("improve"), {"judge": "mannequin", "rounds": "many", "questions": "30"})
    assert answer.status_code == 400
    assert "Write a whole number" in answer.content.decode()
    assert not ImproveLoop.objects.exists()


def test_the_loops_page_asks_the_database_the_same_number_of_times(
    examples: None, client: Client, ada: Any, django_assert_max_num_queries: Any
) -> None:
    client.force_login(ada)
    for judge in ("one", "two", "three"):
        made = ImproveLoop.objects.create(judge=judge, rounds=3)
        for number in (1, 2, 3):
            figures = {"labels": 10 * number, "precision": 0.5, "recall": 0.2 * number, "asked": 3}
            ImproveRound.objects.create(loop=made, number=number, stage="done", figures=figures)
    with django_assert_max_num_queries(10):
        assert client.get(reverse("improve")).status_code == 200
    with django_assert_max_num_queries(10):
        shown = client.get(reverse("improve-loop", args=[made.pk])).content.decode()
    assert shown.count("<polyline") == 2
    assert ">10</text>" in shown and ">30</text>" in shown  # labels spent, at both ends


def test_rounds_that_spent_no_label_draw_no_chart(client: Client, ada: Any) -> None:
    made = ImproveLoop.objects.create(judge="mannequin", rounds=2, state="done")
    for number in (1, 2):
        figures = {"labels": 266, "precision": 1.0, "recall": 1.0, "asked": 0}
        ImproveRound.objects.create(loop=made, number=number, stage="done", figures=figures)
    client.force_login(ada)
    shown = client.get(reverse("improve-loop", args=[made.pk])).text
    assert "<polyline" not in shown
    assert shown.count("nothing left to ask") == 2
