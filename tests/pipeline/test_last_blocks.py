"""The last block is retrained from pictures, survives a kill, and judges pictures afterwards."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.backbone import load_backbone
from pipeline.head_store import pack_head, unpack_head
from pipeline.last_blocks import judge_pictures, reads_pictures
from pipeline.records import RgbArray
from pipeline.training.descent import Epoch
from pipeline.training.judge_fit import Order, train
from pipeline.training.judge_rows import TEST, TRAIN, VALIDATION, JudgeRows
from pipeline.training.metrics import roc_auc
from pipeline.training.plan import DEFAULTS, LAST_BLOCK

PLAN = replace(DEFAULTS[LAST_BLOCK], epochs=3, batch=8)


def draw(number: int, is_striped: bool) -> RgbArray:
    """A coloured disc on white; striped ones have the defect."""
    rng = np.random.default_rng(number)
    picture = np.full((224, 224, 3), 255, np.uint8)
    colour = tuple(int(value) for value in rng.integers(40, 200, 3))
    centre = (int(rng.integers(90, 130)), int(rng.integers(90, 130)))
    cv2.circle(picture, centre, int(rng.integers(40, 70)), colour, -1)
    if is_striped:
        for at in range(0, 224, 14):
            cv2.line(picture, (at, 0), (at + 40, 224), (20, 20, 20), 4)
    return picture


@pytest.fixture(scope="module")
def rows() -> JudgeRows:
    targets = np.arange(54) % 2
    pictures = np.stack([draw(number, bool(target)) for number, target in enumerate(targets)])
    sides = np.array([TRAIN] * 24 + [VALIDATION] * 20 + [TEST] * 10)
    return JudgeRows(
        ids=np.arange(54),
        features=np.zeros((54, 1280), np.float32),
        targets=targets,
        classes=("striped",),
        sides=sides,
        groups=np.arange(54).astype(str),
        backbone=load_backbone().signature,
        read_pictures=lambda chosen: pictures[chosen],
    )


def test_a_retrained_block_tells_pictures_apart_and_goes_on_after_a_kill(rows: JudgeRows) -> None:
    kept: list[bytes] = []

    def watch(epoch: Epoch, checkpoint: bytes | None) -> None:
        kept.extend([checkpoint] if checkpoint and epoch.number == 2 else [])

    whole = train(rows, Order("striped", PLAN, 4), watch=watch)
    data = pack_head(whole.head)
    head = unpack_head(data)
    assert reads_pictures(head)
    unseen = rows.on(TEST)
    assert rows.read_pictures is not None
    chances = judge_pictures(head, rows.read_pictures(unseen))
    assert roc_auc(chances[:, 0], rows.targets[unseen]) > 0.95
    resumed = train(rows, Order("striped", PLAN, 4), resume=kept[0])
    assert pack_head(resumed.head) == data
