"""Measure the judges of quality on a folder of clean photos with planted defects, or on labelled ones."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tqdm import tqdm

from pipeline.backbone import load_backbone
from pipeline.config import PipelineConfig
from pipeline.progress import interval_s
from pipeline.quality import QualityJudges
from pipeline.training import quality_bench


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="clean photos")
    parser.add_argument(
        "--labels", type=Path, metavar="CSV", help="columns file,defect; then nothing is planted"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--limit", type=int, default=0, help="photos at most (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fast", action="store_true", help="leave out badges, watermarks and adult content")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Prints a table; the seed decides every planted defect."""
    backbone = load_backbone(PipelineConfig().backbone)
    if args.labels:
        pictures = quality_bench.read_labelled(args.images, quality_bench.read_labels(args.labels))
    else:
        pictures = quality_bench.plant(
            quality_bench.list_files(args.images, args.limit, args.seed), args.seed, not args.fast
        )
    judges = QualityJudges(backbone.signature)
    shown = quality_bench.judge_all(pictures, judges, backbone, all_judges=not args.fast)
    judged = list(tqdm(shown, unit=" pictures", disable=args.quiet, mininterval=interval_s()))
    if not judged:
        raise ValueError(f"None of the pictures under {args.images} can be read.")
    found = quality_bench.report(judged)
    print_report(found)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0


def print_report(found: dict[str, Any]) -> None:
    """A line a judge, and under it the recall of every kind of its defect."""
    print(f"{'judge':<14}{'defects':>8}{'ROC AUC':>9}{'R@P.95':>8}{'recall':>8}{'false':>8}")
    for name, row in found["judges"].items():
        figures = ("roc_auc", "recall_at_precision_0.95", "recall_at_threshold", "false_positive_rate")
        shown = ["-" if row[key] is None else f"{row[key]:.4f}" for key in figures]
        print(f"{name:<14}{row['defects']:>8}{shown[0]:>9}{shown[1]:>8}{shown[2]:>8}{shown[3]:>8}")
        kinds = row["recall_by_kind"]
        if len(kinds) > 1:
            print("  recall: " + ", ".join(f"{kind} {share:.2f}" for kind, share in kinds.items()))
    if found["fine_flagged_by_any"] is not None:
        print(f"{found['fine']} clean photos, flagged by any judge: {found['fine_flagged_by_any']:.4f}")
