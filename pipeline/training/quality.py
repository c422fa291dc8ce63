"""Training of the three judges of quality from clean photos alone: their defects are made or drawn (II.A)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.backbone import Backbone
from pipeline.foreground import find_object
from pipeline.head_store import Head
from pipeline.images import UnreadableImage, decode
from pipeline.quality.graphics import FEATURES as GRAPHICS
from pipeline.quality.judges import LOOKED_AT, Measures, measure, stack
from pipeline.records import FloatArray, RgbArray
from pipeline.training import heads, metrics
from pipeline.training.blurring import fall_off, soften
from pipeline.training.lettering import Lettering
from pipeline.training.lit_things import draw_lit_thing
from pipeline.training.placeholder_grounds import draw_other_placeholder
from pipeline.training.placeholder_initials import draw_initials
from pipeline.training.placeholders import draw_pale_placeholder, draw_placeholder
from pipeline.training.plain_things import draw_plain_thing
from pipeline.training.product_art import draw_product_art
from pipeline.training.reframing import make_fair, make_set, make_small
from pipeline.training.smooth_things import draw_smooth_thing
from pipeline.training.wear import encode_somehow, hold, vary

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
RECIPES = {
    "blur": heads.Recipe(hidden=(64, 32), l2=0.15, members=4),
    "small_object": heads.Recipe(hidden=(16,), l2=3e-3, members=3),
    "placeholder": heads.Recipe(hidden=(48,), l2=1.0, epochs=30, members=3),
}
# How a picture is made tells drawings from photos; what it looks like tells placeholders from other drawings.
# So a part that judges the making alone counts besides. It never saw drawn product art, which is often made
# just like placeholders; plain things, drawn as photos too, it did see.
MADE = heads.Recipe(hidden=(32,), l2=1e-1, epochs=30, members=2)
MADE_SHARE = 0.3
# What a head may flag of the untouched photos of catalogs that its fold did not see.
MAX_FALSE_SHARES = {"blur": 0.003, "small_object": 0.002, "placeholder": 0.001}
# And of drawn pictures of what is sold, of which photos alone would let through too many: flat and lit ones.
MAX_DRAWN_SHARES = {"flat_products": (("art", "thing"), 0.04), "lit_products": (("lit",), 0.02)}
SOFT_BY_NATURE = 0.9  # an untouched photo above it is held to be blurred and leaves the training
BACKDROPS = 60
DRAWN_PER_PHOTO = 0.5
DRAWN_GROUPS = 3
FLAT = ("thing", "lit")  # made so, a picture is shown to the judge of placeholders alone
UNSEEN = ("shallow", "fair", "softer")  # made so, a picture is not shown to the judge of a placeholder's look


@dataclass(frozen=True)
class Sample:
    """One image with its features: of which catalog, made how, with which defect ('' for none)."""

    group: str
    origin: str
    made: str
    defect: str
    measures: Measures
    embedding: FloatArray | None  # None where no judge of the look is taught by it


def list_photos(folders: Sequence[Path], limit: int, seed: int) -> list[tuple[str, Path]]:
    """(catalog, file) of at most `limit` photos a folder, chosen by the seed. Raises ValueError if none."""
    found: list[tuple[str, Path]] = []
    for folder in folders:
        files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        order = np.random.default_rng(seed).permutation(len(files))[:limit]
        found += [(folder.name, files[i]) for i in sorted(order.tolist())]
    if not found:
        raise ValueError(f"No images under {', '.join(map(str, folders))}.")
    return found


def make_samples(
    photos: Sequence[tuple[str, Path]], lettering: Lettering, backbone: Backbone, seed: int
) -> Iterator[Sample]:
    """Every photo as it is, varied, and with each defect; and drawn placeholders; the seed decides."""
    fonts = sorted({path for paths in lettering.fonts.values() for path in paths})
    backdrops: list[RgbArray] = []
    for index, (group, path) in enumerate(photos):
        try:
            rgb = decode(path.read_bytes()).rgb
        except UnreadableImage:
            continue
        if len(backdrops) < BACKDROPS and find_object(rgb).kind == "scene":
            backdrops.append(rgb)
        rng = np.random.default_rng([seed, index])
        yield from look(group, path.name, change_photo(rgb, rng, backdrops), backbone)
    for index in range(round(DRAWN_PER_PHOTO * len(photos))):
        rng = np.random.default_rng([seed, 1_000_000 + index])
        yield from look(f"drawn{index % DRAWN_GROUPS}", str(index), draw_pictures(rng, fonts), backbone)
        flat = draw_flat_pictures(np.random.default_rng([seed, 2_000_000 + index]), lettering, fonts)
        yield from look(f"drawn{index % DRAWN_GROUPS}", str(index), flat, backbone)


def change_photo(
    rgb: RgbArray, rng: np.random.Generator, backdrops: list[RgbArray]
) -> Iterator[tuple[str, str, RgbArray]]:
    """(made, defect, picture) of one photo."""
    yield "as it is", "", rgb
    yield "varied", "", vary(rgb, rng)
    yield "varied", "", encode_somehow(vary(rgb, rng), rng)
    yield "shallow", "", fall_off(rgb, rng)
    for made in ("softened", "softer", "softer", "softer"):
        yield made, "blur", soften(vary(rgb, rng) if rng.random() < 0.5 else rgb, rng)
    yield "small", "small_object", make_small(rgb, rng, backdrops)
    yield "small", "small_object", make_small(rgb, rng, backdrops)
    yield "fair", "", make_fair(rgb, rng, backdrops)
    yield "fair", "", make_set(rgb, rng, backdrops) if rng.random() < 0.4 else make_fair(rgb, rng, backdrops)


def draw_flat_pictures(
    rng: np.random.Generator, lettering: Lettering, fonts: Sequence[Path]
) -> Iterator[tuple[str, str, RgbArray]]:
    """(made, defect, picture): three plain things that are sold, four lit ones, four more placeholders."""
    for _ in range(3):
        yield "thing", "", encode_somehow(draw_plain_thing(rng, lettering), rng)
    for _ in range(4):
        yield "lit", "", encode_somehow(draw_lit_thing(rng), rng)
    for _ in range(2):
        yield "placeholder", "placeholder", draw_other_placeholder(rng, fonts)
    yield "placeholder", "placeholder", draw_initials(rng, fonts)
    yield "placeholder", "placeholder", draw_pale_placeholder(rng)


def draw_pictures(rng: np.random.Generator, fonts: Sequence[Path]) -> Iterator[tuple[str, str, RgbArray]]:
    """(made, defect, picture): three placeholders, drawn product pictures, a smooth thing sharp and soft."""
    for _ in range(3):
        yield "placeholder", "placeholder", draw_placeholder(rng, fonts)
    for _ in range(2):
        yield "art", "", encode_somehow(draw_product_art(rng, fonts), rng)
    smooth = draw_smooth_thing(rng)
    yield "smooth", "", encode_somehow(smooth, rng)
    yield "softened", "blur", soften(smooth, rng)


def look(
    group: str, origin: str, pictures: Iterable[tuple[str, str, RgbArray]], backbone: Backbone
) -> Iterator[Sample]:
    """Features and embedding of each picture."""
    listed = list(pictures)
    seen = [i for i, (made, _, _) in enumerate(listed) if made not in UNSEEN]
    found = backbone.embed(np.stack([backbone.to_input(listed[i][2]) for i in seen]))
    embeddings = dict(zip(seen, found, strict=True))
    for i, (made, defect, rgb) in enumerate(listed):
        yield Sample(group, origin, made, defect, measure(hold(rgb), find_object(rgb)), embeddings.get(i))


def train(
    samples: Sequence[Sample],
    backbone: Backbone,
    card: dict[str, object],
    say: Callable[[str], None] = print,
    names: Sequence[str] = tuple(RECIPES),
) -> list[Head]:
    """The heads of `names`, calibrated and with thresholds chosen on catalogs that each fold left out."""
    soft = find_soft_photos(samples) if "blur" in names else set()
    if soft:
        say(f"{len(soft)} photos are soft as they come and teach nothing about blur")
    return [train_one(name, samples, soft, backbone, card, say) for name in names]


def train_one(
    name: str,
    samples: Sequence[Sample],
    soft: set[tuple[str, str]],
    backbone: Backbone,
    card: dict[str, object],
    say: Callable[[str], None],
) -> Head:
    """One judge's head with its card."""
    used = [s for s in samples if serves(name, s) and not (name == "blur" and (s.group, s.origin) in soft)]
    features, labels, groups = gather(name, used)
    recipe, fit = RECIPES[name], fit_placeholder if name == "placeholder" else heads.fit_binary
    made = np.array([s.made for s in used])
    photos = (made != "art").astype(np.float32) if fit is fit_placeholder else None
    logits = heads.score_unseen(features, labels, groups, photos, recipe, fit)
    head = heads.calibrate(fit(f"quality_{name}", features, labels, photos, recipe), logits, labels, card)
    chances = heads.apply_platt(logits, head)
    limits = list_limits(name, made)
    head = limit_false_flags(head, chances, labels, list(limits.values()))
    parts = {"recall": labels == 1} | {f"false_share_of_{key}": part for key, (part, _) in limits.items()}
    figures = measure_unseen(chances, labels, head.threshold, parts)
    figures["rows_fine_defect"] = heads.count_rows(labels, groups)
    say(f"{name}: {figures}, threshold {head.threshold:.3f}")
    own = {"figures_on_left_out_catalogs": figures, "features": f"pipeline.quality {name}"}
    own["backbone"] = backbone.signature if name in LOOKED_AT else ""
    return Head(head.name, head.arrays, {**head.card, **own})


