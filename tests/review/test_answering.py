"""What the worker's page sends is kept once, answered with what comes next, and refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from review.actions.asking import Asked, ask
from review.given import sign_given
from review.models import (
    Answer,
    Category,
    ExamplePicture,
    GoldQuestion,
    Question,
    QuestionSlot,
    SkippedQuestion,
    WorkerPause,
    WorkerStanding,
)
from review.views.question_words import list_choices
from tests.review.factories import make_image

pytestmark = pytest.mark.django_db


def ask_some(count: int, subject: str = "blur", **said: Any) -> list[int]:
    asked = [Asked(subject, make_image().pk, weight=-float(place), **said) for place in range(count)]
    return ask(asked, origin="doubt", now=timezone.now())


@pytest.fixture
def worker(client: Client, wim: User) -> Client:
    client.force_login(wim)
    return client


def send(worker: Client, name: str, **body: Any) -> Any:
    answer = worker.post(f"/label/{name}/", body, content_type="application/json")
    return answer.json() | {"status": answer.status_code}


def say(question: int, value: str, key: str, **more: Any) -> dict[str, Any]:
    return {"question": question, "value": value, "client_id": key, **more}


def ids(said: Any) -> list[int]:
    return [question["id"] for question in said["questions"]]


def test_an_answer_is_kept_and_the_next_ones_come_with_it(worker: Client) -> None:
    made = ask_some(5)
    assert ids(send(worker, "ahead")) == made[:3]
    said = send(worker, "answers", answers=[say(made[0], "no", "k1", seconds=1.25)])
    assert (said["results"], ids(said)) == ([{"ok": True, "value": "no"}], made[1:4])
    kept = Answer.objects.get()
    assert (kept.value, kept.seconds, kept.is_late) == ("no", 1.25, False)
    assert kept.client_id.endswith(".k1")


def test_a_request_that_is_sent_again_adds_nothing(worker: Client) -> None:
    made = ask_some(20)
    send(worker, "ahead", wanted=20, subject="blur")
    grid = [say(pk, "yes" if place < 3 else "no", f"k{place}") for place, pk in enumerate(made)]
    for _ in range(2):
        said = send(worker, "answers", answers=grid, wanted=20, subject="blur")
        assert [result["ok"] for result in said["results"]] == [True] * 20
    assert Answer.objects.filter(value="yes").count() == 3
    assert Answer.objects.count() == 20


def test_a_second_answer_of_another_window_says_which_one_stays(worker: Client) -> None:
    (question,) = ask_some(1)
    send(worker, "ahead")
    send(worker, "answers", answers=[say(question, "no", "k1")])
    again = send(worker, "answers", answers=[say(question, "no", "k1")])
    assert again["results"] == [{"ok": True, "value": "no"}]  # the same sending once more
    other = send(worker, "answers", answers=[say(question, "yes", "k2")])
    assert other["results"] == [{"ok": True, "value": "no", "before": "No"}]
    assert Answer.objects.count() == 1


def test_one_answer_that_is_not_offered_holds_the_others_up_in_nothing(worker: Client) -> None:
    made = ask_some(2)
    send(worker, "ahead")
    said = send(
        worker,
        "answers",
        answers=[say(made[0], "perhaps", "a"), say(made[1], "no", "b"), say(10**9, "no", "c")],
    )
    assert [result["ok"] for result in said["results"]] == [False, True, False]
    assert said["results"][0]["message"] == "The question does not offer this answer."
    assert said["results"][2]["message"] == "The question is not there any more."


def test_nobody_votes_on_what_they_were_not_given(worker: Client, wim: User, sam: User) -> None:
    """A guessed number, another one's proof and a made-up one: each finds nothing."""
    first, *_, guessed = ask_some(9)
    proofs = ["", sign_given(sam.pk, guessed), sign_given(wim.pk, first), "x" * 43, "\u00e9"]
    send(worker, "ahead")
    said = send(worker, "answers", answers=[say(guessed, "no", f"k{proof}", proof=proof) for proof in proofs])
    assert [result["ok"] for result in said["results"]] == [False] * len(proofs)
    assert send(worker, "pass", question=guessed, flag=True)["status"] == 404
    assert send(worker, "undo", questions=[guessed])["status"] == 404
    assert not Answer.objects.exists() and not SkippedQuestion.objects.exists()


