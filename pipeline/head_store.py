"""Small trained heads on disk: arrays in .npz, what they are in .json beside it; numpy alone reads them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.records import FloatArray

HEADS_FOLDER = Path(__file__).parent / "heads"
FORMAT = 1


class HeadMismatch(ValueError):
    """A head that does not belong to what it is used with, or is not what its card says."""


@dataclass(frozen=True)
class Head:
    """A network of one to three dense layers with its standardisation, calibration and card.

    `arrays`: mean, scale (D,), then weight0 (D,H), bias0 (H,), ... ; hidden layers are ReLU.
    `card` is JSON: name, classes, threshold, backbone (signature or ''), features, sources, licences,
    figures, known failures. One output is a binary head (logit of the defect), several are classes.
    """

    name: str
    arrays: Mapping[str, npt.NDArray[np.float32]]
    card: Mapping[str, Any] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.card.get("classes", ()))

    @property
    def threshold(self) -> float:
        return float(self.card["threshold"])

    @cached_property
    def version(self) -> str:
        """Short digest of the weights and of what turns them into a verdict."""
        settled = json.dumps([self.card.get("threshold"), self.card.get("temperature"), self.classes])
        return hashlib.sha256(self.digest().encode() + settled.encode()).hexdigest()[:12]

    def digest(self) -> str:
        """SHA-256 over names, shapes and values of all arrays."""
        found = hashlib.sha256()
        for name in sorted(self.arrays):
            values = np.ascontiguousarray(self.arrays[name], np.float32)
            found.update(f"{name}{values.shape}".encode() + values.tobytes())
        return found.hexdigest()

    def logits(self, features: FloatArray) -> FloatArray:
        """float32 (N,D) -> (N,K). Raises HeadMismatch for another D."""
        if features.ndim != 2 or features.shape[1] != len(self.arrays["mean"]):
            raise HeadMismatch(f"{self.name} wants {len(self.arrays['mean'])} features, got {features.shape}")
        if self.card.get("unit"):  # the head was fitted to rows of length 1
            features = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
        values = (features - self.arrays["mean"]) / self.arrays["scale"]
        layers = sum(name.startswith("weight") for name in self.arrays)
        for i in range(layers):
            values = values @ self.arrays[f"weight{i}"] + self.arrays[f"bias{i}"]
            if i + 1 < layers:
                values = np.maximum(values, 0)
        return values.astype(np.float32, copy=False)

    def probabilities(self, features: FloatArray) -> FloatArray:
        """Calibrated: (N,) of the defect for a binary head, (N,K) that sum to 1 for classes."""
        scaled = self.logits(features) / float(self.card.get("temperature", 1.0))
        scaled = scaled + float(self.card.get("shift", 0.0))
        if scaled.shape[1] == 1:
            return np.asarray(1 / (1 + np.exp(-np.clip(scaled[:, 0], -60, 60))), np.float32)
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def save_head(head: Head, folder: Path = HEADS_FOLDER) -> Path:
    """Write NAME.npz and NAME.json; the same head gives the same bytes. Returns the .npz's path."""
    folder.mkdir(parents=True, exist_ok=True)
    card = {"format": FORMAT, "name": head.name, **head.card, "sha256": head.digest()}
    path = folder / f"{head.name}.npz"
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **{n: head.arrays[n] for n in sorted(head.arrays)})
    path.write_bytes(stream.getvalue())
    path.with_suffix(".json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n")
    return path


def pack_head(head: Head) -> bytes:
    """The head with its card as one file; the same head gives the same bytes, so that these name it."""
    card = json.dumps({"format": FORMAT, "name": head.name, **head.card}, sort_keys=True).encode()
    stream = io.BytesIO()
    arrays = {name: np.asarray(head.arrays[name]) for name in sorted(head.arrays)}
    np.savez_compressed(stream, allow_pickle=False, **arrays, card=np.frombuffer(card, np.uint8))
    return stream.getvalue()


def unpack_head(data: bytes, backbone: str = "") -> Head:
    """The head of such a file, for the backbone of that signature. Raises HeadMismatch."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        card = json.loads(arrays.pop("card").tobytes())
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise HeadMismatch(f"this is no file of a head: {error}") from error
    if card.get("format") != FORMAT:
        raise HeadMismatch(f"{card.get('name')} has format {card.get('format')}, not {FORMAT}")
    head = Head(card["name"], {name: values.astype(np.float32) for name, values in arrays.items()}, card)
    _check_backbone(head, backbone)
    return head


def load_head(name: str, folder: Path = HEADS_FOLDER, backbone: str = "") -> Head:
    """The head of that name, checked against its card.

    `backbone` is the signature of the backbone that will feed it; a head fitted to another is refused.
    Raises FileNotFoundError, or HeadMismatch.
    """
    path = folder / f"{name}.npz"
    card = json.loads(path.with_suffix(".json").read_text())
    with np.load(path, allow_pickle=False) as stored:
        arrays = {key: stored[key].astype(np.float32) for key in stored.files}
    head = Head(name, arrays, card)
    if card.get("format") != FORMAT or head.digest() != card.get("sha256"):
        raise HeadMismatch(f"{path} is not what {path.with_suffix('.json').name} describes")
    _check_backbone(head, backbone)
    return head


def _check_backbone(head: Head, backbone: str) -> None:
    wanted = head.card.get("backbone", "")
    if backbone and wanted and wanted != backbone:
        raise HeadMismatch(f"{head.name} was fitted to {wanted}, not to {backbone}")


def has_head(name: str, folder: Path = HEADS_FOLDER) -> bool:
    """Whether a head of that name is there."""
    return (folder / f"{name}.npz").is_file()
