"""The crowd's page: one question, one picture, one key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from review.access import ADMIN, SPECIALIST, WORKER, get_question_for
from review.actions import labelling, taking
from review.actions.changes import VIEWS
from review.actions.labelling import CANNOT_TELL, InvalidAnswer
from review.models import Answer, Question
from review.views.frame import page

SENTENCES = {
    "type": "What does the picture show?",
    "blur": "Is the picture blurred?",
    "small_object": "Is the product too small in the picture?",
    "placeholder": "Is this a placeholder instead of a picture of a product?",
    "badge": "Is there a badge, a price or advertising on the picture?",
    "watermark": "Is there a watermark on the picture?",
    "adult": "Is the picture unfit for a shop that children may visit?",
}
HINTS = {
    "type": "Choose the view of the product. A person wearing it, or a room around it, is a scene.",
    "blur": "Look at the edges of the product. A soft background on purpose is not blur.",
    "small_object": "Most of the picture is empty, and details cannot be made out.",
    "placeholder": "For instance 'image coming soon', a logo or an icon.",
    "badge": "Print that belongs to the product, such as a package or a shirt, does not count.",
    "watermark": "A pale name or logo laid over the picture.",
}
KEYS = "123456789qwertyuiop"


@dataclass(frozen=True)
class Choice:
    """A button: what is stored, what it says, which key presses it."""

    value: str
    word: str
    key: str


@never_cache
@require_http_methods(["GET", "POST"])
@page(WORKER, SPECIALIST, ADMIN)
def label(request: HttpRequest) -> HttpResponse:
    """The next question; answering one leads to the one after it."""
    assert isinstance(request.user, User)
    now = timezone.now()
    problem = ""
    if request.method == "POST":
        problem = keep_answer(request, request.user, now)
        if not problem and not request.htmx:  # type: ignore[attr-defined]
            return redirect("label")
    shown = describe_next(request.user, now) | {"problem": problem}
    template = "labelling/_question.html" if request.htmx else "labelling/question.html"  # type: ignore[attr-defined]
    return render(request, template, shown, status=400 if problem else 200)


def keep_answer(request: HttpRequest, by: User, now: datetime) -> str:
    """Store what was answered; returns what is wrong with it, '' if nothing."""
    number = request.POST.get("question", "")
    question = get_question_for(by, int(number) if number.isdecimal() and len(number) < 19 else 0)
    try:
        labelling.record_answer(question=question, by=by, value=request.POST.get("value", ""), now=now)
    except InvalidAnswer:
        return "Nothing was stored: the question does not offer this answer. Choose one of its buttons."
    return ""


def describe_next(by: User, now: datetime) -> dict[str, Any]:
    """All that the page shows, and nothing that would tell more than the question."""
    question = next(iter(taking.take(by=by, now=now).questions), None)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    shown: dict[str, Any] = {
        "answered_today": Answer.objects.filter(answered_by=by, answered_at__gte=today).count()
    }
    if question is None:
        return shown
    return shown | {
        "question": question,
        "sentence": SENTENCES.get(question.subject, f"Does '{question.subject}' hold for the picture?"),
        "hint": HINTS.get(question.subject, ""),
        "choices": list_choices(question),
    }


def list_choices(question: Question) -> list[Choice]:
    """The buttons, y and n for yes and no, digits for types, and always a way out."""
    if set(question.choices) == {"yes", "no"}:
        choices = [Choice("yes", "Yes", "y"), Choice("no", "No", "n")]
    else:
        words = [VIEWS.get(value, value.replace("_", " ")) for value in question.choices]
        keyed = zip(question.choices, words, KEYS, strict=False)
        choices = [Choice(value, word[:1].upper() + word[1:], key) for value, word, key in keyed]
    return [*choices, Choice(CANNOT_TELL, "I cannot tell", "0")]


urlpatterns = [path("label/", label, name="label")]
