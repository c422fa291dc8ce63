"""Batches on their way to a GPU: made ahead, in order, and no further than they are wanted."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from pipeline.backbone import load_backbone
from pipeline.backbone_runtimes import load_torch
from pipeline.backbone_sources import read_spec
from pipeline.prefetch import run_ahead

SOURCE = "package:efficientnet_lite0"


def test_results_come_in_the_order_of_their_items_from_another_thread() -> None:
    found = list(run_ahead(lambda n: (n * n, threading.get_ident()), range(20)))
    assert [square for square, _ in found] == [n * n for n in range(20)]
    assert threading.get_ident() not in {thread for _, thread in found}


def test_nothing_gives_nothing() -> None:
    assert list(run_ahead(str, [])) == []


def test_an_error_stands_where_its_result_would() -> None:
    results = run_ahead(lambda n: 1 // (3 - n), range(9))
    assert [next(results) for _ in range(3)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_items_are_taken_no_further_ahead_than_asked() -> None:
    taken: list[int] = []

    def take() -> Iterator[int]:
        for n in range(100):
            taken.append(n)
            yield n

    results = run_ahead(lambda n: n, take(), ahead=3)
    assert next(results) == 0 and len(taken) == 4
    results.close()
    assert len(taken) == 4


def test_the_next_batch_is_made_while_the_first_is_used() -> None:
    made = threading.Event()
    results = run_ahead(lambda n: made.set() if n == 1 else None, range(3))
    next(results)
    assert made.wait(10)


def test_batches_in_line_give_what_they_give_alone() -> None:
    forward, _ = load_torch(read_spec(SOURCE), "cpu")
    batches = np.random.default_rng(2).integers(0, 256, (3, 2, 224, 224, 3)).astype(np.uint8)
    in_line = list(forward.each(batches))
    for batch, found in zip(batches, in_line, strict=True):
        for one, other in zip(forward(batch), found, strict=True):
            assert one.shape == other.shape and np.array_equal(one, other)


def test_a_batch_that_torch_refuses_is_an_error_and_leaves_the_next_ones_usable() -> None:
    forward, _ = load_torch(read_spec(SOURCE), "cpu")
    good = np.zeros((1, 224, 224, 3), np.uint8)
    with pytest.raises(RuntimeError):
        list(forward.each([good, np.zeros((1, 224, 224, 5), np.uint8)]))
    assert len(forward(good)[0]) == 1


def test_no_batch_leaves_empty_embeddings_of_the_right_width() -> None:
    backbone = load_backbone(runtime="torch")
    assert backbone.embed(np.zeros((0, 224, 224, 3), np.uint8)).shape == (0, backbone.dim)
