"""Hero and sequence: the category's list of types first, what can be seen where types are not known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.config import OrderingConfig
from pipeline.labels import UNSURE
from pipeline.records import Framing, TypeJudgement

DEFAULT_CONFIG = OrderingConfig()
_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}


@dataclass(frozen=True)
class OrderingInput:
    """One kept image. `place` is its present rank: today's set first, then the suppliers' offers (from 0).

    `has_text` says that overlay text or a badge was flagged; `framing` is None where it was not measured.
    """

    key: str
    image_type: TypeJudgement
    place: int
    framing: Framing | None = None
    width_px: int = 0
    height_px: int = 0
    has_text: bool = False

    @property
    def known_type(self) -> str | None:
        """The type that a head named with confidence, else None."""
        named = self.image_type.type
        return None if named in (None, UNSURE) else named


@dataclass(frozen=True)
class Ordering:
    """Keys, best first; `hero` is the first (None for an empty set); `reasons` has words for what moved;
    `hero_words` says in one sentence what the hero has."""

    keys: tuple[str, ...]
    hero: str | None
    reasons: Mapping[str, str]
    hero_words: str = ""


def order(
    kept: Sequence[OrderingInput], type_order: Sequence[str], config: OrderingConfig = DEFAULT_CONFIG
) -> Ordering:
    """The sequence in which a customer meets the images (II.E); the same input gives the same result.

    Known types follow `type_order`: the first of each type, then the second ones, and so on. Images of
    no known type stay on the rank that the suppliers gave them. Where nothing names the hero's type,
    today's hero stays unless another image is better by `config.hero_margin`.
    """
    present = sorted(kept, key=lambda image: (image.place, image.key))
    if not present:
        return Ordering((), None, {})
    ranks = {name: rank for rank, name in enumerate(type_order)}
    named = [image for image in present if image.known_type in ranks]
    sequence = _follow_types(present, named, ranks, config)
    hero, why = _choose_hero(sequence, present, ranks, config)
    sequence = [hero, *(image for image in sequence if image.key != hero.key)]
    reasons = _explain(present, sequence, ranks)
    if hero.key != present[0].key:
        reasons[hero.key] = why
    return Ordering(tuple(image.key for image in sequence), hero.key, reasons, describe_look(hero, config))


def rate_look(image: OrderingInput, config: OrderingConfig = DEFAULT_CONFIG) -> float:
    """How well an image serves as hero by what can be seen: 0 to 1, higher is better.

    White and plain background, an object that fills the frame uncut, resolution, sharpness, no text.
    """
    side = max(1, min(image.width_px, image.height_px))
    resolution = _between(math.log2(side), math.log2(200), math.log2(1200))
    if image.framing is None:
        return 0.5 + 0.2 * (resolution - 0.5) - (0.25 if image.has_text else 0.0)
    seen = image.framing
    fill = _between(seen.fill, config.min_fill, 0.5) * (0.6 if _is_cut(image, config) else 1.0)
    if seen.plain_background < config.scene_below:
        fill = min(fill, 0.5)  # what an object fills is not known before a ground that nothing explains
    # A product cropped tight leaves little border to see; what is seen of it is white all the same.
    is_tight = seen.touches_edge and seen.fill >= 0.95 and seen.white_background >= config.tight_white
    white = max(seen.white_background, 0.85 if is_tight else 0.0)
    plain = max(seen.plain_background, 0.85 if is_tight else 0.0)
    clean = 0.0 if image.has_text else 1.0 - _between(seen.text_area, 0.0, 0.1)
    return (
        0.25 * white + 0.15 * plain + 0.20 * fill + 0.10 * resolution + 0.10 * seen.sharpness + 0.20 * clean
    )


def describe_look(image: OrderingInput, config: OrderingConfig = DEFAULT_CONFIG) -> str:
    """One sentence on what counts: 'Front view on white, fills 62% of the frame, 1200 px, sharp, ...'"""
    words = [f"{image.known_type} view" if image.known_type else "view of no known type"]
    seen = image.framing
    if seen is not None:
        if seen.white_background >= config.uncut_border:
            words[0] += " on white"
        elif seen.plain_background < config.scene_below:
            words[0] += " in a scene"
        words.append("cut by the frame" if _is_cut(image, config) else f"fills {seen.fill:.0%} of the frame")
    words.append(f"{max(image.width_px, image.height_px)} px")
    if seen is not None and seen.sharpness >= 0.5:
        words.append("sharp")
    words.append("with text on it" if image.has_text else "no text on it")
    return f"{', '.join(words)}.".capitalize()


def _between(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _follow_types(
    present: Sequence[OrderingInput],
    named: Sequence[OrderingInput],
    ranks: Mapping[str, int],
    config: OrderingConfig,
) -> list[OrderingInput]:
    """Images of known type in the order of the list, on the ranks that such images held before."""
    groups: dict[str, list[OrderingInput]] = {}
    for image in named:
        groups.setdefault(str(image.known_type), []).append(image)
    turns = [
        (turn, ranks[name], image)
        for name, images in groups.items()
        for turn, image in enumerate(_best_first(images, config))
    ]
    following = iter([image for _, _, image in sorted(turns, key=lambda entry: entry[:2])])
    held = {image.key for image in named}
    return [next(following) if image.key in held else image for image in present]


def _best_first(images: list[OrderingInput], config: OrderingConfig) -> list[OrderingInput]:
    """Images of one type as they stood, but a clearly better looking one leads."""
    best = _pick_clearly_better(images[0], images, config)
    return [best, *(image for image in images if image is not best)]


def _pick_clearly_better(
    present: OrderingInput, others: Sequence[OrderingInput], config: OrderingConfig
) -> OrderingInput:
    """The present one unless another looks better by the margin; of several, the one standing first."""
    looks = {image.key: rate_look(image, config) for image in others}
    best = max(looks.values(), default=0.0)
    if best < rate_look(present, config) + config.hero_margin:
        return present
    return next(image for image in others if looks[image.key] >= best - config.look_tie)


def _choose_hero(
    sequence: Sequence[OrderingInput],
    present: Sequence[OrderingInput],
    ranks: Mapping[str, int],
    config: OrderingConfig,
) -> tuple[OrderingInput, str]:
    """The hero and why: the list's first type that is there, else what can be seen."""
    now = present[0]
    leading = min(ranks, key=lambda name: ranks[name], default="")
    best = next((image for image in sequence if leading and image.known_type == leading), None)
    if best is not None:
        return best, f"{leading} view becomes the hero"
    known = [image for image in sequence if image.known_type in ranks]
    if len(known) == len(present):
        return known[0], f"{known[0].known_type} view becomes the hero"
    if now.known_type in ranks:  # what may be a better type is only guessed: today's hero stays
        return now, ""
    rivals = [image for image in present if image.known_type is None and not _is_cut(image, config)]
    best = _pick_clearly_better(now, rivals, config)
    return best, f"becomes the hero: {_name_advantage(best, now)}"


