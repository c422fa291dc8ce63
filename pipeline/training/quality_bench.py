"""How well the judges of quality do on a folder of photos: planted defects, or labels of real ones."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import compliance, folders
from pipeline.backbone import Backbone
from pipeline.foreground import find_object
from pipeline.images import UnreadableImage, decode
from pipeline.quality import QualityJudges
from pipeline.quality.judges import JUDGES, measure
from pipeline.records import FloatArray, Judgement, RgbArray
from pipeline.training import bench_defects, bench_overlays, bench_placeholders, metrics
from pipeline.training.quality import SUFFIXES
from pipeline.training.wear import hold

OVERLAYS = ("badge", "watermark")
CAUTIONS = ("upscaled", "border", "collage")  # they warn and never drop
KNOWN = (*JUDGES, *OVERLAYS, "adult", "weapon", "violence", *CAUTIONS)


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
            if defect not in (*KNOWN, "", "fine"):
                raise ValueError(
                    f"{path}, line {rows.line_num}: '{defect}' is none of {', '.join(KNOWN)}, fine"
                )
            found[row["file"]] = "" if defect == "fine" else defect
    return found


def list_files(folder: Path, limit: int, seed: int) -> list[Path]:
    """Image files below a folder, at most `limit` (0: all), chosen by the seed. Raises ValueError if none."""
    files = [path for path in folders.list_files(folder) if path.suffix.lower() in SUFFIXES]
    if not files:
        raise ValueError(f"No images under {folder}.")
    order = np.random.default_rng(seed).permutation(len(files))[: limit or None]
    return [files[i] for i in sorted(order.tolist())]


def plant(
    files: Sequence[Path], seed: int, overlays: bool = False
) -> Iterator[tuple[str, list[tuple[str, str, RgbArray]]]]:
    """(file, [(defect, kind, picture)...]) for each readable file: as it is and with every defect.

    `overlays` plants badges and watermarks too; their judges take longer than all others together.
    """
    scene: RgbArray | None = None
    for index, path in enumerate(files):
        try:
            rgb = decode(path.read_bytes()).rgb
        except UnreadableImage:
            continue
        rng = np.random.default_rng([seed, index])
        small_kind, small = bench_defects.shrink_object(rgb, rng, scene)
        blur_kind, soft = bench_defects.blur(rgb, rng)
        drawn_kind, drawn = bench_placeholders.draw_placeholder(rng)
        planted = [
            ("", "as it is", rgb),
            ("blur", blur_kind, soft),
            ("small_object", small_kind, small),
            ("placeholder", drawn_kind, drawn),
        ]
        if overlays:
            own = np.random.default_rng([seed, index, 1])
            planted += [(kind, kind, bench_overlays.plant(rgb, own, kind)) for kind in OVERLAYS]
        yield str(path), planted
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
    pictures: Iterable[tuple[str, list[tuple[str, str, RgbArray]]]],
    judges: QualityJudges,
    backbone: Backbone,
    all_judges: bool = False,
) -> Iterator[Shown]:
    """Every picture with its judgements; `all_judges` asks those of compliance as well."""
    for file, listed in pictures:
        images = [hold(rgb) for _, _, rgb in listed]
        measures = [measure(image, find_object(image.rgb)) for image in images]
        entries = np.stack([backbone.to_input(image.rgb) for image in images])
        embeddings, _, maps = backbone.see_maps(entries)
        judged = judges.judge(measures, embeddings)
        allowed = compliance.judge(images, embeddings, maps) if all_judges else [{}] * len(images)
        for (defect, kind, _), poor, forbidden in zip(listed, judged, allowed, strict=True):
            yield Shown(file, defect, kind, {**poor, **forbidden})


def report(shown: Sequence[Shown]) -> dict[str, Any]:
    """Figures by judge: a judge's own defect against the pictures without any; and all judges together."""
    fine = [one for one in shown if not one.defect]
    found: dict[str, Any] = {"fine": len(fine), "judges": {}}
    for name in KNOWN:
        own = [one for one in shown if one.defect == name]
        if own and all(name in one.judgements and one.judgements[name].score is not None for one in own):
            found["judges"][name] = _measure_judge(name, own, fine)
    flagged = [one for one in fine if _list_flags(one)]
    found["fine_flagged_by_any"] = _round(len(flagged) / len(fine)) if fine else None
    found["fine_flagged_files"] = {one.file: _list_flags(one) for one in flagged}
    warned = {name: [one.file for one in fine if _warns(one, name)] for name in CAUTIONS}
    found["fine_warned_files"] = {name: files for name, files in warned.items() if files}
    return found


def _measure_judge(name: str, own: Sequence[Shown], fine: Sequence[Shown]) -> dict[str, Any]:
    """One judge's row; figures by kind say each kind's against all that is fine."""
    scores, spared = _score(name, own), _score(name, fine)
    flags = np.array([one.judgements[name].flag for one in own])
    false = np.array([_warns(one, name) for one in fine])
    kinds = np.array([one.kind for one in own])
    both = np.concatenate([scores, spared])
    labels = np.repeat([1, 0], [len(own), len(fine)])
    by_kind = {kind: kinds == kind for kind in sorted(set(kinds.tolist()))}
    return {
        "defects": len(own),
        "roc_auc": _round(metrics.roc_auc(both, labels)),
        "recall_at_precision_0.95": _round(metrics.recall_at_precision(both, labels, 0.95)),
        "recall_at_threshold": _round(flags.mean()),
        "false_positive_rate": _round(false.mean()) if fine else None,
        "recall_by_kind": {kind: _round(flags[at].mean()) for kind, at in by_kind.items()},
        "roc_auc_by_kind": {kind: _round(_auc(scores[at], spared)) for kind, at in by_kind.items()},
    }


def _score(name: str, shown: Sequence[Shown]) -> FloatArray:
    """The judge's scores; 0 where it has nothing to say."""
    said = [one.judgements.get(name) for one in shown]
    return np.array([0.0 if one is None or one.score is None else one.score for one in said], np.float32)


def _auc(scores: FloatArray, spared: FloatArray) -> float:
    return metrics.roc_auc(np.concatenate([scores, spared]), np.repeat([1, 0], [len(scores), len(spared)]))


def _list_flags(one: Shown) -> list[str]:
    """The judges that would take the picture out."""
    return [name for name, said in one.judgements.items() if said.flag and said.drops]


def _warns(one: Shown, name: str) -> bool:
    return name in one.judgements and one.judgements[name].flag


def _round(value: Any) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
