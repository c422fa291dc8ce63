"""The loop: from ten examples through questions to a trained, compared and perhaps released model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from review import improving as loop_work
from review import inference, pools, training
from review.actions import improving, labels, work
from review.actions.improving import LoopConfig, UnableToImprove
from review.models import (
    Answer,
    Image,
    ImageAnalysis,
    ImproveLoop,
    ImproveRound,
    Label,
    ModelVersion,
    Proposal,
    Question,
    Release,
    TrainingRun,
)
from tests.review.conftest import make_person
from tests.review.factories import publish_pairs
from tests.review.heads import SIZE, embed_all, lay_ground

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HITS, OTHERS = 60, 240


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of a test lie in a folder of its own; pictures were looked at without any model."""
    lay_ground(settings, tmp_path, monkeypatch)
    monkeypatch.setattr(training, "KEEP_EVERY_S", 0.0)


@pytest.fixture
def truth() -> dict[int, bool]:
    """Pictures that were looked at, two a product that shows them; those with a mannequin look alike."""
    numbers = np.random.default_rng(4).normal(0, 1, (HITS + OTHERS, SIZE))
    numbers[:HITS, :40] += 2.0
    images = embed_all(list(numbers))
    publish_pairs(images)
    return {image.pk: place < HITS for place, image in enumerate(images)}


def name_ten(truth: dict[int, bool]) -> None:
    for image in Image.objects.filter(pk__in=[pk for pk, is_hit in truth.items() if is_hit][:10]):
        improving.name_example("mannequin", image, {}, NOW)


def begin(rounds: int = 1, **config: Any) -> ImproveLoop:
    return improving.start(
        judge="mannequin",
        category=None,
        rounds=rounds,
        config=LoopConfig(**{"questions": 40, **config}),
        by=None,
        now=NOW,
    )


def answer(truth: dict[int, bool]) -> int:
    """As the crowd would, were it always right."""
    asked = Question.objects.filter(state=Question.State.OPEN)
    for question in asked:
        value = labels.YES if truth[question.image_id] else labels.NO
        labels.write(
            subject="mannequin",
            image_id=question.image_id,
            value=labels.value_of("mannequin", value),
            source=Label.Source.CONSENSUS,
            question=question,
            now=timezone.now(),
        )
        question.state, question.settled_value = Question.State.SETTLED, value
        question.save()
    return len(asked)


def test_a_round_asks_waits_and_trains(truth: dict[int, bool]) -> None:
    name_ten(truth)
    loop = begin()
    assert loop_work.advance(loop.pk)
    step = loop.steps.get()
    assert (step.stage, step.questions.count()) == (ImproveRound.Stage.CROWD, 40)
    assert not loop.steps.get().training_run
    assert answer(truth) == 40
    assert loop_work.advance(loop.pk)
    loop.refresh_from_db()
    step.refresh_from_db()
    assert (loop.state, step.stage) == (ImproveLoop.State.DONE, ImproveRound.Stage.DONE)
    assert step.figures.get("labels") == 50, step.figures.get("trouble")
    assert step.figures["recall"] > 0.5
    assert ModelVersion.objects.get(judge="mannequin").state == ModelVersion.State.CANDIDATE


def test_it_asks_about_what_it_needs_to_know(truth: dict[int, bool]) -> None:
    name_ten(truth)
    loop_work.advance(begin().pk)
    asked = list(Question.objects.values_list("image", flat=True))
    share = sum(truth[image] for image in asked) / len(asked)
    assert share > 2 * HITS / (HITS + OTHERS)


