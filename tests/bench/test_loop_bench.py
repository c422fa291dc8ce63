"""The benchmark of the loop: it measures on what neither way saw, and draws what it measured."""

import argparse
from xml.etree import ElementTree

import numpy as np

from bench.loop import START, Pool, compare, split
from bench.loop_chart import draw_chart
from tests.pipeline.test_acquisition import make_pool

ARGS = argparse.Namespace(rounds=2, budget=10, seeds=2, noise=0.0)


def test_held_out_pictures_are_never_asked_about() -> None:
    _, truth = make_pool(600)
    asked, held = split(truth, np.random.default_rng(0))
    assert not set(asked) & set(held)
    assert truth[held].sum() > 0
    assert truth[asked].sum() >= START


def test_both_ways_start_alike_and_spend_alike() -> None:
    embeddings, truth = make_pool(900)
    curves = compare(Pool(embeddings, truth), ARGS)
    assert curves["loop"][0] == curves["random"][0]
    assert [point["labels"] for point in curves["loop"]] == [START, START + 10, START + 20]
    assert curves["loop"][-1]["hits"] > curves["random"][-1]["hits"]


def test_the_chart_shows_every_class_and_way() -> None:
    points = [{"labels": 10.0, "average_precision": 0.5}, {"labels": 30.0, "average_precision": 0.75}]
    drawn = draw_chart({"hats & caps": {"loop": points, "random": points}})
    text = "".join(ElementTree.fromstring(drawn).itertext())  # noqa: S314 -- our own text
    assert "hats & caps" in text
    assert "loop 0.75" in text
    assert drawn.count("<polyline") == 2
