"""How well the judges of quality do on a folder of photos: planted defects, or labels of real ones."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.backbone import Backbone
from pipeline.foreground import find_object
from pipeline.images import UnreadableImage, decode
from pipeline.quality import QualityJudges
from pipeline.quality.judges import JUDGES, measure
from pipeline.records import Judgement, RgbArray
from pipeline.training import bench_defects, metrics
from pipeline.training.quality import SUFFIXES


@dataclass(frozen=True)
class Shown:
    """One judged picture: of which file, with which defect ('' for none), made how."""

    file: str
    defect: str
    kind: str
    judgements: dict[str, Judgement]


def read_labels(path: Path) -> dict[str, str]:
    """defect by file of a CSV with the columns file and defect. Raises ValueError naming a bad line."""
    with path.open(newline="") as stream:
        rows = csv.DictReader(stream)
        if not {"file", "defect"} <= set(rows.fieldnames or ()):
            raise ValueError(f"{path}: needs the columns file and defect")
        found: dict[str, str] = {}
        for row in rows:
            defect = (row["defect"] or "").strip()
            if defect not in (*JUDGES, "", "fine"):
                raise ValueError(
                    f"{path}, line {rows.line_num}: '{defect}' is none of {', '.join(JUDGES)}, fine"
                )
            found[row["file"]] = "" if defect == "fine" else defect
    return found


def list_files(folder: Path, limit: int, seed: int) -> list[Path]:
    """Image files below a folder, at most `limit` (0: all), chosen by the seed. Raises ValueError if none."""
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    if not files:
        raise ValueError(f"No images under {folder}.")
    order = np.random.default_rng(seed).permutation(len(files))[: limit or None]
    return [files[i] for i in sorted(order.tolist())]


def plant(files: Sequence[Path], seed: int) -> Iterator[tuple[str, list[tuple[str, str, RgbArray]]]]:
    """(file, [(defect, kind, picture)...]) for each readable file: as it is and with every defect."""
    scene: RgbArray | None = None
    for index, path in enumerate(files):
        try:
            rgb = decode(path.read_bytes()).rgb
        except UnreadableImage:
            continue
        rng = np.random.default_rng([seed, index])
        small_kind, small = bench_defects.shrink_object(rgb, rng, scene)
        blur_kind, soft = bench_defects.blur(rgb, rng)
        drawn_kind, drawn = bench_defects.draw_placeholder(rng)
        yield (
            str(path),
            [
                ("", "as it is", rgb),
                ("blur", blur_kind, soft),
                ("small_object", small_kind, small),
                ("placeholder", drawn_kind, drawn),
            ],
        )
        scene = rgb if find_object(rgb).kind == "scene" else scene


def read_labelled(
    folder: Path, labels: dict[str, str]
) -> Iterator[tuple[str, list[tuple[str, str, RgbArray]]]]:
    """The labelled files as they are. Raises ValueError for one that can't be read."""
    for name, defect in labels.items():
        try:
            yield name, [(defect, "labelled", decode((folder / name).read_bytes()).rgb)]
        except (OSError, UnreadableImage) as error:
            raise ValueError(f"{name}: {error}") from error


def judge_all(
    pictures: Iterable[tuple[str, list[tuple[str, str, RgbArray]]]], judges: QualityJudges, backbone: Backbone
) -> Iterator[Shown]:
    """Every picture with its judgements."""
    for file, listed in pictures:
        measures = [measure(rgb, find_object(rgb)) for _, _, rgb in listed]
        embeddings = backbone.embed(np.stack([backbone.to_input(rgb) for _, _, rgb in listed]))
        judged = judges.judge(measures, embeddings)
        for (defect, kind, _), judgements in zip(listed, judged, strict=True):
            yield Shown(file, defect, kind, judgements)


def report(shown: Sequence[Shown]) -> dict[str, Any]:
    """Figures by judge: a judge's own defect against the pictures without any; and all judges together."""
    fine = [one for one in shown if not one.defect]
    found: dict[str, Any] = {"fine": len(fine), "judges": {}}
    for name in JUDGES:
        own = [one for one in shown if one.defect == name]
        if not own or any(one.judgements[name].score is None for one in own):
            continue
        both = [*fine, *own]
        scores = np.array([one.judgements[name].score for one in both], np.float32)
        labels = np.array([int(one.defect == name) for one in both])
        flags = np.array([one.judgements[name].flag for one in both])
        found["judges"][name] = {
            "defects": len(own),
            "roc_auc": _round(metrics.roc_auc(scores, labels)),
            "recall_at_precision_0.95": _round(metrics.recall_at_precision(scores, labels, 0.95)),
            "recall_at_threshold": _round(flags[labels == 1].mean()),
            "false_positive_rate": _round(flags[labels == 0].mean()) if fine else None,
            "recall_by_kind": {
                kind: _round(np.mean([one.judgements[name].flag for one in own if one.kind == kind]))
                for kind in sorted({one.kind for one in own})
            },
        }
    flagged = [one for one in fine if any(one.judgements[name].flag for name in JUDGES)]
    found["fine_flagged_by_any"] = _round(len(flagged) / len(fine)) if fine else None
    found["fine_flagged_files"] = {
        one.file: [name for name in JUDGES if one.judgements[name].flag] for one in flagged
    }
    return found


def _round(value: Any) -> float:
    return round(float(value), 4)
