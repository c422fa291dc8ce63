"""What the pipeline is measured against: the usual libraries one by one, and the least that must be done."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import imagehash
import numpy as np
from PIL import Image, ImageFilter

from pipeline.backbone import load_backbone
from pipeline.backbone_sources import build_module, read_spec
from pipeline.compliance import adult
from pipeline.dedup import describe_batch
from pipeline.images import decode, read_file

SOURCE = "package:efficientnet_lite0"
DESCRIBED_SIDE_PX = 256
BATCH = 16


def describe_naively(path: Path) -> Image.Image:
    """Pillow's full decode, four of ImageHash's hashes and one of the edges, OpenCV's HSV histogram."""
    picture = Image.open(path).convert("RGB")
    for make in (imagehash.phash, imagehash.dhash, imagehash.average_hash, imagehash.whash):
        make(picture)
    imagehash.dhash(picture.filter(ImageFilter.EDGE_ENHANCE))
    hsv = cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2HSV)
    cv2.calcHist([hsv], [0, 1, 2], None, [12, 4, 4], [0, 180, 0, 256, 0, 256])
    return picture


def embed_naively(picture: Image.Image) -> Any:
    """The same backbone in eager torch, one picture at a time."""
    import torch

    small = np.asarray(picture.resize((224, 224), Image.Resampling.BILINEAR), np.float32)
    with torch.inference_mode():
        return load_module()(torch.from_numpy(small / 127.5 - 1).permute(2, 0, 1)[None]).numpy()


def judge_naively(picture: Image.Image) -> None:
    """The judges beside it as their packages show them: adult in ONNX Runtime, all text read, Laplacian."""
    pixels = np.asarray(picture)
    cv2.Laplacian(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var()
    middle = np.asarray(picture.resize((256, 256)), np.float32)[16:240, 16:240, ::-1] - [104, 117, 123]
    session = load_adult()
    session.run(None, {session.get_inputs()[0].name: middle[None].astype(np.float32)})
    load_reader()(pixels[..., ::-1])


def run_naive(paths: list[Path]) -> None:
    """The naive composition: descriptors and embedding of each file."""
    for path in paths:
        embed_naively(describe_naively(path))


def run_naive_with_judges(paths: list[Path]) -> None:
    """The same with the judges that have a package."""
    for path in paths:
        picture = describe_naively(path)
        embed_naively(picture)
        judge_naively(picture)


def run_naive_descriptors(paths: list[Path]) -> None:
    """The naive descriptors alone."""
    for path in paths:
        describe_naively(path)


def run_descriptors(paths: list[Path]) -> None:
    """Our descriptors alone: one reduced decode each, transforms over batches."""
    for start in range(0, len(paths), BATCH):
        batch = [
            decode(read_file(path), max_side_px=DESCRIBED_SIDE_PX) for path in paths[start : start + BATCH]
        ]
        describe_batch([image.rgb for image in batch])


def run_floor(paths: list[Path]) -> None:
    """The least: file read, one decode at the backbone's scale, the forward pass in the same runtime."""
    backbone = load_backbone(SOURCE)
    side = backbone.spec.side_px
    for start in range(0, len(paths), BATCH):
        batch = [decode(read_file(path), max_side_px=side).rgb for path in paths[start : start + BATCH]]
        backbone.embed(np.stack([backbone.to_input(rgb) for rgb in batch]))


@lru_cache(maxsize=1)
def load_module() -> Callable[[Any], Any]:
    """The backbone's torch module."""
    module: Callable[[Any], Any] = build_module(read_spec(SOURCE))
    return module


@lru_cache(maxsize=1)
def load_adult() -> Any:
    """The adult judge in ONNX Runtime, one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(adult.find_weights()), options)


@lru_cache(maxsize=1)
def load_reader() -> Any:
    """The text reader, one thread."""
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=1)


def can_open(path: Path) -> bool:
    """Whether Pillow and we can both read the file, so that all variants have the same work."""
    try:
        Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
        decode(path.read_bytes())
    except (OSError, ValueError):
        return False
    return True
