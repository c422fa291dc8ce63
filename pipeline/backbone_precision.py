"""A backbone whose late layers compute in bf16 where the processor does so natively, and checks it there.

Rounding hurts the first layers, where pixels become features: with all layers in bf16 the cosine to f32
falls to 0.994 on flat graphics. After the third group of blocks it costs at most 0.0005 (1,521 images), and
that part holds most of the work.
"""

from __future__ import annotations

import hashlib
import json
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.backbone_layout import VECTORS
from pipeline.records import FloatArray, RgbArray

# architecture -> end of the name of the last layer in f32
EXACT_UNTIL = {"tf_efficientnet_lite0": "blocks.2.1/aten::add/Add"}
MIN_COSINE = 0.9993  # of embedding and layout on every probe; real pictures keep above 0.9995 where probes do
PRECISION = "f32, late layers bf16"


def load_mixed(core: Any, path: Path, architecture: str, options: Mapping[str, Any]) -> Any | None:
    """First and second part compiled, to be called one after the other; None where f32 must do.

    That is: no place to cut is known, the processor lacks bf16, or a probe's outputs turn too far on it.
    The check runs once a processor; its outcome lies beside the converted weights.
    """
    place = EXACT_UNTIL.get(architecture)
    if place is None or "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return None
    verdict = path.with_name(f"{path.stem}-{name_processor()}.json")
    if verdict.is_file() and not json.loads(verdict.read_text())["agrees"]:
        return None
    lot = 1 if options.get("INFERENCE_NUM_THREADS") == 1 else None
    first, second = split(core, path, place, lot)
    parts = (
        core.compile_model(first, "CPU", {**options, "INFERENCE_PRECISION_HINT": "f32"}),
        core.compile_model(second, "CPU", {**options, "INFERENCE_PRECISION_HINT": "bf16"}),
    )
    if not verdict.is_file():
        exact = core.compile_model(str(path), "CPU", {**options, "INFERENCE_PRECISION_HINT": "f32"})
        lowest = compare(exact, parts)
        agrees = lowest >= MIN_COSINE
        write_verdict(verdict, {"agrees": agrees, "lowest_cosine": round(lowest, 6)})
        return parts if agrees else None
    return parts


def write_verdict(path: Path, verdict: Mapping[str, Any]) -> None:
    """Whole or not at all: several workers may start at once."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        json.dump(verdict, draft)
    Path(draft.name).replace(path)


def split(core: Any, path: Path, place: str, lot: int | None = None) -> tuple[Any, Any]:
    """The model up to the layer whose name ends so, and from there on. Raises StopIteration without one.

    What is made before that layer is an output of the first part, after the layer's own; those outputs must
    be the whole model's last ones. With a `lot` the first part takes just so many images: OpenVINO then plans
    its memory ahead, and one image takes a sixth less.
    """
    import openvino

    first, second = core.read_model(str(path)), core.read_model(str(path))
    end, start = (
        next(op for op in model.get_ordered_ops() if op.get_friendly_name().endswith(place))
        for model in (first, second)
    )
    late = _find_late(second, start)
    seam = openvino.opset13.parameter(start.output(0).get_partial_shape(), np.float32)
    for target in start.output(0).get_target_inputs():
        target.replace_source_output(seam.output(0))
    early = [made.input_value(0) for made in first.get_results() if made.get_friendly_name() not in late]
    kept = [made for made in second.get_results() if made.get_friendly_name() in late]
    head = openvino.Model([end.output(0), *early], first.get_parameters(), "first")
    if lot:
        head.reshape([lot, *list(head.input(0).get_partial_shape())[1:]])
    return head, openvino.Model(kept, [seam], "second")


def _find_late(model: Any, start: Any) -> set[str]:
    """Names of the layer and of all that is computed from it."""
    late = {start.get_friendly_name()}
    for op in model.get_ordered_ops():
        sources = (value.get_node().get_friendly_name() for value in op.input_values())
        if not late.isdisjoint(sources):
            late.add(op.get_friendly_name())
    return late


def run_parts(
    parts: tuple[Any, Any], batch: RgbArray, at_once: int = 1, count: int | None = None
) -> list[FloatArray]:
    """The whole model's first `count` outputs (None: all), float32, as copies.

    The first part takes `at_once` images at a time, one a thread: its maps are so wide that those of two fall
    out of a core's cache (3.0 ms for 4.1 with eight). The second one's are small, and its weights many.
    """
    first, second = parts
    steps = range(0, len(batch), at_once)
    late, wanted = len(second.outputs), len(second.outputs) + len(first.outputs) - 1
    count = wanted if count is None else count
    made: list[FloatArray] = []
    for i in steps:
        told = first(np.ascontiguousarray(batch[i : i + at_once]), share_outputs=True)
        if not made:
            shapes = [told[place].shape[1:] for place in range(1 + max(0, count - late))]
            made = [np.empty((len(batch), *shape), np.float32) for shape in shapes]
        for place, part in enumerate(made):
            part[i : i + at_once] = told[place]
    middle, *early = made
    result = second(middle)  # its arrays are copies
    return [*(result[i] for i in range(min(count, late))), *early]


def compare(exact: Any, parts: tuple[Any, Any]) -> float:
    """Lowest cosine of embedding or layout on any probe."""
    side = int(exact.input(0).get_partial_shape()[1].get_length())
    lowest = 1.0
    for probe in draw_probes(side):
        wanted = exact(probe[None])
        for i, made in enumerate(run_parts(parts, probe[None], count=VECTORS)):
            one, two = np.array(wanted[i], np.float64).ravel(), made.astype(np.float64).ravel()
            length = float(np.linalg.norm(one)) * float(np.linalg.norm(two))
            lowest = min(lowest, float(one @ two) / max(1e-12, length))
    return lowest


def draw_probes(side: int) -> list[RgbArray]:
    """Pictures uint8 (S,S,3) from flat graphics to noise: those that rounding hurts most are flat."""
    import cv2

    rng = np.random.default_rng(3)
    probes = []
    for cells in (2, 5, 12, 30, 90, side):
        noise = rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
        for how in (cv2.INTER_NEAREST, cv2.INTER_CUBIC):
            probes.append(np.asarray(cv2.resize(noise, (side, side), interpolation=how), np.uint8))
    for ground, ink in ((255, 120), (238, 200), (30, 220)):
        flat = np.full((side, side, 3), ground, np.uint8)
        cv2.circle(flat, (side // 2, side // 2), side // 4, (ink, ink, ink), side // 28)
        cv2.rectangle(flat, (side // 8, side // 3), (side // 3, side // 2), (ink, ink // 2, ink), -1)
        probes.append(flat)
    return probes


def name_processor() -> str:
    """12 hex digits of the processor's model and abilities."""
    try:
        text = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        text = platform.processor()
    known = [line for line in text.splitlines() if line.split("\t")[0] in ("model", "model name", "flags")]
    return hashlib.sha256("\n".join(known or [text]).encode()).hexdigest()[:12]
