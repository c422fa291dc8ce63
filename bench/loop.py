"""The loop of asking, answering and training against random sampling with as many labels, on real pictures.

    python -m bench.loop --images DIR --labels garments.csv --class shorts [--others DIR ...] [--chart F]

Starts from ten labelled examples of one rare class. Half of the pictures are the pool that may be asked
about, half are held out for measuring and never seen by either way. Answers are the labels; `--noise` turns
that share of them round, as a crowd's leftover errors would. `--class` may be given several times, and a
`badge` or `watermark` that is no class of the file is planted on a few of the other pictures.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from bench.loop_chart import draw_chart
from pipeline.backbone import Backbone, load_backbone
from pipeline.config import PipelineConfig
from pipeline.head_store import Head
from pipeline.images import UnreadableImage, decode
from pipeline.records import FloatArray
from pipeline.training.acquisition import UNKNOWN, AskingPlan, choose_next, fit_from_few
from pipeline.training.bench_overlays import plant
from pipeline.training.metrics import recall_at_precision, roc_auc

PLANTED = ("badge", "watermark")
PLANTED_SHARE = 0.06
START = 10
Rng = np.random.Generator
Choose = Callable[[FloatArray, FloatArray, np.ndarray, Rng], list[int]]


@dataclass(frozen=True)
class Pool:
    """Embeddings float32 (N,D) and whether each picture is of the class."""

    embeddings: FloatArray
    truth: np.ndarray


@dataclass(frozen=True)
class Point:
    """What a judge reaches after so many labels, measured on pictures that neither way ever saw."""

    labels: int
    hits: int
    average_precision: float
    recall: float  # at 0.9 precision
    auc: float


def embed(paths: Sequence[tuple[Path, str]], backbone: Backbone) -> tuple[FloatArray, list[int]]:
    """Embeddings of the readable pictures, and which of them those are; `badge` or `watermark` is planted."""
    rng = np.random.default_rng(0)
    rows, kept = [], []
    for place, (path, planted) in enumerate(tqdm(paths, unit="image", desc="embedding")):
        try:
            rgb = decode(path.read_bytes(), max_side_px=512).rgb
        except UnreadableImage as error:
            print(f"{path}: passed over: {error.message}", file=sys.stderr)
            continue
        rgb = plant(rgb, rng, planted) if planted else rgb
        rows.append(backbone.embed(backbone.to_input(rgb)[None])[0])
        kept.append(place)
    return np.asarray(rows, np.float32), kept


def run_way(pool: Pool, choose: Choose, args: argparse.Namespace, seed: int) -> list[Point]:
    """The curve of one way of choosing: a point before the first round, and one after each."""
    rng = np.random.default_rng(seed)
    asked, held = split(pool.truth, rng)
    embeddings, truth = pool.embeddings[asked], pool.truth[asked]
    known = np.full(len(truth), UNKNOWN)
    known[rng.permutation(np.flatnonzero(truth))[:START]] = 1
    points = []
    for number in range(args.rounds + 1):
        judge = fit_from_few("loop", embeddings, known, AskingPlan(), seed)
        points.append(measure(_score(judge, pool.embeddings[held]), pool.truth[held], known))
        if number < args.rounds:
            for row in choose(_score(judge, embeddings), embeddings, known, rng):
                known[row] = int(truth[row]) ^ int(rng.random() < args.noise)
    return points


def _score(judge: Head, embeddings: FloatArray) -> FloatArray:
    return judge.probabilities(embeddings)


def split(truth: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows that may be asked about and rows held out: halves of either kind, but twice the start of hits."""
    asked: list[np.ndarray] = []
    for value in (0, 1):
        rows = rng.permutation(np.flatnonzero(truth == value))
        asked.append(rows[: max(len(rows) // 2, 2 * START if value else 0)])
    inside = np.concatenate(asked)
    return inside, np.setdiff1d(np.arange(len(truth)), inside)


def measure(scores: FloatArray, truth: np.ndarray, known: np.ndarray) -> Point:
    """Figures on held-out pictures; labels count those that were given at the start."""
    from sklearn.metrics import average_precision_score

    return Point(
        labels=int((known != UNKNOWN).sum()),
        hits=int((known == 1).sum()),
        average_precision=float(average_precision_score(truth, scores)),
        recall=recall_at_precision(scores, truth, 0.9),
        auc=roc_auc(scores, truth),
    )


def choose_by_loop(budget: int) -> Choose:
    """What the product asks: the doubtful, the similar, the sure."""

    def choose(scores: FloatArray, embeddings: FloatArray, known: np.ndarray, rng: Rng) -> list[int]:
        seed = int(rng.integers(1 << 31))
        return [pick.row for pick in choose_next(scores, embeddings, known, budget, seed=seed)]

    return choose


def choose_at_random(budget: int) -> Choose:
    """What labelling a sample would ask."""

    def choose(scores: FloatArray, embeddings: FloatArray, known: np.ndarray, rng: Rng) -> list[int]:
        return [int(row) for row in rng.permutation(np.flatnonzero(known == UNKNOWN))[:budget]]

    return choose


def read_paths(args: argparse.Namespace) -> list[tuple[Path, str]]:
    """Pictures with their class; those of other folders have none."""
    with args.labels.open(newline="") as file:
        rows = [(args.images / row["file"], row["class"]) for row in csv.DictReader(file)]
    others = [path for folder in args.others for path in sorted(folder.rglob("*")) if path.is_file()]
    return rows + [(path, "") for path in others]


def read_pools(args: argparse.Namespace) -> Iterator[tuple[str, Pool]]:
    """Each class against all other pictures; a planted one on a share of them, drawn by its seed."""
    backbone = load_backbone(PipelineConfig().backbone)
    rows = read_paths(args)
    if set(args.classes) - set(PLANTED):
        embeddings, kept = embed([(path, "") for path, _ in rows], backbone)
        words = np.array([rows[place][1] for place in kept])
    for name in args.classes:
        if name not in PLANTED:
            yield name, Pool(embeddings, (words == name).astype(int))
            continue
        lucky = np.random.default_rng(0).random(len(rows)) < PLANTED_SHARE
        planted = [(path, name if hit else "") for (path, _), hit in zip(rows, lucky, strict=True)]
        found, kept = embed(planted, backbone)
        yield name, Pool(found, lucky[kept].astype(int))


def compare(pool: Pool, args: argparse.Namespace) -> dict[str, list[dict[str, float]]]:
    """Mean curves of both ways over the seeds; each seed splits, starts and rolls alike for both."""
    ways = {"loop": choose_by_loop(args.budget), "random": choose_at_random(args.budget)}
    curves = {}
    for way, choose in ways.items():
        runs = [[asdict(point) for point in run_way(pool, choose, args, seed)] for seed in range(args.seeds)]
        curves[way] = [
            {key: float(np.mean([run[place][key] for run in runs])) for key in runs[0][0]}
            for place in range(args.rounds + 1)
        ]
    return curves


def read_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.loop", description=__doc__)
    parser.add_argument(
        "--images", type=Path, required=True, help="what the files of --labels are relative to"
    )
    parser.add_argument("--labels", type=Path, required=True, help="CSV with the columns file,class")
    parser.add_argument("--class", dest="classes", action="append", required=True)
    parser.add_argument("--others", type=Path, nargs="*", default=[], help="folders of pictures without it")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--budget", type=int, default=20, help="questions a round")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--chart", type=Path, help="an SVG file")
    return parser.parse_args(words)


def main() -> None:
    """Measures each class and prints one line a round."""
    args = read_arguments()
    found: dict[str, Any] = {}
    for name, pool in read_pools(args):
        found[name] = {"pictures": len(pool.truth), "of_class": int(pool.truth.sum()), **compare(pool, args)}
        print(f"{name}: {found[name]['of_class']} of {len(pool.truth)} pictures")
        for loop, other in zip(found[name]["loop"], found[name]["random"], strict=True):
            print(
                f"  {loop['labels']:5.0f} labels: average precision {loop['average_precision']:.3f} loop, "
                f"{other['average_precision']:.3f} random; recall at .9 precision {loop['recall']:.3f}, "
                f"{other['recall']:.3f}; hits known {loop['hits']:.1f}, {other['hits']:.1f}"
            )
    if args.json:
        args.json.write_text(json.dumps(found, indent=1))
    if args.chart:
        args.chart.write_text(draw_chart(found))


if __name__ == "__main__":
    main()
