"""Weigh what a closer look tells of doubtful pairs, and store the weights beside the trees.

    python -m bench.dedup_closer_look --data ../shared/data --out pipeline/dedup/closer_look.json

Takes the pairs that the trees were trained on (`bench.dedup_train`), made in the folder `work` unless they
are there. Which pairs are doubtful, and how sure the first look is of them, is said by trees that never saw a
photo of their source; the figures are by weights that never saw it either. The bias is moved so that the
trees' threshold holds: it is the lowest at which precision over all pairs, doubtful or not, reaches the asked
one on left-out sources.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.dedup_looks import Measured, report
from bench.dedup_train import predict_out_of_fold, read_pairs
from pipeline.dedup.closer_look import FEATURES as SEEN
from pipeline.dedup.closer_look import MOST_ODDS, is_doubtful
from pipeline.dedup.decision import load_trees
from pipeline.dedup.residual import FEATURES

COMMAND = "python -m bench.dedup_closer_look --data ../shared/data --out pipeline/dedup/closer_look.json"


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


def main() -> None:
    """Measure, fit, place the bias out of fold, store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the shared catalogs")
    parser.add_argument("--pairs", type=Path, nargs="+", help="folders of pairs instead of --data")
    parser.add_argument("--shades", type=Path, help="folder of pairs in neighbouring shades, beside --pairs")
    parser.add_argument("--work", type=Path, default=Path("var/dedup_pairs"), help="where pairs are made")
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    parser.add_argument("--precision", type=float, default=0.997, help="asked out of fold (default 0.997)")
    parser.add_argument("--version", default="closer-2")
    args = parser.parse_args()
    if not args.pairs and not args.data:
        parser.error("name the folder of the shared catalogs (--data) or folders of pairs (--pairs)")
    cv2.setNumThreads(1)
    pairs, shades = read_pairs(args.data, args.work, args.pairs, args.shades)
    stored = weigh(pairs, predict_out_of_fold(pairs, shades, pairs), args.precision)
    stored["card"]["made_by"] = f"{COMMAND} --precision {args.precision:g}"
    stored = {"form": "weights-1", "version": args.version, **stored}
    args.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(stored["card"]))


def weigh(pairs: Measured, probability: np.ndarray, precision: float) -> dict[str, Any]:
    """Weights, bias and card of a closer look."""
    threshold = load_trees().threshold
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
