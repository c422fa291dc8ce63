"""All judges on a batch of images: one decode, one backbone pass, one record an image."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import cv2
import numpy as np

from pipeline import compliance, dedup
from pipeline.allocator import keep_freed_memory
from pipeline.backbone import Backbone, load_backbone
from pipeline.compliance.flat_things import load_flatness
from pipeline.compliance.overlay_maps import load_maps_head
from pipeline.compliance.slots import load_slots
from pipeline.config import PipelineConfig
from pipeline.foreground import SIDE_PX as OBJECT_SIDE_PX
from pipeline.foreground import Foreground, find_object
from pipeline.images import DecodedImage, UnreadableImage, decode
from pipeline.quality import QualityJudges, judge_rules
from pipeline.quality.judges import Measures, measure
from pipeline.records import Assessment, FloatArray, Framing, Judgement, RgbArray

FORMAT = "3"  # raise it when what an assessment holds changes
CHUNK = 16  # images judged together; twice as many have their pixels in memory while the next are decoded
GPU_CHUNK = 64  # likewise where the backbone runs on a GPU, which idles on few; 4 MB an image
DESCRIBED_SIDE_PX = 256  # longest side that hashes and histograms are made of: twice their own, ready at hand
COMPARED_SIDE_PX = 384  # longest side of the copies kept for de-duplication
Item = tuple[str, bytes]


@dataclass(frozen=True)
class Seen:
    """One image with all that is computed from its pixels alone."""

    key: str
    image: DecodedImage
    found: Foreground
    measures: Measures
    entry: RgbArray


class Assessor:
    """Judges images; loads the backbone and the heads on first use and keeps them."""

    def __init__(self, config: PipelineConfig | None = None, threads: int = 0) -> None:
        keep_freed_memory()  # before there are threads, each with a heap of its own
        self.config = config or PipelineConfig()
        self.threads = threads or int(os.environ.get("SMARTIMG_THREADS", "0")) or _count_processors()

    @cached_property
    def backbone(self) -> Backbone:
        return load_backbone(self.config.backbone, threads=self.threads)

    @cached_property
    def quality(self) -> QualityJudges:
        return QualityJudges(self.backbone.signature)

    @cached_property
    def version(self) -> str:
        """16 hex digits of settings, backbone and heads: assessments of one version are comparable."""
        load_slots(self.config.compliance.slots, self.backbone.signature)  # refuses those of another backbone
        load_flatness(backbone=self.backbone.signature)
        load_maps_head(backbone=self.backbone.signature)
        heads = (self.quality.version, compliance.version(self.config.compliance))
        parts = [FORMAT, self.config.digest(), self.backbone.signature, *heads]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    def assess(self, items: Iterable[Item]) -> list[Assessment]:
        """One Assessment for each (key, bytes of the file), in the same order.

        A file that can't be read gives an assessment with the reason; it never raises for one image.
        """
        return list(self.assess_each(items))

    def assess_each(
        self, items: Iterable[Item], copies: MutableMapping[str, RgbArray] | None = None
    ) -> Iterator[Assessment]:
        """The same one by one, in order, with at most two CHUNKs of images' pixels in memory.

        `copies` takes each image's pixels, uint8 (h,w,3) of at most COMPARED_SIDE_PX, by key: what
        de-duplication needs, so that it decodes nothing again.
        """
        cv2.setNumThreads(1)  # images run side by side; threads inside each would only compete
        _ = self.version  # loads the backbone and the heads once, before threads ask for them
        for looked in self._look_ahead(iter(items)):
            if copies is not None:
                copies.update({s.key: s.image.at(COMPARED_SIDE_PX) for s in looked if isinstance(s, Seen)})
            yield from self._judge(looked)

    def _look_ahead(self, items: Iterator[Item]) -> Iterator[list[Seen | Assessment]]:
        """CHUNKs of looks; while one is judged, threads decode the next."""
        size = GPU_CHUNK if self.backbone.runtime == "cuda" else CHUNK
        if self.threads == 1:
            while chunk := list(islice(items, size)):
                yield [self._look(item) for item in chunk]
            return
        with ThreadPoolExecutor(self.threads) as pool:
            ahead: deque[Iterator[Seen | Assessment]] = deque()
            while chunk := list(islice(items, size)):
                ahead.append(pool.map(self._look, chunk))
                if len(ahead) > 1:
                    yield list(ahead.popleft())
            while ahead:
                yield list(ahead.popleft())

    def _look(self, item: Item) -> Seen | Assessment:
        key, data = item
        try:
            image = decode(data, self.config.decode)
        except UnreadableImage as error:
            return Assessment(
                key, 0, 0, len(data), "", unreadable=error.message, analysis_version=self.version
            )
        found = find_object(image.at(OBJECT_SIDE_PX))
        return Seen(
            key=key,
            image=image,
            found=found,
            measures=measure(image, found),
            entry=self.backbone.to_input(image.at(self.backbone.spec.side_px)),
        )

    def _judge(self, looked: Sequence[Seen | Assessment]) -> Iterator[Assessment]:
        seen = [one for one in looked if isinstance(one, Seen)]
        side = self.backbone.spec.side_px
        entries = np.stack([one.entry for one in seen]) if seen else np.zeros((0, side, side, 3), np.uint8)
        embeddings, layouts, maps = self.backbone.see_maps(entries)
        descriptors = dedup.describe_batch([one.image.at(DESCRIBED_SIDE_PX) for one in seen])
        made = iter(
            [
                replace(self._record(one, embedding, words), layout=layout, descriptors=described)
                for one, embedding, layout, described, words in zip(
                    seen, embeddings, layouts, descriptors, self._weigh(seen, embeddings, maps), strict=True
                )
            ]
        )
        for one in looked:
            yield one if isinstance(one, Assessment) else next(made)

    def _weigh(
        self, seen: Sequence[Seen], embeddings: FloatArray, maps: Sequence[FloatArray]
    ) -> Iterator[dict[str, Judgement]]:
        """All judges' words on each image."""
        quality = self.quality.judge([one.measures for one in seen], embeddings)
        allowed = compliance.judge(
            [one.image for one in seen], embeddings, maps, self.config.compliance, [one.found for one in seen]
        )
        for one, poor, forbidden in zip(seen, quality, allowed, strict=True):
            yield {**poor, **judge_rules(one.image, self.config.quality), **forbidden}

    def _record(self, seen: Seen, embedding: FloatArray, judgements: Mapping[str, Judgement]) -> Assessment:
        return Assessment(
            key=seen.key,
            width_px=seen.image.width_px,
            height_px=seen.image.height_px,
            byte_size=seen.image.byte_size,
            format=seen.image.format,
            judgements=judgements,
            framing=_frame(seen.found, judgements),
            embedding=embedding,
            analysis_version=self.version,
        )


def _frame(found: Foreground, judgements: Mapping[str, Judgement]) -> Framing:
    blur = judgements["blur"].score
    badge = judgements.get("badge")
    return Framing(
        fill=found.fill,
        white_background=found.white_background,
        plain_background=found.plain_background,
        sharpness=0.5 if blur is None else 1.0 - blur,
        text_area=float(badge.evidence.get("text_area", 0.0)) if badge else 0.0,
        touches_edge=found.touches_edge,
        extent=max(found.box[2] - found.box[0], found.box[3] - found.box[1]),
    )


def _count_processors() -> int:
    return len(os.sched_getaffinity(0))
