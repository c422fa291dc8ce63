"""How a backbone is run: OpenVINO on a CPU, torch on a GPU (or a CPU, as the reference).

torch is imported only to convert weights once, and to run them where asked; the converted form is cached.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pipeline import backbone_precision
from pipeline.backbone_layout import has_stages, with_layout
from pipeline.backbone_sources import BackboneSpec, build_module
from pipeline.prefetch import run_ahead
from pipeline.records import FloatArray, RgbArray

Shapes = list[tuple[int, ...]]  # of what a forward pass gives; the first of each is the batch
CACHE_FORMAT = 3  # raise it when what is converted changes


class Forward(Protocol):
    """A forward pass: the first `count` outputs (None: all) of uint8 (N,S,S,3), float32.

    These are embeddings and, where the stages can be read, layouts and maps (pipeline.backbone_layout).
    """

    def __call__(self, batch: RgbArray, count: int | None = None) -> list[FloatArray]: ...


def find_cache_folder() -> Path:
    """Where converted backbones are kept: SMARTIMG_CACHE, else the user's cache, else a temporary folder."""
    asked = os.environ.get("SMARTIMG_CACHE")
    base = (
        Path(asked)
        if asked
        else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "smartimg"
    )
    try:
        base.mkdir(parents=True, exist_ok=True)
        if os.access(base, os.W_OK):
            return base
    except OSError:
        pass
    fallback = Path(tempfile.gettempdir()) / f"smartimg-{os.getuid()}"
    fallback.mkdir(mode=0o700, exist_ok=True)
    return fallback


def load_openvino(spec: BackboneSpec, threads: int, exact: bool = False) -> tuple[Forward, Shapes, str]:
    """The forward pass on a CPU, its outputs' shapes and precision; converts the weights on the first call.

    Late layers compute in bf16 where that was checked on this processor, unless it must be `exact`.
    """
    import openvino

    path = _converted_path(spec)
    if not path.is_file():
        _convert(spec, path)
    core = openvino.Core()
    # f32 said aloud: processors with AMX would otherwise compute in bf16, and heads are fitted to f32.
    options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "CACHE_DIR": str(path.parent / "compiled")}
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    parts = None if exact else backbone_precision.load_mixed(core, path, spec.architecture, options)
    if parts is not None:
        outputs = [*parts[1].outputs, *parts[0].outputs[1:]]
        at_once = max(1, int(parts[0].get_property("INFERENCE_NUM_THREADS")))
        return _run_mixed(parts, at_once), _read_shapes(outputs), backbone_precision.PRECISION
    compiled = core.compile_model(str(path), "CPU", options)
    return _run_whole(compiled), _read_shapes(compiled.outputs), "f32"


def _run_mixed(parts: tuple[Any, Any], at_once: int) -> Forward:
    def forward(batch: RgbArray, count: int | None = None) -> list[FloatArray]:
        return backbone_precision.run_parts(parts, batch, at_once, count)

    return forward


def _run_whole(compiled: Any) -> Forward:
    known = range(len(compiled.outputs))

    def forward(batch: RgbArray, count: int | None = None) -> list[FloatArray]:
        result = compiled(np.ascontiguousarray(batch))
        return [np.array(result[i], np.float32) for i in known[:count]]  # copies: the buffers are used again

    return forward


def _read_shapes(outputs: Sequence[Any]) -> Shapes:
    """The lengths of each output; 0 for the batch."""
    shapes = [list(output.get_partial_shape())[1:] for output in outputs]
    return [(0, *(int(part.get_length()) for part in shape)) for shape in shapes]


def _converted_path(spec: BackboneSpec) -> Path:
    import openvino

    key = json.dumps([asdict(spec), openvino.__version__, CACHE_FORMAT])
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    return find_cache_folder() / f"{spec.architecture}-{spec.side_px}-{digest}.xml"


