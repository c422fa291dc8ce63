"""All that is known of an image whatever its product: one decode, one backbone pass, all judges on top."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipeline import dedup
from pipeline.backbone import load_backbone
from pipeline.config import PipelineConfig
from pipeline.foreground import Foreground, find_object
from pipeline.images import DecodedImage, UnreadableImage, decode
from pipeline.records import Assessment, FloatArray, Framing, Judgement, RgbArray

ASSESSMENT_FORMAT = 1  # changes when the record changes its meaning
DECODE_THREADS = 2


@dataclass(frozen=True)
class _Seen:
    """One readable image between decoding and judging."""

    key: str
    image: DecodedImage
    foreground: Foreground
    network_input: RgbArray
    descriptors: bytes


class Assessor:
    """Judges images in batches; load one a process, it holds the backbone and the heads."""

    def __init__(self, config: PipelineConfig | None = None) -> None:
        self.config = config or PipelineConfig()
        self.backbone = load_backbone(self.config.backbone)

    @property
    def version(self) -> str:
        """16 hex digits that change with anything that could change an assessment."""
        parts = [str(ASSESSMENT_FORMAT), self.config.digest(), self.backbone.signature]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    def assess(self, items: Sequence[tuple[str, bytes]]) -> list[Assessment]:
        """One assessment for each (key, file bytes), in order; an unusable image says why, none raises."""
        with ThreadPoolExecutor(DECODE_THREADS) as pool:
            looked = list(pool.map(self._look, items))
        seen = [one for one in looked if isinstance(one, _Seen)]
        found = {id(one): assessment for one, assessment in zip(seen, self._judge(seen), strict=True)}
        return [found[id(one)] if isinstance(one, _Seen) else one for one in looked]

    def _look(self, item: tuple[str, bytes]) -> _Seen | Assessment:
        key, data = item
        try:
            image = decode(data, self.config.decode)
        except UnreadableImage as error:
            return Assessment(
                key, 0, 0, len(data), "", unreadable=error.message, analysis_version=self.version
            )
        return _Seen(
            key, image, find_object(image.rgb), self.backbone.to_input(image.rgb), dedup.describe(image.rgb)
        )

    def _judge(self, seen: Sequence[_Seen]) -> list[Assessment]:
        if not seen:
            return []
        embeddings = self.backbone.embed(np.stack([one.network_input for one in seen]))
        said = self._ask_judges(seen, embeddings)
        return [
            Assessment(
                key=one.key,
                width_px=one.image.width_px,
                height_px=one.image.height_px,
                byte_size=one.image.byte_size,
                format=one.image.format,
                judgements=words,
                framing=_frame(one.foreground, words),
                embedding=embedding,
                descriptors=one.descriptors,
                analysis_version=self.version,
            )
            for one, embedding, words in zip(seen, embeddings, said, strict=True)
        ]

    def _ask_judges(self, seen: Sequence[_Seen], embeddings: FloatArray) -> list[dict[str, Judgement]]:
        """The words of all judges, an image."""
        return [{} for _ in seen]


def _frame(foreground: Foreground, words: dict[str, Judgement]) -> Framing:
    blur = words["blur"].score if "blur" in words else None
    return Framing(
        fill=foreground.fill,
        white_background=foreground.white_background,
        plain_background=foreground.plain_background,
        sharpness=1.0 - (blur or 0.0),
        touches_edge=foreground.touches_edge,
    )
