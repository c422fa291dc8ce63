"""What people are asked next, and judges from a handful of examples."""

import numpy as np
import pytest

from pipeline.training.acquisition import UNKNOWN, AskingPlan, Why, choose_next, fit_from_few

CLASSES, SIZE = 6, 32


def make_pool(count: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings of a few kinds of picture, of which kind 0 is rare, and whether each is of it."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(CLASSES, SIZE))
    kinds = rng.choice(CLASSES, size=count, p=[0.05, *[0.19] * 5])
    return (centres[kinds] + rng.normal(scale=1.1, size=(count, SIZE))).astype(np.float32), (
        kinds == 0
    ).astype(int)


def start_with(truth: np.ndarray, hits: int) -> np.ndarray:
    known = np.full(len(truth), UNKNOWN)
    known[np.flatnonzero(truth)[:hits]] = 1
    return known


def test_a_judge_is_fitted_from_hits_alone() -> None:
    embeddings, truth = make_pool()
    judge = fit_from_few("rare", embeddings, start_with(truth, 5), AskingPlan())
    scores = judge.probabilities(embeddings)
    assert scores[truth == 1].mean() > scores[truth == 0].mean() + 0.3


def test_real_answers_take_the_place_of_presumed_ones() -> None:
    embeddings, truth = make_pool()
    known = start_with(truth, 5)
    wrong = np.flatnonzero(truth == 0)[:40]
    before = fit_from_few("rare", embeddings, known, AskingPlan(presumed=40)).probabilities(embeddings)
    known[wrong] = 0
    after = fit_from_few("rare", embeddings, known, AskingPlan(presumed=40)).probabilities(embeddings)
    assert after[wrong].mean() < before[wrong].mean()


def test_nothing_known_cannot_be_fitted() -> None:
    embeddings, truth = make_pool()
    with pytest.raises(ValueError, match="at least one example"):
        fit_from_few("rare", embeddings, np.full(len(truth), UNKNOWN), AskingPlan())


def test_questions_find_more_of_a_rare_class_than_chance() -> None:
    embeddings, truth = make_pool(600)
    known = start_with(truth, 5)
    judge = fit_from_few("rare", embeddings, known, AskingPlan())
    picks = choose_next(judge.probabilities(embeddings), embeddings, known, 20)
    assert len(picks) == 20
    assert truth[[pick.row for pick in picks]].mean() > 4 * truth.mean()


def test_each_reason_gets_its_share() -> None:
    embeddings, truth = make_pool()
    known = start_with(truth, 5)
    scores = fit_from_few("rare", embeddings, known, AskingPlan()).probabilities(embeddings)
    picks = choose_next(scores, embeddings, known, 10, AskingPlan(doubtful=0.4, similar=0.3, sample=0.1))
    assert [sum(pick.why == why for pick in picks) for why in Why] == [4, 3, 2, 1]


def test_nothing_is_asked_twice_nor_what_is_known() -> None:
    embeddings, truth = make_pool(60)
    known = start_with(truth, 2)
    known[:10] = 0
    picks = choose_next(np.linspace(0, 1, 60, dtype=np.float32), embeddings, known, 500)
    rows = [pick.row for pick in picks]
    assert len(rows) == len(set(rows))
    assert (known[rows] == UNKNOWN).all()


def test_near_copies_are_one_question() -> None:
    embeddings, truth = make_pool(100)
    doubled = np.concatenate([embeddings, embeddings + 1e-4])
    known = np.full(200, UNKNOWN)
    known[np.flatnonzero(truth)[:2]] = 1
    picks = choose_next(np.full(200, 0.5, np.float32), doubled, known, 30)
    assert len({pick.row % 100 for pick in picks}) == len(picks)