def test_pictures_that_only_an_earlier_version_saw_are_looked_at_anew(
    truth: dict[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    name_ten(truth)
    old = ImageAnalysis.objects.exclude(image__labels__subject="mannequin").order_by("image")[:5]
    ids = [row.image_id for row in old]
    ImageAnalysis.objects.filter(image__in=ids).update(version="older")
    seen: list[list[int]] = []

    def look(wanted: list[int], check: Callable[[], None]) -> None:
        seen.append(wanted)
        check()

    monkeypatch.setattr(inference, "look_at_images", look)
    monkeypatch.setattr(pools, "MOST_LOOKED_AT", 3)
    loop = begin()
    loop_work.advance(loop.pk)
    assert seen == [ids[:3]]
    assert loop.steps.get().figures["pool"] == HITS + OTHERS - 5


def test_nothing_is_done_twice_while_people_answer(truth: dict[int, bool]) -> None:
    name_ten(truth)
    loop = begin()
    for _ in range(3):
        assert loop_work.advance(loop.pk)
    assert (loop.steps.count(), Question.objects.count()) == (1, 40)


def test_questions_that_everybody_answered_in_doubt_hold_no_round_up(truth: dict[int, bool]) -> None:
    name_ten(truth)
    loop = begin()
    assert loop_work.advance(loop.pk)
    left = Question.objects.filter(state="open").first()
    assert left is not None
    answer(truth)
    Question.objects.filter(pk=left.pk).update(state="open", settled_value="")
    for name, value in (("wim", "yes"), ("wanda", "no")):
        said = {"value": value, "answered_by": make_person(name, "worker"), "answered_at": NOW}
        Answer.objects.create(question=left, **said)
    assert improving.count_answers(loop.steps.get(), NOW + timedelta(minutes=29))["stuck"] == 0
    assert loop_work.advance(loop.pk, lambda: NOW + timedelta(minutes=29))
    assert loop.steps.get().stage == ImproveRound.Stage.CROWD
    Answer.objects.filter(value="no").update(withdrawn_at=NOW)
    assert improving.count_answers(loop.steps.get(), NOW + timedelta(minutes=31))["stuck"] == 0
    Answer.objects.update(withdrawn_at=None)
    assert loop_work.advance(loop.pk, lambda: NOW + timedelta(minutes=31))
    step = loop.steps.get()
    assert (step.stage, step.figures["answers"]["stuck"]) == (ImproveRound.Stage.DONE, 1)


def test_later_rounds_are_ranked_by_the_model_and_take_sure_hits_off(truth: dict[int, bool]) -> None:
    name_ten(truth)
    loop = begin(rounds=2, questions=60)
    loop_work.advance(loop.pk)
    answer(truth)
    loop_work.advance(loop.pk)
    first, second = loop.steps.order_by("number")
    assert second.stage == ImproveRound.Stage.CROWD
    made = Proposal.objects.filter(state=Proposal.State.OPEN)
    assert first.figures["removals"] == 0
    assert second.figures["removals"] == made.count()
    dropped = made.filter(items__verdict="drop").values_list("items__image", "items__verdict")
    hits = [image for image, verdict in dropped if verdict == "drop"]
    assert not hits or sum(truth[image] for image in hits) / len(hits) > 0.8


def test_killed_between_two_stages_it_goes_on(
    truth: dict[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    name_ten(truth)
    loop = begin()
    loop_work.advance(loop.pk)
    answer(truth)

    def die(run_id: int) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loop_work.training, "run_training", die)
        with pytest.raises(KeyboardInterrupt):
            loop_work.advance(loop.pk)
    later = timezone.now() + 2 * work.LASTS
    assert work.list_forgotten(ImproveLoop, later) == [loop.pk]
    assert loop_work.advance(loop.pk, lambda: later)
    assert loop.steps.get().stage == ImproveRound.Stage.DONE
    assert TrainingRun.objects.count() == 1


def test_a_surely_better_model_is_released_once_where_the_loop_may(truth: dict[int, bool]) -> None:
    name_ten(truth)
    loop = begin(questions=120, release=True)
    loop_work.advance(loop.pk)
    answer(truth)
    loop_work.advance(loop.pk)
    step = loop.steps.get()
    assert step.figures["released"] == (step.figures["verdict"] == "better")
    assert Release.objects.count() == int(step.figures["released"])


def test_a_training_that_fails_ends_the_round_with_the_reason(truth: dict[int, bool]) -> None:
    name_ten(truth)
    loop = begin(questions=1, remove=False)
    loop_work.advance(loop.pk)
    answer(truth)
    loop_work.advance(loop.pk)
    step = loop.steps.get()
    assert step.stage == ImproveRound.Stage.DONE
    assert "at least" in step.figures["trouble"]


def test_an_error_of_ours_ends_the_loop_in_words_and_a_lost_database_does_not(
    truth: dict[int, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_with(error: Exception) -> None:
        def predict(*_: Any) -> bool:
            raise error

        monkeypatch.setitem(loop_work._STAGES, ImproveRound.Stage.PREDICT, predict)

    name_ten(truth)
    loop = begin()
    fail_with(OperationalError("the server closed the connection"))
    with pytest.raises(OperationalError):
        loop_work.advance(loop.pk)
    fail_with(ZeroDivisionError("by zero"))
    assert loop_work.advance(loop.pk, lambda: timezone.now() + work.LASTS * 2)
    loop.refresh_from_db()
    assert (loop.state, loop.error) == (
        "failed",
        "It ended with an error of ours (ZeroDivisionError: by zero).",
    )


def test_without_an_example_nothing_is_started(truth: dict[int, bool]) -> None:
    with pytest.raises(UnableToImprove, match="ten will do"):
        begin()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"rounds": 0}, "rounds"), ({"questions": 0}, "questions"), ({"questions": 5000}, "questions")],
)
def test_settings_that_cannot_be_are_named(
    truth: dict[int, bool], change: dict[str, int], field: str
) -> None:
    name_ten(truth)
    with pytest.raises(UnableToImprove) as caught:
        begin(**change)
    assert caught.value.field == field


def test_a_second_start_finds_the_loop_that_goes_on(truth: dict[int, bool]) -> None:
    name_ten(truth)
    assert begin() == begin()
    assert ImproveLoop.objects.count() == 1


def test_the_command_names_examples_and_tells_how_far_it_came(truth: dict[int, bool], tmp_path: Path) -> None:
    shas = Image.objects.filter(pk__in=list(truth)[:10]).values_list("sha256", flat=True)
    (tmp_path / "ten.txt").write_text("\n".join(shas))
    for _ in range(2):
        said = StringIO()
        options = {"judge": "mannequin", "rounds": 2, "examples": tmp_path / "ten.txt", "stdout": said}
        call_command("improve", **options)
    assert "0 of 60 questions answered" in said.getvalue()
    assert Label.objects.count() == 10


def test_the_command_refuses_a_picture_that_nobody_knows(tmp_path: Path) -> None:
    (tmp_path / "ten.txt").write_text("nowhere.jpg\n")
    with pytest.raises(CommandError, match="line 1: no picture is known"):
        call_command("improve", judge="mannequin", examples=tmp_path / "ten.txt")
