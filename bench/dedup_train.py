"""Train the comparator's decision on labelled pairs, and store it with what it was trained on.

    python -m bench.dedup_train --data ../shared/data --work DIR --out pipeline/dedup/model.json

Makes pairs of the catalogs in `data` that may be trained on, by both generators, in the folder `work` (what
is there already is kept), or takes --pairs DIR [DIR...], each with images/ and pairs.csv. The threshold is
the lowest at which out-of-fold precision, folds by source of the photos, reaches the asked one.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import LeaveOneGroupOut
from tqdm import tqdm

from bench.dedup_groups import TRAINING, write_groups
from bench.dedup_second import SecondMaker
from bench.dedup_second import write as write_second
from pipeline.dedup.comparator import GUARDS, view_pairs
from pipeline.dedup.pairs import PairMaker, read_groups, write_pairs
from pipeline.dedup.prepare import prepare
from pipeline.dedup.residual import FEATURES

COMMAND = "python -m bench.dedup_train --data ../shared/data --out pipeline/dedup/model.json"
COUNT = 1500  # pairs of each generator
SEEDS = {"first": 11, "second": 5}
EDIT_SHARES = (0.003, 0.06)  # of the object, first generator
DEPTH = 3
SETTINGS: dict[str, Any] = {
    "n_estimators": 220, "max_depth": DEPTH, "learning_rate": 0.06, "subsample": 0.6,
    "min_samples_leaf": 15, "max_features": 0.5, "random_state": 0,
}  # fmt: skip


def make_pairs(data: Path, work: Path, seeds: dict[str, int] = SEEDS) -> list[Path]:
    """Folders of pairs by the first and the second generator, made unless they are there."""
    work.mkdir(parents=True, exist_ok=True)
    write_groups(data, TRAINING, work / "groups.csv")
    pictures = read_groups(work / "groups.csv")
    folders = [work / name for name in seeds]
    if not (folders[0] / "pairs.csv").exists():
        write_pairs(folders[0], PairMaker(data, pictures, seeds["first"], EDIT_SHARES).make(COUNT))
    if not (folders[1] / "pairs.csv").exists():
        write_second(SecondMaker(data, pictures, seeds["second"]), folders[1], COUNT)
    return folders


def measure_pairs(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Features (n, f), truth (n,) and each photo's source; pairs that no map joins are left out."""
    features, truth, origins = [], [], []
    with (folder / "pairs.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for row in tqdm(rows, desc=str(folder), unit="pair"):
        a, b = (prepare((folder / row[name]).read_bytes()) for name in "ab")
        views = [view.features for view in view_pairs(a, b) if view.features]
        if views:
            best = min(views, key=lambda found: found["residual"])
            features.append([best[name] for name in FEATURES])
            truth.append(row["label"] == "duplicate")
            origins.append((row.get("origin") or row["a"]).split("/")[1])
    return np.array(features), np.array(truth), origins


def measure_once(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """As `measure_pairs`, kept beside the pairs under the features' names; delete the file after a change."""
    digest = hashlib.sha256(" ".join(FEATURES).encode()).hexdigest()[:8]
    kept = folder / f"features-{digest}.npz"
    if not kept.exists():
        features, truth, origins = measure_pairs(folder)
        np.savez(kept, features=features, truth=truth, origins=np.array(origins))
    with np.load(kept) as stored:
        return stored["features"], stored["truth"], stored["origins"].tolist()


def choose_threshold(probability: np.ndarray, truth: np.ndarray, precision: float) -> float:
    """Lowest probability at and above which precision holds for every higher threshold in use."""
    order = np.argsort(-probability)
    share = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= precision)
    return float(probability[order][good[-1]]) if good.size else 0.5


def predict_out_of_fold(features: np.ndarray, truth: np.ndarray, groups: list[str]) -> np.ndarray:
    """Each pair's probability from trees that never saw a photo of its source."""
    found = np.zeros(len(truth))
    for train, test in LeaveOneGroupOut().split(features, truth, groups):
        fitted = GradientBoostingClassifier(**SETTINGS).fit(features[train], truth[train])
        found[test] = fitted.predict_proba(features[test])[:, 1]
    return np.where(pass_guards(features), found, 0.0)


def pass_guards(features: np.ndarray) -> np.ndarray:
    """Whether the comparator's guards leave the decision to the trees, bool (n,)."""
    column = {name: features[:, at] for at, name in enumerate(FEATURES)}
    return (
        (1 - column["correlation"] <= GUARDS["misfit"])
        & (1 - column["coverage"] <= GUARDS["hidden"])
        & (column["colour"] <= GUARDS["colour"])
        & (column["residual"] <= GUARDS["residual"])
    )


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


def report(probability: np.ndarray, truth: np.ndarray, threshold: float) -> dict[str, float]:
    """Precision and recall at the threshold, over pairs that a map joined."""
    said = probability >= threshold
    hits = float((said & truth).sum())
    return {"precision": round(hits / max(1, said.sum()), 4), "recall": round(hits / max(1, truth.sum()), 4)}


def main() -> None:
    """Measure, fit, choose the threshold out of fold, store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the shared catalogs")
    parser.add_argument("--work", type=Path, default=Path("var/dedup_pairs"), help="where pairs are made")
    parser.add_argument("--pairs", type=Path, nargs="+", help="folders of pairs instead of --data")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--precision", type=float, default=0.99, help="asked out of fold (default 0.99)")
    parser.add_argument("--version", default="registration-2")
    parser.add_argument(
        "--sources", default=", ".join(TRAINING), help="what the pairs were made of, for the card"
    )
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if not args.pairs and not args.data:
        parser.error("name the folder of the shared catalogs (--data) or folders of pairs (--pairs)")
    measured = [measure_once(folder) for folder in args.pairs or make_pairs(args.data, args.work)]
    features = np.concatenate([part[0] for part in measured])
    truth = np.concatenate([part[1] for part in measured])
    groups = [name for part in measured for name in part[2]]
    fold = predict_out_of_fold(features, truth, groups)
    threshold = choose_threshold(fold, truth, args.precision)
    figures = report(fold, truth, threshold)
    card = {
        "version": args.version, "pairs": len(truth), "copies": int(truth.sum()), "sources": args.sources,
        "out_of_fold": figures, "made_by": f"{COMMAND} --precision {args.precision:g}",
    }  # fmt: skip
    model = GradientBoostingClassifier(**SETTINGS).fit(features, truth)
    store(model, threshold, card, args.out)
    print(json.dumps(card | {"threshold": threshold}))


if __name__ == "__main__":
    main()
