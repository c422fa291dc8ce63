"""Judges for tests that need no model: a picture's own name says what they find in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.dedup import describe
from pipeline.images import UnreadableImage, decode
from pipeline.records import Assessment, Framing, Judgement


class FakeBackbone:
    """Its embeddings fit no head that ships."""

    signature = ""


class FakeAssessor:
    """Says of every readable picture that it is sharp, and that small ones have too few pixels."""

    version = "fake-1"
    backbone = FakeBackbone()

    def __init__(self) -> None:
        self.seen: list[str] = []

    def assess(self, items: Sequence[tuple[str, bytes]]) -> list[Assessment]:
        """The shape of what the real judges return, from size alone."""
        self.seen += [key for key, _ in items]
        return [self._assess(key, data) for key, data in items]

    def _assess(self, key: str, data: bytes) -> Assessment:
        try:
            found = decode(data)
        except UnreadableImage as error:
            return Assessment(key, 0, 0, len(data), "", unreadable=error.message)
        few = Judgement("resolution", 0.9 if found.width_px < 100 else 0.1, 0.5, found.width_px < 100)
        return Assessment(
            key=key,
            width_px=found.width_px,
            height_px=found.height_px,
            byte_size=len(data),
            format=found.format,
            judgements={"resolution": few, "blur": Judgement("blur", 0.1, 0.5, False)},
            framing=Framing(fill=0.5, white_background=1.0, plain_background=1.0, sharpness=0.9),
            embedding=np.ones(1280, np.float32),
            descriptors=describe(found.rgb),
            analysis_version=self.version,
        )