def list_limits(name: str, made: np.ndarray) -> dict[str, tuple[np.ndarray, float]]:
    """Fine rows (bool (N,)) by their name, with the share of them that the head may flag at most."""
    limits = {"untouched": (made == "as it is", MAX_FALSE_SHARES[name])}
    for key, (kinds, share) in MAX_DRAWN_SHARES.items() if name == "placeholder" else ():
        part = np.isin(made, kinds)
        limits |= {key: (part, share)} if part.any() else {}
    return limits


def measure_unseen(
    chances: FloatArray, labels: heads.Labels, threshold: float, parts: Mapping[str, np.ndarray]
) -> dict[str, object]:
    """Area under the curve, and the share flagged of each part (bool (N,)) that has rows."""
    shares = {key: (chances[part] >= threshold).mean() for key, part in parts.items() if part.any()}
    area = metrics.roc_auc(chances, labels)
    return {"auc": round(area, 4), **{key: round(float(share), 4) for key, share in shares.items()}}


def limit_false_flags(
    head: Head, chances: FloatArray, labels: heads.Labels, limits: Sequence[tuple[np.ndarray, float]]
) -> Head:
    """The head with the lowest threshold that flags of each fine part (bool (N,)) at most its share."""
    found = [
        heads.set_threshold(head, chances[part | (labels == 1)], labels[part | (labels == 1)], share)
        for part, share in limits
    ]
    return max(found, key=lambda one: one.threshold)


