"""Weigh what a closer look tells of doubtful pairs, and store the weights beside the trees.

    python -m bench.dedup_closer_look --data ../shared/data --out pipeline/dedup/closer_look.json

Makes the pairs that the trees were trained on and as many again, by both generators, in the folder `work`
(what is there already is kept). Which pairs are doubtful, and how sure the first look is of them, is said by
trees that never saw a photo of their source, made of the same pairs but for those that a glance tells apart;
the figures are by weights that never saw it either. The bias is moved so that the trees' threshold holds: it
is the lowest at which precision over all pairs, doubtful or not, reaches the asked one on left-out sources.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tqdm import tqdm

from bench.dedup_train import SEEDS, SETTINGS, make_pairs, pass_guards
from pipeline.dedup.closer_look import FEATURES as SEEN
from pipeline.dedup.closer_look import MOST_ODDS, is_doubtful, look_closer
from pipeline.dedup.comparator import view_pairs
from pipeline.dedup.decision import load_trees
from pipeline.dedup.prepare import prepare
from pipeline.dedup.residual import FEATURES
from pipeline.dedup.shade import is_shaded

COMMAND = "python -m bench.dedup_closer_look --data ../shared/data --out pipeline/dedup/closer_look.json"
MORE_SEEDS = {"first": 12, "second": 6}
EVEN = 0.5  # stands for the first look's probability until its trees are made


class Measured(NamedTuple):
    """Pairs that a map joined: the first look's features (n, f), the closer one's (n, s) but for the first
    one's odds, whether there was one, whether it may find another shade, the truth, bool (n,) each, and the
    photo's source.
    """

    first: np.ndarray
    closer: np.ndarray
    looked: np.ndarray
    shaded: np.ndarray
    truth: np.ndarray
    sources: np.ndarray


def measure(folder: Path) -> Measured:
    """Both looks at every pair of a folder, kept beside the pairs; delete the file after a change."""
    kept = folder / "closer-look.npz"
    if not kept.exists():
        with (folder / "pairs.csv").open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        found = [_measure_pair(folder, row) for row in tqdm(rows, desc=str(folder), unit="pair")]
        joined = [(row, one) for row, one in zip(rows, found, strict=True) if one is not None]
        np.savez(
            kept,
            first=[one[0] for _, one in joined],
            closer=[one[1] or [0.0] * len(SEEN) for _, one in joined],
            looked=[bool(one[1]) for _, one in joined],
            shaded=[one[2] for _, one in joined],
            truth=[row["label"] == "duplicate" for row, _ in joined],
            sources=[row["origin"].split("/")[1] for row, _ in joined],
        )
    with np.load(kept) as stored:
        return Measured(*(stored[name] for name in Measured._fields))


def _measure_pair(folder: Path, row: dict[str, str]) -> tuple[list[float], list[float], bool] | None:
    """Features of the first look and of the closer one, and whether it may see another shade.

    [] and True where a guard decides, None where no map joins the pictures.
    """
    a, b = (prepare((folder / row[name]).read_bytes()) for name in "ab")
    views = [view for view in view_pairs(a, b, hasty=True) if view.features]
    if not views:
        return None
    best = min(views, key=lambda view: view.features["residual"])
    first = [best.features[name] for name in FEATURES]
    if best.overlay is None or not pass_guards(np.array([first]))[0]:
        return first, [], True
    seen = look_closer(a, b, best.matrix, best.overlay, best.features, EVEN)
    return first, [seen[name] for name in SEEN] if seen else [], is_shaded(best.overlay)


def join(parts: list[Measured]) -> Measured:
    """All pairs of several folders."""
    return Measured(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def predict(pairs: Measured, trained: Measured) -> np.ndarray:
    """The first look's probability by trees that never saw the pair's source; 0 beyond a guard, (n,)."""
    found = np.zeros(len(pairs.truth))
    for source in np.unique(pairs.sources):
        others, own = trained.sources != source, pairs.sources == source
        fitted = GradientBoostingClassifier(**SETTINGS).fit(trained.first[others], trained.truth[others])
        found[own] = fitted.predict_proba(pairs.first[own])[:, 1]
    return np.where(pass_guards(pairs.first), found, 0.0)


def add_first_look(pairs: Measured, probability: np.ndarray) -> np.ndarray:
    """The closer look's features with the first one's log odds put in, (n, s)."""
    seen = pairs.closer.copy()
    odds = np.log((probability + 1e-6) / (1 - probability + 1e-6))
    seen[:, SEEN.index("first_look")] = np.clip(odds, -MOST_ODDS, MOST_ODDS)
    return seen


def find_doubtful(pairs: Measured, probability: np.ndarray) -> np.ndarray:
    """Of which pairs a closer look decides, bool (n,)."""
    doubtful = [
        is_doubtful(dict(zip(FEATURES, first, strict=True)), float(p))
        for first, p in zip(pairs.first, probability, strict=True)
    ]
    return pairs.looked & np.array(doubtful)


def fit(seen: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights (s,) and bias of a logistic regression on features brought to one scale."""
    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(seen, truth)
    scale, line = fitted[0], fitted[1]
    weights = line.coef_[0] / scale.scale_
    return weights, float(line.intercept_[0] - weights @ scale.mean_)


