"""Train the comparator's decision on labelled pairs, and store it with what it was trained on.

    python -m bench.dedup_train --data ../shared/data --work DIR --out pipeline/dedup/model.json

Makes pairs of the catalogs in `data` that may be trained on, by both generators, in the folder `work` (what
is there already is kept), or takes --pairs DIR [DIR...], each with images/ and pairs.csv. The threshold is
the lowest at which out-of-fold precision, folds by source of the photos, reaches the asked one. What the
comparator sees of a pair is kept beside the pairs: `bench.dedup_closer_look` learns from the same.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

from bench.dedup_groups import TRAINING, write_groups
from bench.dedup_looks import Measured, join, leave_out, measure, pass_guards, report
from bench.dedup_second import SecondMaker
from bench.dedup_second import write as write_second
from bench.dedup_shades import make_shades
from pipeline.dedup.pairs import PairMaker, read_groups, write_pairs
from pipeline.dedup.residual import FEATURES

COMMAND = "python -m bench.dedup_train --data ../shared/data --out pipeline/dedup/model.json"
COUNT = 1500  # pairs in each folder
FIRST, SECOND = (11, 12), (5, 6)  # seeds of either generator's folders
SHADES, SHADES_COUNT = 21, 500  # seed and number of the pairs in neighbouring shades
SHADE_WEIGHT = 0.1  # of such a pair: it halves their merging, and more takes relit copies for shades
EDIT_SHARES = (0.003, 0.06)  # of the object, first generator
DEPTH = 3
SETTINGS: dict[str, Any] = {
    "n_estimators": 220, "max_depth": DEPTH, "learning_rate": 0.06, "subsample": 0.6,
    "min_samples_leaf": 15, "max_features": 0.5, "random_state": 0,
}  # fmt: skip


def make_pairs(data: Path, work: Path) -> list[Path]:
    """Folders of pairs by the first and the second generator, made unless they are there."""
    work.mkdir(parents=True, exist_ok=True)
    write_groups(data, TRAINING, work / "groups.csv")
    pictures = read_groups(work / "groups.csv")
    folders = []
    for seed in FIRST:
        folders.append(work / f"first-{seed}")
        if not (folders[-1] / "pairs.csv").exists():
            write_pairs(folders[-1], PairMaker(data, pictures, seed, EDIT_SHARES).make(COUNT))
    for seed in SECOND:
        folders.append(work / f"second-{seed}")
        if not (folders[-1] / "pairs.csv").exists():
            write_second(SecondMaker(data, pictures, seed), folders[-1], COUNT)
    return folders


def make_shade_pairs(data: Path, work: Path) -> Path:
    """A folder of pairs in neighbouring shades, made unless it is there; `work` holds groups.csv."""
    folder = work / f"shades-{SHADES}"
    if not (folder / "pairs.csv").exists():
        pictures = read_groups(work / "groups.csv")
        write_pairs(folder, make_shades(data, pictures, SHADES, SHADES_COUNT))
    return folder


def read_pairs(
    data: Path | None, work: Path, folders: list[Path] | None, shades: Path | None
) -> tuple[Measured, Measured | None]:
    """What both looks see of the named folders' pairs and of those in shades; of `data` if none is named."""
    if folders is None:
        assert data is not None
        folders, shades = make_pairs(data, work), make_shade_pairs(data, work)
    return join([measure(folder) for folder in folders]), measure(shades) if shades else None


def choose_threshold(probability: np.ndarray, truth: np.ndarray, precision: float) -> float:
    """Lowest probability at and above which precision holds for every higher threshold in use."""
    order = np.argsort(-probability)
    share = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= precision)
    return float(probability[order][good[-1]]) if good.size else 0.5


def fit_trees(pairs: Measured, shades: Measured | None) -> GradientBoostingClassifier:
    """Trees of the pairs, and with little weight of those in neighbouring shades."""
    both = pairs if shades is None else join([pairs, shades])
    weight = np.full(len(both.truth), SHADE_WEIGHT)
    weight[: len(pairs.truth)] = 1.0
    return GradientBoostingClassifier(**SETTINGS).fit(both.first, both.truth, sample_weight=weight)


def predict_out_of_fold(pairs: Measured, shades: Measured | None, judged: Measured) -> np.ndarray:
    """Each judged pair's probability from trees that never saw its source; 0 beyond a guard, (n,)."""
    found = np.zeros(len(judged.truth))
    for source in np.unique(judged.sources):
        own = judged.sources == source
        trees = fit_trees(leave_out(pairs, source), shades and leave_out(shades, source))
        found[own] = trees.predict_proba(judged.first[own])[:, 1]
    return np.where(pass_guards(judged.first), found, 0.0)


def store(model: GradientBoostingClassifier, threshold: float, card: dict[str, Any], out: Path) -> None:
    """Write the trees as JSON that needs no scikit-learn to read."""
    trees = []
    for (one,) in model.estimators_:
        tree = one.tree_
        trees.append(
            {
                "feature": [int(value) if value >= 0 else -1 for value in tree.feature],
                "limit": [round(float(value), 6) for value in tree.threshold],
                "below": [max(0, int(value)) for value in tree.children_left],
                "above": [max(0, int(value)) for value in tree.children_right],
                "value": [round(float(v) * model.learning_rate, 6) for v in tree.value.ravel()],
            }
        )
    prior = float(model.init_.class_prior_[1])
    stored = {
        "form": "trees-1", "version": card["version"], "features": list(FEATURES), "depth": DEPTH,
        "start": float(np.log(prior / (1 - prior))), "threshold": round(threshold, 4), "card": card,
        "trees": trees,
    }  # fmt: skip
    out.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")


def main() -> None:
    """Measure, fit, choose the threshold out of fold, store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the shared catalogs")
    parser.add_argument("--work", type=Path, default=Path("var/dedup_pairs"), help="where pairs are made")
    parser.add_argument("--pairs", type=Path, nargs="+", help="folders of pairs instead of --data")
    parser.add_argument("--shades", type=Path, help="folder of pairs in neighbouring shades, beside --pairs")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--precision", type=float, default=0.992, help="asked out of fold (default 0.992)")
    parser.add_argument("--version", default="registration-3")
    parser.add_argument(
        "--sources", default=", ".join(TRAINING), help="what the pairs were made of, for the card"
    )
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if not args.pairs and not args.data:
        parser.error("name the folder of the shared catalogs (--data) or folders of pairs (--pairs)")
    pairs, shades = read_pairs(args.data, args.work, args.pairs, args.shades)
    fold = predict_out_of_fold(pairs, shades, pairs)
    threshold = choose_threshold(fold, pairs.truth, args.precision)
    card = {
        "version": args.version, "pairs": len(pairs.truth), "copies": int(pairs.truth.sum()),
        "sources": args.sources, "out_of_fold": report(fold >= threshold, pairs.truth),
        "made_by": f"{COMMAND} --precision {args.precision:g}",
    }  # fmt: skip
    if shades is not None:
        merged = predict_out_of_fold(pairs, shades, shades) >= threshold
        card["shades"] = {"pairs": len(shades.truth), "merged": int(merged.sum())}
    store(fit_trees(pairs, shades), threshold, card, args.out)
    print(json.dumps(card | {"threshold": threshold}))


if __name__ == "__main__":
    main()