def fit_placeholder(
    name: str,
    features: FloatArray,
    labels: heads.Labels,
    photos: FloatArray | None = None,
    recipe: heads.Recipe | None = None,
) -> Head:
    """The head of placeholders; `photos` is 0 for rows that are drawn and yet show what is sold."""
    seen = np.ones(len(labels), bool) if photos is None else photos > 0
    made = heads.fit_binary(name, features[seen, : len(GRAPHICS)], labels[seen], None, MADE)
    return heads.add_part(heads.fit_binary(name, features, labels, None, recipe), made, MADE_SHARE)


def serves(name: str, sample: Sample) -> bool:
    """Whether a sample teaches a judge: its own defect against what is fine or has another one."""
    if name == "blur":
        return sample.defect in ("", "blur") and sample.made not in ("fair", *FLAT)
    if name == "small_object":
        return sample.defect in ("", "small_object") and sample.made not in FLAT
    return sample.embedding is not None


def gather(name: str, samples: Sequence[Sample]) -> tuple[FloatArray, heads.Labels, heads.Groups]:
    """Features (N,D), labels (N,) and catalogs (N,) for one judge."""
    looked = [s.embedding for s in samples if s.embedding is not None] if name in LOOKED_AT else []
    features = stack(name, [s.measures for s in samples], np.array(looked, np.float32))
    labels = np.array([int(s.defect == name) for s in samples])
    return features, labels, np.array([s.group for s in samples])


def find_soft_photos(samples: Sequence[Sample]) -> set[tuple[str, str]]:
    """Untouched photos that a head of other catalogs holds to be blurred: their label would be wrong."""
    used = [s for s in samples if serves("blur", s)]
    features, labels, groups = gather("blur", used)
    logits = heads.score_unseen(features, labels, groups, recipe=RECIPES["blur"])
    temperature, shift = metrics.fit_platt(logits, labels)
    chances = 1 / (1 + np.exp(-(logits / temperature + shift)))
    return {
        (s.group, s.origin)
        for s, chance in zip(used, chances, strict=True)
        if s.made == "as it is" and chance > SOFT_BY_NATURE
    }
