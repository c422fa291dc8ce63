"""The shared embedding network: one forward pass an image serves every head."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from pipeline import backbone_layout, backbone_runtimes
from pipeline.backbone_sources import BackboneSpec, read_spec
from pipeline.records import FloatArray, RgbArray
from pipeline.scaling import fit_within

BATCH = 8  # images a forward; on a CPU larger batches fall out of the cache and are slower
GPU_BATCH = 256


@dataclass(frozen=True)
class Backbone:
    """A loaded backbone. `signature` goes with every embedding and head; a mismatch is refused."""

    spec: BackboneSpec
    dim: int
    runtime: str
    precision: str
    forward: backbone_runtimes.Forward
    grids: tuple[backbone_layout.Grid, ...] = ()

    @property
    def id(self) -> str:
        return self.spec.source

    @property
    def sha256(self) -> str:
        return self.spec.sha256

    @property
    def signature(self) -> str:
        """What heads depend on: source, weights, normalisation and framing (not the runtime)."""
        spec = self.spec
        scaling = f"mean{spec.mean[0]:g}/std{spec.std[0]:g}"
        return f"{spec.source}@{spec.sha256[:16]}/{spec.side_px}px/{scaling}/letterbox"

    def to_input(self, rgb: RgbArray) -> RgbArray:
        """uint8 (S,S,3) for `embed`, S being the backbone's side."""
        return to_input(rgb, self.spec.side_px)

    def embed(self, batch: RgbArray) -> FloatArray:
        """Embeddings float32 (N,D), not normalised, of uint8 (N,S,S,3) as `to_input` makes them.

        Raises ValueError for another shape or dtype.
        """
        return self.see(batch)[0]

    def see(self, batch: RgbArray) -> tuple[FloatArray, FloatArray]:
        """Embeddings as `embed` gives them and, from the same pass, layouts float32 (N,P).

        A layout keeps where in the picture things are (pipeline.backbone_layout); P is 0 for a backbone
        whose stages cannot be read. Raises ValueError for another shape or dtype.
        """
        embeddings, layouts, _ = self._pass_through(batch, backbone_layout.VECTORS)
        return embeddings, layouts

    def see_maps(self, batch: RgbArray) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
        """As `see`, and the maps of backbone_layout.MAPS, each float32 (N,C,S/stride,S/stride).

        No map for a backbone whose stages cannot be read. They take 0.6 MB a picture. Raises as `see`.
        """
        return self._pass_through(batch, None)

    def _pass_through(
        self, batch: RgbArray, count: int | None
    ) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
        side = self.spec.side_px
        if batch.dtype != np.uint8 or batch.shape[1:] != (side, side, 3):
            raise ValueError(f"expected uint8 (N,{side},{side},3), got {batch.dtype} {batch.shape}")
        step = GPU_BATCH if self.runtime == "cuda" else BATCH
        parts = [batch[i : i + step] for i in range(0, len(batch), step)]
        run = self.forward
        if isinstance(run, backbone_runtimes.TorchForward):
            found = list(run.each(parts, count))
        else:
            found = [run(part, count) for part in parts]
        embeddings = [np.zeros((0, self.dim), np.float32), *(first for first, *_ in found)]
        layouts = [np.zeros((0, self.layout_dim), np.float32), *(self._lay_out(one) for one in found)]
        maps = zip(*(one[backbone_layout.VECTORS :] for one in found), strict=True)
        return np.concatenate(embeddings), np.concatenate(layouts), [np.concatenate(part) for part in maps]

    @property
    def layout_dim(self) -> int:
        """Length of a layout."""
        return sum(channels * cells * cells for channels, cells in self.grids)

    def _lay_out(self, found: list[FloatArray]) -> FloatArray:
        if not self.grids:
            return np.zeros((len(found[0]), 0), np.float32)
        return backbone_layout.flatten(found[1 : backbone_layout.VECTORS])

    def mirror(self, layouts: FloatArray) -> FloatArray:
        """Layouts of the mirrored pictures, without another pass."""
        return backbone_layout.mirror(layouts, self.grids)


def to_input(rgb: RgbArray, side_px: int = 224) -> RgbArray:
    """The whole picture, shrunk and padded to a square with its border's median colour.

    uint8 (H,W,3) -> uint8 (side_px,side_px,3). Padding keeps proportions, which tell views apart.
    """
    small = fit_within(rgb, side_px)
    height, width = small.shape[:2]
    if max(height, width) < side_px:
        scale = side_px / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    if small.shape[0] == small.shape[1]:
        return small
    edges = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    height, width = small.shape[:2]
    top, left = (side_px - height) // 2, (side_px - width) // 2
    low, right = side_px - height - top, side_px - width - left
    colour = _find_middle_colour(edges)
    framed = cv2.copyMakeBorder(small, top, low, left, right, cv2.BORDER_CONSTANT, value=colour)
    return np.asarray(framed, np.uint8)


def _find_middle_colour(pixels: RgbArray) -> list[int]:
    """The median of each channel of pixels (n,3), rounded down; numpy's own takes four times as long."""
    ordered = np.sort(np.ascontiguousarray(pixels.T), axis=1).astype(np.int32)
    middle = ordered.shape[1] // 2
    pair = ordered[:, middle] + ordered[:, middle - 1 + ordered.shape[1] % 2]
    return [int(value) for value in pair // 2]


@lru_cache(maxsize=4)
def load_backbone(
    source: str = "package:efficientnet_lite0", runtime: str = "auto", threads: int = 0
) -> Backbone:
    """The backbone of an explicit source, kept loaded.

    `runtime` is auto (a GPU where SMARTIMG_DEVICE or the machine has one, else OpenVINO), openvino,
    openvino-f32 (no layer in bf16), torch or cuda. `threads` 0 takes SMARTIMG_THREADS, else all that the
    process may use.
    Raises BackboneUnavailable when the source can't be had.
    """
    spec = read_spec(source)
    chosen = _choose_runtime(spec) if runtime == "auto" else runtime
    if chosen.startswith("openvino"):
        threads = threads or int(os.environ.get("SMARTIMG_THREADS", "0"))
        is_exact = chosen == "openvino-f32"
        forward, shapes, precision = backbone_runtimes.load_openvino(spec, threads, is_exact)
    else:
        forward, shapes = backbone_runtimes.load_torch(spec, "cuda" if chosen == "cuda" else "cpu")
        precision = "bf16" if chosen == "cuda" else "f32"
    grids = tuple((shape[1], shape[2]) for shape in shapes[1 : backbone_layout.VECTORS])
    return Backbone(spec, shapes[0][1], chosen, precision, forward, grids)


def _choose_runtime(spec: BackboneSpec) -> str:
    device = os.environ.get("SMARTIMG_DEVICE", "")
    if spec.architecture == "onnx" or device == "cpu" or not (device or Path("/dev/nvidia0").exists()):
        return "openvino"
    import torch

    return "cuda" if torch.cuda.is_available() else "openvino"