def _is_cut(image: OrderingInput, config: OrderingConfig) -> bool:
    """A close-up covers much of the frame's border; a packshot that reaches it at a point or two does not."""
    seen = image.framing
    if seen is None or not seen.touches_edge:
        return False
    return max(seen.white_background, seen.plain_background) < config.uncut_border


def _name_advantage(new: OrderingInput, old: OrderingInput) -> str:
    """What the new hero has over the old one, the strongest point first."""
    if old.has_text and not new.has_text:
        return "no text on it"
    if new.framing and old.framing:
        gains = {
            "white background": 0.25 * (new.framing.white_background - old.framing.white_background),
            "plain background": 0.15 * (new.framing.plain_background - old.framing.plain_background),
            "product fills more of the frame": 0.2 * (new.framing.fill - old.framing.fill),
            "sharper": 0.1 * (new.framing.sharpness - old.framing.sharpness),
            "no text on it": 0.2 * (old.framing.text_area - new.framing.text_area),
        }
        best = max(gains, key=lambda words: gains[words])
        if gains[best] > 0:
            return best
    return "higher resolution"


def _explain(
    present: Sequence[OrderingInput], sequence: Sequence[OrderingInput], ranks: Mapping[str, int]
) -> dict[str, str]:
    """Words for each image of known type whose rank changed."""
    before = {image.key: rank for rank, image in enumerate(present)}
    seen: dict[str, int] = {}
    words: dict[str, str] = {}
    for rank, image in enumerate(sequence):
        name = image.known_type
        if name not in ranks or name is None:
            continue
        seen[name] = turn = seen.get(name, 0) + 1
        if rank > before[image.key]:
            words[image.key] = f"{_ORDINALS.get(turn, 'later')} {name} pushed down" if turn > 1 else ""
        elif rank < before[image.key]:
            words[image.key] = f"{name} moved up" if turn == 1 else ""
    return {key: text for key, text in words.items() if text}
