"""torchvision beside a torch of another build: declare the operators whose absence stops its import."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

# Schemas only: nothing of ours calls these, but torchvision registers shape rules for them when imported.
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_declared: list[Any] = []  # the library object must live as long as the schemas


def import_torchvision() -> ModuleType:
    """torchvision, imported plainly where that works, else after declaring its missing operators.

    Only the error that names torchvision's operators is handled; any other passes through. What works
    then: models, transforms, feature extraction. What does not: its image I/O and detection operators.
    """
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    torch_library = importlib.import_module("torch.library")
    library = torch_library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        library.define(schema)
    _declared.append(library)
    return importlib.import_module("torchvision")