def _convert(spec: BackboneSpec, path: Path) -> None:
    """Write OpenVINO's form beside its final name and move it in, so that a killed start leaves no half."""
    import openvino

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        openvino.save_model(_to_openvino(spec), str(draft), compress_to_fp16=False)
        draft.with_suffix(".bin").replace(path.with_suffix(".bin"))
        draft.replace(path)


def _to_openvino(spec: BackboneSpec) -> Any:
    import openvino

    side = spec.side_px
    if spec.architecture != "onnx":
        import torch

        module = _with_normalisation(spec)
        example = torch.zeros((1, side, side, 3), dtype=torch.uint8)
        return openvino.convert_model(module, example_input=example, input=([-1, side, side, 3], np.uint8))
    model = openvino.convert_model(spec.weights_path)
    steps = openvino.preprocess.PrePostProcessor(model)
    tensor = steps.input().tensor()
    tensor.set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    steps.input().model().set_layout(openvino.Layout("NCHW"))
    scaled = steps.input().preprocess().convert_element_type(openvino.Type.f32)
    scaled.mean([255 * m for m in spec.mean]).scale([255 * s for s in spec.std])
    return steps.build()


def _with_normalisation(spec: BackboneSpec) -> Any:
    """The module with uint8 (N,S,S,3) as its input."""
    import torch

    built = build_module(spec)
    inner = with_layout(built) if has_stages(built) else built

    class Normalised(torch.nn.Module):
        shift: torch.Tensor
        span: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.inner = inner
            self.register_buffer("shift", torch.tensor(spec.mean).view(1, 3, 1, 1) * 255)
            self.register_buffer("span", torch.tensor(spec.std).view(1, 3, 1, 1) * 255)

        def forward(self, batch: torch.Tensor) -> Any:
            pixels = batch.permute(0, 3, 1, 2).to(self.shift.dtype)
            return self.inner((pixels - self.shift) / self.span)

    return Normalised().eval()


class TorchForward:
    """The forward pass in torch, channels last: float32 on `cpu`, bf16 on `cuda`."""

    def __init__(self, module: Any, device: str) -> None:
        self.module, self.device = module.to(device), device
        self.module.inner.to(memory_format=_channels_last())

    def __call__(self, batch: RgbArray, count: int | None = None) -> list[FloatArray]:
        return next(self.each([batch], count))

    def each(self, batches: Iterable[RgbArray], count: int | None = None) -> Iterator[list[FloatArray]]:
        """The first `count` outputs (None: all) of uint8 (N,S,S,3) batches, in order.

        While one is computed, the next is on its way through pinned memory, and the one before is fetched
        only then: a GPU always has its next batch in line. Raises what torch raises for a batch.
        """
        started: Any = None
        for tensor in run_ahead(self._send, batches):
            before, started = started, self._start(tensor)
            if before is not None:
                yield self._fetch(before, count)
        if started is not None:
            yield self._fetch(started, count)

    def _send(self, batch: RgbArray) -> Any:
        import torch

        tensor = torch.from_numpy(np.ascontiguousarray(batch))
        return tensor if self.device == "cpu" else tensor.pin_memory().to(self.device, non_blocking=True)

    def _start(self, tensor: Any) -> Any:
        import torch

        half = self.device != "cpu"
        with torch.inference_mode(), torch.autocast(self.device, torch.bfloat16, enabled=half):
            return self.module(tensor)

    def _fetch(self, found: Any, count: int | None) -> list[FloatArray]:
        parts = found if isinstance(found, tuple) else (found,)
        return [part.float().cpu().numpy() for part in parts[:count]]


def _channels_last() -> Any:
    import torch

    return torch.channels_last


def load_torch(spec: BackboneSpec, device: str) -> tuple[TorchForward, Shapes]:
    """The forward pass in torch and its outputs' shapes: on `cuda`, or on `cpu` as the reference."""
    forward = TorchForward(_with_normalisation(spec), device)
    example = forward(np.zeros((1, spec.side_px, spec.side_px, 3), np.uint8))
    return forward, [part.shape for part in example]
