"""A question as the worker's page gets it: nothing that would tell more than the question itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from review.actions import progress
from review.actions.store import image_url, original_url
from review.actions.taking import Taken
from review.given import sign_given
from review.models import ExamplePicture, Image, Question
from review.views.question_words import (
    ask_sentence,
    explain,
    is_turned,
    list_choices,
    name_subject,
    name_value,
)

MOST_EXAMPLES = 9  # what stands in one line of a wide window
Json = dict[str, Any]


def describe_state(by: User, taken: Taken, now: datetime) -> Json:
    """What the page shows now and next, how the person does, and what they are not asked about."""
    return {
        "heldAt": now.isoformat(),
        "questions": describe_questions(taken.questions, by),
        "progress": describe_progress(by),
        "pause": {"words": describe_pause(taken), "isAll": not taken.pause.subject} if taken.pause else None,
    }


def describe_questions(questions: Sequence[Question], by: User) -> list[Json]:
    """Each with its pictures, answers and examples."""
    examples = find_examples(questions)
    return [
        describe(question, examples) | {"proof": sign_given(by.pk, question.pk)} for question in questions
    ]


def describe(question: Question, examples: dict[tuple[str, int | None], list[ExamplePicture]]) -> Json:
    """One question; the address of a picture is its content and names nobody."""
    pictures = [question.image] + ([question.other] if question.other else [])
    if is_turned(question):
        pictures.reverse()
    key = (question.subject, question.category_id)
    return {
        "id": question.pk,
        "subject": question.subject,
        "isBinary": set(question.choices) == {"yes", "no"},
        "sentence": ask_sentence(question.subject),
        "hint": explain(question.subject),
        "category": question.category.name if question.category else "",
        "images": [_describe_image(image, question, place) for place, image in enumerate(pictures)],
        "choices": [asdict(choice) for choice in list_choices(question)],
        "examples": pick_examples(question, examples.get(key) or examples.get((question.subject, None), [])),
    }


def pick_examples(question: Question, known: Sequence[ExamplePicture]) -> list[Json]:
    """One picture of each answer that is offered, in their order; then a second one, while there is room."""
    offered = {choice.value: place for place, choice in enumerate(list_choices(question))}
    seen: Counter[str] = Counter()
    ranked: list[tuple[int, int, ExamplePicture]] = []
    for row in known:
        if row.value in offered:
            seen[row.value] += 1
            ranked.append((seen[row.value], offered[row.value], row))
    ranked.sort(key=lambda one: one[:2])
    return [_describe_example(row) for _turn, _place, row in ranked[:MOST_EXAMPLES]]


def _describe_example(row: ExamplePicture) -> Json:
    return {
        "small": image_url(row.image.sha256, 160),
        "large": image_url(row.image.sha256, 480),
        "value": name_value(row.value),
        "caption": row.caption,
    }


def _describe_image(image: Image, question: Question, place: int) -> Json:
    words = [_("The picture that is asked about"), _("The second picture")][place]
    title = question.product.title if question.product else ""
    return {
        "sha": image.sha256,
        "large": image_url(image.sha256, 1200),
        "small": image_url(image.sha256, 480),
        "original": original_url(image.sha256),
        "kind": image.format,
        "width": image.width_px,
        "height": image.height_px,
        "alt": _("{words}, of: {title}").format(words=words, title=title) if title else words,
    }


def find_examples(questions: Sequence[Question]) -> dict[tuple[str, int | None], list[ExamplePicture]]:
    """Pictures for the instructions by subject and category; None for all categories."""
    found: defaultdict[tuple[str, int | None], list[ExamplePicture]] = defaultdict(list)
    if not questions:
        return found
    rows = ExamplePicture.objects.filter(subject__in={question.subject for question in questions})
    for row in rows.select_related("image").order_by("value", "pk"):
        found[row.subject, row.category_id].append(row)
    return found


def describe_progress(by: User) -> Json:
    """The person's own figures; which question was a known one is not among them."""
    known = progress.read_accuracy(by)
    if known is None:
        return {"right": 0, "seen": 0, "hint": "", "hintKey": ""}
    hint = ""
    if known.weak_subject:
        hint = _(
            "On '{subject}', your answers differ from known ones more often than usual. "
            "Read the instructions and the examples again."
        ).format(subject=name_subject(known.weak_subject))
    key = f"{known.weak_subject}.{known.right}.{known.seen}"
    return {"right": known.right, "seen": known.seen, "hint": hint, "hintKey": key}


def describe_pause(taken: Taken) -> str:
    """What is not asked, why, and who can change it."""
    assert taken.pause is not None
    if not taken.pause.subject:
        words = _("You are not asked anything for now: {reason} An admin can end this pause.")
        return words.format(reason=taken.pause.reason)
    words = _("You are not asked about '{subject}' for now: {reason} An admin can end this pause.")
    return words.format(subject=name_subject(taken.pause.subject), reason=taken.pause.reason)