def test_with_the_pages_proof_an_answer_is_kept_though_the_lease_is_gone(worker: Client) -> None:
    ask_some(1)
    (given,) = send(worker, "ahead")["questions"]
    QuestionSlot.objects.update(leased_by=None, leased_until=None)
    said = send(worker, "answers", answers=[say(given["id"], "no", "late", proof=given["proof"])])
    assert said["results"] == [{"ok": True, "value": "no"}]
    assert Answer.objects.get().is_late


def test_a_key_is_one_persons_own(worker: Client, wim: User, sam: User) -> None:
    (question,) = ask_some(1)
    mine, theirs = sign_given(wim.pk, question), sign_given(sam.pk, question)
    send(worker, "answers", answers=[say(question, "no", "same", proof=mine)])
    worker.force_login(sam)
    said = send(worker, "answers", answers=[say(question, "yes", "same", proof=theirs)])
    assert said["results"] == [{"ok": True, "value": "yes"}]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("answers", {"answers": "all"}),
        ("answers", {"answers": [1, 2]}),
        ("answers", {"answers": [{}] * 25}),
        ("undo", {"questions": 7}),
    ],
)
def test_what_the_page_would_not_send_is_refused_in_words(worker: Client, name: str, body: Any) -> None:
    said = send(worker, name, **body)
    assert (said["status"], said["message"]) == (400, "This did not arrive whole. Load the page again.")


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff", b'"x"'])
def test_anything_but_an_object_is_no_server_error(worker: Client, body: bytes) -> None:
    answer = worker.post("/label/answers/", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("question", [0, -1, True, "7", 10**30, None, 1.5])
def test_a_number_that_is_none_of_a_question_is_told(worker: Client, question: Any) -> None:
    said = send(worker, "pass", question=question)
    assert (said["status"], "not there any more" in said["message"]) == (404, True)


def test_odd_signs_and_times_are_left_out_and_not_an_error(worker: Client) -> None:
    first, second = ask_some(2)
    send(worker, "ahead")
    send(
        worker,
        "answers",
        answers=[say(first, "no", "a\0b\ud800", seconds=-4), say(second, "no", "c", seconds="x")],
    )
    found = {
        (key.partition(".")[2], seconds)
        for key, seconds in Answer.objects.values_list("client_id", "seconds")
    }
    assert found == {("ab", None), ("c", None)}
    send(worker, "ahead", wanted="many", subject=["blur"])


def test_a_question_is_flagged_with_a_reason_and_gone(worker: Client, wim: User) -> None:
    made = ask_some(2)
    send(worker, "ahead")
    said = send(worker, "pass", question=made[0], reason="broken", flag=True)
    assert ids(said) == made[1:]
    kept = SkippedQuestion.objects.get()
    assert (kept.skipped_by, kept.is_flag, kept.reason) == (wim, True, "broken")


def test_what_is_taken_back_is_the_first_again_or_among_the_next(worker: Client) -> None:
    made = ask_some(3)
    send(worker, "ahead", wanted=1)
    send(worker, "answers", answers=[say(made[0], "no", "a")], wanted=0)
    said = send(worker, "undo", questions=[made[0]], wanted=3)
    assert (said["results"], set(ids(said))) == ([{"ok": True}], set(made))
    assert send(worker, "undo", questions=[made[0]])["results"] == [{"ok": False}]


def test_pairs_have_two_pictures_and_choices_of_their_own(worker: Client) -> None:
    asked = [Asked(subject, make_image().pk, make_image().pk) for subject in ("pair", "hero", "hero")]
    ask(asked, origin="doubt", now=timezone.now())
    found = {one["id"]: one for one in send(worker, "ahead")["questions"]}
    heroes = [found[pk] for pk in sorted(found) if found[pk]["subject"] == "hero"]
    assert all(len(one["images"]) == 2 for one in found.values())
    for one in heroes:
        question = Question.objects.get(pk=one["id"])
        assert question.other is not None
        left = question.image if one["choices"][0]["value"] == "first" else question.other
        assert one["images"][0]["sha"] == left.sha256
        assert [choice["word"] for choice in one["choices"]][:2] == ["The left one", "The right one"]
    assert {one["choices"][0]["value"] for one in heroes} == {"first", "second"}


def test_examples_are_those_of_the_category_or_else_those_of_all(worker: Client) -> None:
    chairs = Category.objects.create(path="Chairs")
    for category, caption in ((chairs, "a chair"), (None, "anything")):
        ExamplePicture.objects.create(
            subject="blur", category=category, image=make_image(), value="yes", caption=caption
        )
    ask_some(1, category_id=chairs.pk)
    ask_some(1)
    found = [one["examples"][0]["caption"] for one in send(worker, "ahead")["questions"]]
    assert sorted(found) == ["a chair", "anything"]


def test_examples_show_each_offered_answer_before_a_second_picture_of_one(worker: Client) -> None:
    for value in ("angle", "back", "back", "back", "front"):
        ExamplePicture.objects.create(subject="type", image=make_image(), value=value)
    ask_some(1, subject="type", choices=("front", "back"))
    shown = [one["value"] for one in send(worker, "ahead")["questions"][0]["examples"]]
    assert shown == ["Front view", "Back view", "Back view", "Back view"]


def test_views_are_called_by_their_words_in_german(worker: Client) -> None:
    ask_some(1, subject="type", choices=("front", "other"))
    with translation.override("de"):
        choices = [choice.word for choice in list_choices(Question.objects.get())]
    assert choices == ["Vorderansicht", "Anderes", "Kann ich nicht sagen"]


def test_a_pause_is_said_with_its_reason(worker: Client, wim: User) -> None:
    ask_some(1)
    WorkerPause.objects.create(person=wim, subject="blur", reason="2 of 8 were right.")
    said = send(worker, "ahead")
    assert said["questions"] == []
    assert said["pause"]["words"] == (
        "You are not asked about 'blur' for now: 2 of 8 were right. An admin can end this pause."
    )


def answer_known(person: User, rights: list[bool], subject: str = "blur") -> None:
    for is_right in rights:
        (pk,) = ask([Asked(subject, make_image().pk)], origin="gold", now=timezone.now())
        GoldQuestion.objects.create(question_id=pk, value="yes")
        Answer.objects.create(question_id=pk, answered_by=person, value="yes" if is_right else "no")
    WorkerStanding.objects.update_or_create(
        person=person, subject=subject, defaults={"gold_seen": len(rights)}
    )


def test_the_share_right_moves_only_every_five_known_questions(worker: Client, wim: User) -> None:
    answer_known(wim, [True] * 4)
    assert send(worker, "ahead")["progress"]["seen"] == 0
    answer_known(wim, [True] * 5 + [False] * 3)
    WorkerStanding.objects.update(gold_seen=12)
    shown = send(worker, "ahead")["progress"]
    assert (shown["right"], shown["seen"]) == (9, 10)


def test_many_misses_point_at_the_examples_and_name_no_picture(worker: Client, wim: User) -> None:
    answer_known(wim, [True, False, True, False, True])
    assert send(worker, "ahead")["progress"]["hint"] == ""
    answer_known(wim, [False, False, True, True, True])
    WorkerStanding.objects.update(gold_seen=10)
    hint = send(worker, "ahead")["progress"]["hint"]
    assert hint.startswith("On 'blur', your answers differ from known ones more often than usual.")


def test_the_number_of_queries_does_not_grow_with_the_questions(worker: Client) -> None:
    counts = []
    for many in (3, 20):
        ask_some(many)
        send(worker, "ahead", wanted=many, subject="blur")
        with CaptureQueriesContext(connection) as caught:
            send(worker, "ahead", wanted=many, subject="blur")
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_the_grid_asks_one_subject_that_small_pictures_can_answer(worker: Client) -> None:
    for subject, many in (("placeholder", 3), ("badge", 2), ("blur", 4), ("pair", 0)):
        ask_some(many, subject)
    ask_some(1, "type", choices=("front", "back"))
    page = worker.get("/label/grid/?subject=badge")
    assert [one["subject"] for one in page.context["state"]["questions"]] == ["badge"] * 2
    assert {name for name, _ in page.context["subjects"]} == {"placeholder", "badge"}
