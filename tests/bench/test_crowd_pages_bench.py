"""The bench of the crowd's pages: rows that the product can count and show."""

from __future__ import annotations

import pytest
from django.utils import timezone

from bench import crowd_pages
from bench.pages import measure
from bench.rows import NotEmpty
from review.actions import crowd_figures
from review.models import Answer, Label, Question

pytestmark = pytest.mark.django_db
QUESTIONS = 70


@pytest.fixture(autouse=True)
def filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd_pages, "CHUNK", 40)
    crowd_pages.write(QUESTIONS)


def test_there_are_three_answers_and_three_labels_to_a_question() -> None:
    votes = crowd_pages.VOTES
    counts = [model.objects.count() for model in (Question, Answer, Label)]
    assert counts == [QUESTIONS, votes * QUESTIONS, votes * QUESTIONS]
    assert sum(row.answers for row in crowd_figures.read_subjects(timezone.now())) == votes * QUESTIONS


@pytest.mark.parametrize("address", crowd_pages.PAGES)
def test_every_page_is_there_for_the_one_who_looks(address: str) -> None:
    found = measure(address, crowd_pages.ADMIN, crowd_pages.same(address), 1)
    assert found["queries"] > 3


def test_it_writes_nothing_among_somebodys_questions() -> None:
    with pytest.raises(NotEmpty):
        crowd_pages.write(1)
