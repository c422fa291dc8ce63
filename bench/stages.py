"""Where a selection's time goes: stages' own CPU time, taken from outside the pipeline."""

from __future__ import annotations

import importlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

# stage -> what belongs to it: 'module:attribute' or 'module:Class.method', as its caller looks it up
STAGES = {
    "read": ("pipeline.aggregate:gather",),
    "decode": ("pipeline.assess:decode",),
    "smaller copies": ("pipeline.images:DecodedImage.at",),
    "object": ("pipeline.assess:find_object", "pipeline.compliance.placement:find_object"),
    "quality measures": ("pipeline.assess:measure",),
    "describe": ("pipeline.dedup:describe_batch",),
    "backbone": (
        "pipeline.backbone:Backbone.to_input",
        "pipeline.backbone:Backbone.see",
        "pipeline.backbone:Backbone.see_maps",
    ),
    "quality heads": ("pipeline.quality.judges:QualityJudges.judge",),
    "badge and watermark": (
        "pipeline.compliance.overlay_maps:MapsHead.weigh",
        "pipeline.compliance.overlay:OverlayDetector.find",
        "pipeline.compliance.verdicts:judge_overlays",
    ),
    "text reader": ("pipeline.compliance.text:read_text",),
    "adult": ("pipeline.compliance.adult:score",),
    "types": ("pipeline.image_type:TypeHeads.judge",),
    "compare": (
        "pipeline.dedup.comparator:RegistrationComparator.prepare",
        "pipeline.dedup.comparator:RegistrationComparator.compare",
    ),
    "order": ("pipeline.ordering:order",),
    "write": ("json:dumps",),
}


class Stopwatch:
    """CPU seconds by stage; time inside a nested stage counts for that stage alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Count what happens inside for `stage`."""
        self._charge()
        self._running.append(stage)
        try:
            yield
        finally:
            self._charge()
            self._running.pop()

    def _charge(self) -> None:
        now = time.process_time()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now


@contextmanager
def watch() -> Iterator[Stopwatch]:
    """A stopwatch on every stage while inside; for a pipeline that runs in one thread."""
    watch = Stopwatch()
    with ExitStack() as stack:
        for stage, places in STAGES.items():
            for place in places:
                owner, name = find_owner(place)
                timed = _time_calls(getattr(owner, name), stage, watch)
                stack.enter_context(mock.patch.object(owner, name, timed))
        yield watch


def find_owner(place: str) -> tuple[Any, str]:
    """The module or class that holds what `place` names. Raises AttributeError where nothing has the name."""
    module, _, path = place.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    getattr(owner, name)
    return owner, name


def _time_calls(function: Callable[..., Any], stage: str, watch: Stopwatch) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        with watch.time(stage):
            result = function(*args, **kwargs)
        return _time_steps(result, stage, watch) if isinstance(result, Iterator) else result

    return timed


def _time_steps(steps: Iterator[Any], stage: str, watch: Stopwatch) -> Iterator[Any]:
    nothing = object()
    while True:
        with watch.time(stage):
            step = next(steps, nothing)
        if step is nothing:
            return
        yield step