def weigh_out_of_fold(seen: np.ndarray, pairs: Measured, doubtful: np.ndarray) -> np.ndarray:
    """Log odds of the doubtful pairs by weights that never saw their source, NaN of all others, (n,)."""
    odds = np.full(len(seen), np.nan)
    for source in np.unique(pairs.sources):
        learned, judged = doubtful & (pairs.sources != source), doubtful & (pairs.sources == source)
        if judged.any():
            weights, bias = fit(seen[learned], pairs.truth[learned])
            odds[judged] = seen[judged] @ weights + bias
    return odds


def choose_bias(odds: np.ndarray, sure: np.ndarray, truth: np.ndarray, precision: float) -> float:
    """The least log odds from which doubtful pairs pass while precision over all pairs holds from there up.

    `sure` bool (n,): copies without a closer look.
    """
    doubtful = ~np.isnan(odds)
    hits, said = int((sure & truth).sum()), int(sure.sum())
    best = float(np.nanmax(odds))
    for at in np.flatnonzero(doubtful)[np.argsort(-odds[doubtful])]:
        hits, said = hits + int(truth[at]), said + 1
        if hits / said < precision:
            break
        best = float(odds[at])
    return best


def report(said: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Precision and recall over pairs that a map joined."""
    hits = float((said & truth).sum())
    return {"precision": round(hits / max(1, said.sum()), 4), "recall": round(hits / max(1, truth.sum()), 4)}


def main() -> None:
    """Measure, fit, place the bias out of fold, store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the shared catalogs")
    parser.add_argument("--work", type=Path, default=Path("var/dedup_pairs"), help="where pairs are made")
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    parser.add_argument("--precision", type=float, default=0.997, help="asked out of fold (default 0.997)")
    parser.add_argument("--version", default="closer-1")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    trained = join([measure(folder) for folder in make_pairs(args.data, args.work, SEEDS)])
    more = [measure(folder) for folder in make_pairs(args.data, args.work / "more", MORE_SEEDS)]
    stored = weigh(join([trained, *more]), trained, args.precision)
    stored["card"]["made_by"] = f"{COMMAND} --precision {args.precision:g}"
    stored = {"form": "weights-1", "version": args.version, **stored}
    args.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(stored["card"]))


def weigh(pairs: Measured, trained: Measured, precision: float) -> dict[str, Any]:
    """Weights, bias and card of a closer look."""
    threshold = load_trees().threshold
    probability = predict(pairs, trained)
    seen, doubtful = add_first_look(pairs, probability), find_doubtful(pairs, probability)
    odds = weigh_out_of_fold(seen, pairs, doubtful)
    sure = ~doubtful & (probability >= threshold)
    odds[(probability < threshold) & pairs.shaded] = np.nan  # stays what the first look called it
    least = choose_bias(odds, sure, pairs.truth, precision)
    weights, bias = fit(seen[doubtful], pairs.truth[doubtful])
    card = {
        "pairs": len(pairs.truth), "doubtful": int(doubtful.sum()),
        "different": int((doubtful & ~pairs.truth).sum()), "least_odds": round(least, 4),
        "first_look": report(probability >= threshold, pairs.truth),
        "both_looks": report(sure | (odds >= least), pairs.truth),
    }  # fmt: skip
    shift = float(np.log(threshold / (1 - threshold))) - least
    return {
        "weights": {name: round(float(w), 5) for name, w in zip(SEEN, weights, strict=True)},
        "bias": round(bias + shift, 5),
        "card": card,
    }


if __name__ == "__main__":
    main()
