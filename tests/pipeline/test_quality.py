"""The judges of quality: what they measure, what they flag, what they must leave alone."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.backbone import load_backbone
from pipeline.config import QualityConfig
from pipeline.foreground import find_object
from pipeline.images import DecodedImage, decode
from pipeline.quality import QualityJudges, judge_rules
from pipeline.quality.framing import FEATURES as FRAMING
from pipeline.quality.framing import measure_framing
from pipeline.quality.graphics import FEATURES as GRAPHICS
from pipeline.quality.graphics import measure_graphics
from pipeline.quality.judges import JUDGES, doubt, measure
from pipeline.quality.sharpness import FEATURES as SHARPNESS
from pipeline.quality.sharpness import measure_sharpness
from pipeline.records import Judgement, RgbArray
from pipeline.training.lettering import find_lettering
from pipeline.training.lit_things import draw_lit_thing
from pipeline.training.placeholder_grounds import draw_other_placeholder
from pipeline.training.placeholder_initials import draw_initials
from pipeline.training.placeholders import draw_placeholder
from pipeline.training.plain_things import draw_plain_thing
from pipeline.training.product_art import draw_product_art
from pipeline.training.smooth_things import draw_smooth_thing
from pipeline.training.wear import hold
from tests.pipeline.drawing import draw_photo, draw_product


def judge(*pictures: RgbArray) -> list[dict[str, Judgement]]:
    backbone = load_backbone()
    measures = [measure(hold(rgb), find_object(rgb)) for rgb in pictures]
    embeddings = backbone.embed(np.stack([backbone.to_input(rgb) for rgb in pictures]))
    return QualityJudges(backbone.signature).judge(measures, embeddings)


def decoded(width: int, height: int, byte_size: int = 1000) -> DecodedImage:
    return DecodedImage(np.zeros((8, 8, 3), np.uint8), width, height, "JPEG", byte_size)


def feature(name: str, rgb: RgbArray) -> float:
    return float(measure_sharpness(hold(rgb), find_object(rgb))[SHARPNESS.index(name)])


def test_every_feature_has_a_name() -> None:
    rgb = draw_product(300)
    found = find_object(rgb)
    assert len(measure_sharpness(hold(rgb), found)) == len(SHARPNESS)
    assert len(measure_framing(found)) == len(FRAMING)
    assert len(measure_graphics(hold(rgb), found)) == len(GRAPHICS)


@pytest.mark.parametrize("name", ["reblur1_top5", "reblur1_q10", "spacing2_low", "width9_q25"])
def test_softening_moves_a_measure_of_sharpness_one_way(name: str) -> None:
    rgb = draw_product(400)
    softer = [np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8) for sigma in (1, 2, 4)]
    values = [feature(name, one) for one in (rgb, *softer)]
    assert values == sorted(values)
    assert values[-1] > values[0] * 1.2 or values[-1] > values[0] + 0.5


def test_sharpness_is_measured_on_the_object_not_on_the_ground() -> None:
    whole, padded = draw_product(300, 0.7), np.full((900, 900, 3), 255, np.uint8)
    padded[300:600, 300:600] = whole
    assert feature("reblur1_top5", padded) == pytest.approx(feature("reblur1_top5", whole), abs=0.05)


def test_contrast_does_not_pass_for_sharpness() -> None:
    rgb = draw_product(400)
    faint = (255 - (255 - rgb.astype(np.float32)) * 0.5).astype(np.uint8)
    assert feature("reblur1_top5", faint) == pytest.approx(feature("reblur1_top5", rgb), abs=0.06)


@pytest.mark.parametrize("shape", [(1, 1), (20, 20), (5, 400), (400, 30)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_odd_and_empty_pictures_are_measured_without_error(shape: tuple[int, int], level: int) -> None:
    rgb = np.full((*shape, 3), level, np.uint8)
    found = find_object(rgb)
    for values in (
        measure_sharpness(hold(rgb), found),
        measure_framing(found),
        measure_graphics(hold(rgb), found),
    ):
        assert np.isfinite(values).all()


def test_a_sharp_product_that_fills_its_frame_passes_all_judges() -> None:
    (found,) = judge(draw_photo())
    assert not [name for name in JUDGES if found[name].flag]


@pytest.mark.parametrize("ground", [255, 235, 190])
def test_a_coloured_ground_is_neither_blur_nor_too_much_room(ground: int) -> None:
    (found,) = judge(draw_product(640, 0.75, ground=ground))
    assert not found["blur"].flag
    assert not found["small_object"].flag


def test_a_blurred_product_is_flagged_and_scores_above_the_sharp_one() -> None:
    rgb = draw_product(640, 0.75)
    sharp, soft, thumbnail = judge(
        rgb,
        np.asarray(cv2.GaussianBlur(rgb, (0, 0), 4), np.uint8),
        np.asarray(cv2.resize(cv2.resize(rgb, (90, 90), interpolation=cv2.INTER_AREA), (640, 640)), np.uint8),
    )
    assert soft["blur"].flag
    assert thumbnail["blur"].flag
    assert (sharp["blur"].score or 0) < 0.5 * (soft["blur"].score or 0)


@pytest.mark.parametrize("at", [(0.5, 0.5), (0.2, 0.7)])
def test_a_lost_object_is_flagged_wherever_it_stands(at: tuple[float, float]) -> None:
    (found,) = judge(draw_product(600, 0.14, at=at))
    assert found["small_object"].flag


def test_drawn_placeholders_are_flagged() -> None:
    fonts = sorted({path for paths in find_lettering().fonts.values() for path in paths})
    drawn = [draw_placeholder(np.random.default_rng([99, i]), fonts) for i in range(20)]
    assert sum(found["placeholder"].flag for found in judge(*drawn)) >= 18


def test_drawings_of_products_cards_and_swatches_are_no_placeholders() -> None:
    fonts = sorted({path for paths in find_lettering().fonts.values() for path in paths})
    drawn = [draw_product_art(np.random.default_rng([98, i]), fonts) for i in range(20)]
    assert sum(found["placeholder"].flag for found in judge(*drawn)) <= 2


def test_signs_sockets_codes_and_tiles_are_no_placeholders() -> None:
    lettering = find_lettering()
    drawn = [draw_plain_thing(np.random.default_rng([95, i]), lettering) for i in range(30)]
    assert sum(found["placeholder"].flag for found in judge(*drawn)) <= 5  # a bare disc tells nothing


def test_things_of_one_colour_under_a_lamp_are_no_placeholders() -> None:
    drawn = [draw_lit_thing(np.random.default_rng([93, i])) for i in range(30)]
    assert sum(found["placeholder"].flag for found in judge(*drawn)) <= 2


def test_fades_silhouettes_logos_and_chequers_are_placeholders() -> None:
    fonts = find_lettering().fonts["latin"]
    drawn = [draw_other_placeholder(np.random.default_rng([94, i]), fonts) for i in range(30)]
    assert sum(found["placeholder"].flag for found in judge(*drawn)) >= 26


def test_initials_and_single_letters_are_placeholders() -> None:
    fonts = find_lettering().fonts["latin"]
    drawn = [draw_initials(np.random.default_rng([92, i]), fonts) for i in range(30)]
    assert sum(found["placeholder"].flag for found in judge(*drawn)) >= 26


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_how_a_placeholder_is_encoded_does_not_matter(suffix: str) -> None:
    fonts = find_lettering().fonts["latin"]
    drawn = [draw_placeholder(np.random.default_rng([97, i]), fonts) for i in range(8)]
    packed = [cv2.imencode(suffix, rgb)[1] for rgb in drawn]
    again = [np.asarray(cv2.imdecode(one, cv2.IMREAD_COLOR), np.uint8) for one in packed]
    assert sum(found["placeholder"].flag for found in judge(*again)) >= 7


def test_smooth_things_are_not_blurred_until_they_are() -> None:
    sharp = [draw_smooth_thing(np.random.default_rng([96, i])) for i in range(12)]
    soft = [np.asarray(cv2.GaussianBlur(rgb, (0, 0), 5), np.uint8) for rgb in sharp]
    assert sum(found["blur"].flag for found in judge(*sharp)) <= 1
    assert sum(found["blur"].flag for found in judge(*soft)) >= 9


@pytest.mark.parametrize("axis", [0, 1])
def test_motion_along_the_strongest_edges_is_blur(axis: int) -> None:
    sharp = draw_photo(600)
    copies = [np.roll(sharp, step - 20, axis).astype(np.float32) for step in range(40)]
    (found,) = judge(np.asarray(np.mean(copies, axis=0), np.uint8))
    assert found["blur"].flag


def test_where_no_edge_stands_out_blur_is_not_told() -> None:
    pale = 255 - (255 - draw_product(480)) // 12
    soft = np.asarray(cv2.GaussianBlur(pale, (0, 0), 6), np.uint8)
    measured = measure(hold(soft), find_object(soft))
    told = doubt(Judgement("blur", 0.9, 0.5, True), measured)
    assert (told.flag, told.score, told.note) == (False, 0.45, "no strong edge: cannot tell")
    edged = measure(hold(draw_product(480)), find_object(draw_product(480)))
    assert doubt(Judgement("blur", 0.9, 0.5, True), edged).flag


def test_a_missing_head_says_no_model_and_flags_nothing(tmp_path: Path) -> None:
    judges = QualityJudges(folder=tmp_path)
    rgb = draw_product(200)
    (found,) = judges.judge([measure(hold(rgb), find_object(rgb))], np.zeros((1, 1280), np.float32))
    assert {
        name: (found[name].score, found[name].flag, found[name].note) for name in JUDGES
    } == dict.fromkeys(JUDGES, (None, False, "no model"))


def test_no_images_give_no_judgements() -> None:
    assert QualityJudges().judge([], np.zeros((0, 1280), np.float32)) == []


@pytest.mark.parametrize(
    "longest, flag, drops", [(120, True, True), (159, True, True), (160, True, False), (301, False, True)]
)
def test_a_small_picture_is_a_warning_and_only_a_thumbnail_is_dropped(
    longest: int, flag: bool, drops: bool
) -> None:
    found = judge_rules(decoded(longest, longest // 2), QualityConfig())["resolution"]
    assert (found.flag, found.drops) == (flag, drops)
    assert ((found.score or 0) >= (found.threshold or 0)) == flag


def test_proportions_and_bytes_warn_but_never_drop() -> None:
    found = judge_rules(decoded(2000, 500, 9 * 2**20), QualityConfig())
    for name in ("aspect", "file_size"):
        assert (found[name].flag, found[name].drops) == (True, False)
    found = judge_rules(decoded(1500, 500, 5 * 2**20), QualityConfig())
    assert not found["aspect"].flag
    assert not found["file_size"].flag


@pytest.mark.catalogs
def test_real_placeholders_of_open_shops_are_flagged(shared_data: Path) -> None:
    files = sorted((shared_data / "images" / "placeholder").glob("*"))
    found = judge(*[decode(path.read_bytes()).rgb for path in files])
    missed = [path.name for path, one in zip(files, found, strict=True) if not one["placeholder"].flag]
    assert len(missed) <= 1, missed  # an icon of 40 px


@pytest.mark.catalogs
def test_photos_of_an_unseen_catalog_pass(shared_data: Path) -> None:
    files = sorted((shared_data / "images" / "thelia").glob("*"))[::3]
    found = judge(*[decode(path.read_bytes()).rgb for path in files])
    flagged = [
        (path.name, name) for path, one in zip(files, found, strict=True) for name in JUDGES if one[name].flag
    ]
    assert len(flagged) <= 1, flagged
