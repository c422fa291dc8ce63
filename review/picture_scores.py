"""What models that look at pictures themselves say: computed once a picture and model, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from pipeline.backbone import Backbone
from pipeline.head_store import Head
from pipeline.images import decode
from pipeline.last_blocks import judge_pictures
from pipeline.records import FloatArray, RgbArray
from review.actions import store
from review.models import Image, ModelScore

CHUNK = 64  # pictures in memory at a time


def score(
    model_id: int,
    head: Head,
    image_ids: Iterable[int],
    backbone: Backbone,
    check: Callable[[], None] = lambda: None,
) -> dict[int, FloatArray]:
    """Picture -> chances float32 (K,). Pictures whose file is lost, or cannot be read, are left out."""
    wanted = list(dict.fromkeys(image_ids))
    found = _read(model_id, wanted)
    missing = [image for image in wanted if image not in found]
    for at in range(0, len(missing), CHUNK):
        check()
        found |= _look(model_id, head, missing[at : at + CHUNK], backbone)
    return found


def _read(model_id: int, image_ids: Sequence[int]) -> dict[int, FloatArray]:
    rows = ModelScore.objects.filter(model_id=model_id, image__in=image_ids)
    return {image: np.array(row, np.float32) for image, row in rows.values_list("image_id", "chances")}


def _look(model_id: int, head: Head, image_ids: Sequence[int], backbone: Backbone) -> dict[int, FloatArray]:
    seen = list(read_pictures(image_ids, backbone))
    if not seen:
        return {}
    chances = judge_pictures(head, np.stack([picture for _, picture in seen]))
    rows = [
        ModelScore(model_id=model_id, image_id=image, chances=[round(float(one), 6) for one in row])
        for (image, _), row in zip(seen, chances, strict=True)
    ]
    ModelScore.objects.bulk_create(rows, ignore_conflicts=True)
    return {row.image_id: np.array(row.chances, np.float32) for row in rows}


def read_pictures(image_ids: Sequence[int], backbone: Backbone) -> Iterator[tuple[int, RgbArray]]:
    """Pictures that can be read, as the backbone takes them, in the order of the ids."""
    rows = Image.objects.filter(pk__in=image_ids, unreadable="").values_list("pk", "sha256")
    shas = dict(rows)
    for image in image_ids:
        if image not in shas:
            continue
        try:
            data = store.read_original(shas[image])
        except store.NotStored:
            continue
        yield image, backbone.to_input(decode(data, max_side_px=512).rgb)
