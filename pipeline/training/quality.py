"""Training of the three judges of quality from clean photos alone: their defects are made or drawn (II.A)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.backbone import Backbone
from pipeline.foreground import find_object
from pipeline.head_store import Head
from pipeline.images import UnreadableImage, decode
from pipeline.quality.judges import Measures, measure, stack
from pipeline.records import FloatArray, RgbArray
from pipeline.training import heads, metrics
from pipeline.training.blurring import soften, vary
from pipeline.training.placeholders import draw_placeholder
from pipeline.training.reframing import make_fair, make_small

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
RECIPES = {
    "blur": heads.Recipe(hidden=(64, 32), l2=3e-2),
    "small_object": heads.Recipe(hidden=(16,), l2=3e-3),
    "placeholder": heads.Recipe(hidden=(16,), l2=1e-2),
    "placeholder_look": heads.Recipe(hidden=(), l2=3e-1),
}
# What a head may flag of the untouched photos of catalogs that its fold did not see. The two heads of
# placeholders must agree, so each may be generous.
MAX_FALSE_SHARES = {"blur": 0.002, "small_object": 0.002, "placeholder": 0.018, "placeholder_look": 0.08}
SOFT_BY_NATURE = 0.9  # an untouched photo above it is held to be blurred and leaves the training
BACKDROPS = 60
PLACEHOLDERS_PER_PHOTO = 1.5


@dataclass(frozen=True)
class Sample:
    """One image with its features: of which catalog, made how, with which defect ('' for none)."""

    group: str
    origin: str
    made: str
    defect: str
    measures: Measures
    embedding: FloatArray


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
    photos: Sequence[tuple[str, Path]], fonts: Sequence[Path], backbone: Backbone, seed: int
) -> Iterator[Sample]:
    """Every photo as it is, varied, and with each defect; and drawn placeholders; the seed decides."""
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
    for index in range(int(PLACEHOLDERS_PER_PHOTO * len(photos))):
        rng = np.random.default_rng([seed, 1_000_000 + index])
        drawn = [("drawn", "placeholder", draw_placeholder(rng, fonts))]
        yield from look(f"drawn{index % 5}", str(index), drawn, backbone)


def change_photo(
    rgb: RgbArray, rng: np.random.Generator, backdrops: list[RgbArray]
) -> Iterator[tuple[str, str, RgbArray]]:
    """(made, defect, picture) of one photo."""
    yield "as it is", "", rgb
    yield "varied", "", vary(rgb, rng)
    for _ in range(3):
        yield "softened", "blur", soften(vary(rgb, rng) if rng.random() < 0.5 else rgb, rng)
    yield "small", "small_object", make_small(rgb, rng, backdrops)
    yield "small", "small_object", make_small(rgb, rng, backdrops)
    yield "fair", "", make_fair(rgb, rng, backdrops)


def look(
    group: str, origin: str, pictures: Iterable[tuple[str, str, RgbArray]], backbone: Backbone
) -> Iterator[Sample]:
    """Features and embedding of each picture."""
    listed = list(pictures)
    embeddings = backbone.embed(np.stack([backbone.to_input(rgb) for _, _, rgb in listed]))
    for (made, defect, rgb), embedding in zip(listed, embeddings, strict=True):
        yield Sample(group, origin, made, defect, measure(rgb, find_object(rgb)), embedding)


def train(
    samples: Sequence[Sample], backbone: Backbone, card: dict[str, object], say: Callable[[str], None] = print
) -> list[Head]:
    """The three heads, calibrated and with thresholds chosen on catalogs that each fold left out."""
    soft = find_soft_photos(samples)
    say(f"{len(soft)} photos are soft as they come and teach nothing about blur")
    return [train_one(name, samples, soft, backbone, card, say) for name in RECIPES]


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
    recipe = RECIPES[name]
    logits = heads.score_unseen(features, labels, groups, recipe=recipe)
    head = heads.fit_binary(f"quality_{name}", features, labels, recipe=recipe)
    head = heads.calibrate(head, logits, labels, card)
    chances = heads.apply_platt(logits, head)
    real = (labels == 1) | np.array([s.made == "as it is" for s in used])
    head = heads.set_threshold(head, chances[real], labels[real], MAX_FALSE_SHARES[name])
    flagged = chances >= head.threshold
    figures = {
        "auc": round(metrics.roc_auc(chances, labels), 4),
        "recall": round(float(flagged[labels == 1].mean()), 4),
        "false_share_of_untouched": round(float(flagged[real & (labels == 0)].mean()), 4),
        "rows_fine_defect": heads.count_rows(labels, groups),
    }
    say(f"{name}: {figures}, threshold {head.threshold:.3f}")
    own = {"figures_on_left_out_catalogs": figures, "features": f"pipeline.quality {name}"}
    needs = {"backbone": backbone.signature if name == "placeholder_look" else ""}
    return Head(head.name, head.arrays, {**head.card, **own, **needs})


def serves(name: str, sample: Sample) -> bool:
    """Whether a sample teaches a judge: its own defect against what is fine or has another one."""
    if name == "blur":
        return sample.defect in ("", "blur") and sample.made != "fair"
    if name == "small_object":
        return sample.defect in ("", "small_object")
    return sample.defect in ("", "placeholder", "small_object") or sample.made == "softened"


def gather(name: str, samples: Sequence[Sample]) -> tuple[FloatArray, heads.Labels, heads.Groups]:
    """Features (N,D), labels (N,) and catalogs (N,) for one judge."""
    embeddings = np.stack([s.embedding for s in samples])
    features = stack(name, [s.measures for s in samples], embeddings)
    labels = np.array([int(s.defect == name.removesuffix("_look")) for s in samples])
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
