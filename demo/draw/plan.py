"""What the suppliers of one product send: its pictures, their copies and faults, and the truth about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from demo.draw import defects
from demo.draw.kind import BRANDS, Design, Kind, Rng, image_type
from demo.draw.products import KINDS
from demo.draw.scene import Shot, Studio, photograph

SIDE = 640  # px of a supplier's full picture
SUPPLIERS = ("Norda Trade", "Bluepeak", "Castellan", "Omni Wholesale", "Fairline", "Quayside")
FAULTS = ("blur", "small_object", "placeholder", "badge", "resolution")
UNREADABLE = {4: "truncated", 19: "page", 37: "empty", 52: "truncated"}  # product number -> what arrives
SINGLES = (8, 26, 47)  # products with one picture
CURATED = 30  # the product that a person has arranged


@dataclass
class Sent:
    """One file of one supplier and what is true of it; `group` joins copies of one picture."""

    supplier: int
    data: bytes
    form: str
    type: str | None
    group: str
    defects: list[str] = field(default_factory=list)
    origin: str = "original"
    file: str = ""


@dataclass
class Draft:
    """One product while it is put together."""

    number: int
    design: Design
    rng: Rng
    pictures: dict[str, np.ndarray] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """What the product is."""
        return KINDS[self.number % len(KINDS)]


def design_product(number: int, seed: int) -> tuple[Design, Rng]:
    """The looks of the product with this number."""
    rng = np.random.default_rng([seed, number])
    kind = KINDS[number % len(KINDS)]
    return kind.design(rng, BRANDS[(number * 5 + seed) % len(BRANDS)]), rng


def draw_product(number: int, seed: int) -> Draft:
    """Everything that is sent for one product, in suppliers' order."""
    design, rng = design_product(number, seed)
    draft = Draft(number, design, rng)
    if number in SINGLES:
        _send_views(draft, [("front", design)], [])
        return draft
    mine, theirs = _share_views(draft, number)
    _send_views(draft, mine, theirs)
    _send_copies(draft)
    _send_faults(draft, number)
    if number in UNREADABLE:
        way = UNREADABLE[number]
        data = defects.unreadable(way, draft.pictures["front"])
        draft.sent.append(Sent(2, data, "jpg", None, f"unreadable-{way}", ["unreadable"], way))
    return draft


Views = list[tuple[str, Design]]


def _share_views(draft: Draft, number: int) -> tuple[Views, Views]:
    """Which views the first supplier sends, and which only the second has."""
    rng, design = draft.rng, draft.design
    others = [view for view in draft.kind.VIEWS if view != "front"]
    count = min(len(others), int(rng.integers(3, 6)))
    chosen = sorted(rng.choice(len(others), size=count, replace=False))
    views: Views = [("front", design)] + [(others[i], design) for i in chosen]
    cut = len(views) - int(rng.integers(0, 2)) if len(views) > 4 else len(views)
    mine, theirs = views[:cut], views[cut:]
    if rng.random() < 0.45:
        different = draft.kind.subtle(design)
        if different:
            mine.append(different)
    if rng.random() < 0.25 and len(draft.kind.PAINTS) > 1:
        paints = [paint for paint in draft.kind.PAINTS if paint != design.paint]
        theirs.append(("front-colour", design.painted(paints[number % len(paints)])))
    if rng.random() < 0.5:  # wrong order: the front stands further back
        front = mine.pop(0)
        places = [i for i, (view, _) in enumerate(mine) if image_type(view) == "front"]
        mine.insert(min([int(rng.integers(1, 4)), *places]), front)
    return mine, theirs


def _send_views(draft: Draft, mine: Views, theirs: Views) -> None:
    """Draws all views; the second supplier has a grey wall of its own."""
    grey = float(draft.rng.uniform(0.55, 0.8))
    wall = Studio(
        top=(grey * 0.92, grey * 0.95, grey), bottom=(grey * 1.2, grey * 1.2, grey * 1.2), key_yaw=35.0
    )
    for supplier, views in enumerate((mine, theirs)):
        for view, design in views:
            shot = draft.kind.stage(design, view)
            if supplier == 1 and image_type(view) not in ("lifestyle", "front"):
                shot = replace(shot, studio=replace(wall, bulb=shot.studio.bulb))
            picture = photograph(shot, SIDE, SIDE, draft.rng)
            draft.pictures[view] = picture
            form, quality = ("webp", 90) if supplier == 0 else ("jpg", 84)
            draft.sent.append(
                Sent(supplier, defects.encode(picture, form, quality), form, image_type(view), view)
            )


def _send_copies(draft: Draft) -> None:
    """The same bytes, and the same picture edited, from other suppliers."""
    rng, first = draft.rng, [sent for sent in draft.sent if sent.supplier == 0]
    for sent in rng.permutation(np.array(first, dtype=object))[: int(rng.integers(0, 2))]:
        draft.sent.append(replace(sent, supplier=1, origin="exact copy"))
    for number in range(int(rng.integers(1, 3))):
        source = first[int(rng.integers(len(first)))]
        edited, how = defects.near_copy(rng, draft.pictures[source.group])
        data = defects.encode(edited, "jpg", int(rng.integers(48, 78)))
        draft.sent.append(
            Sent(1 + number % 2, data, "jpg", source.type, source.group, [], f"near copy: {how}")
        )


def _send_faults(draft: Draft, number: int) -> None:
    """One or two faulty pictures."""
    rng = draft.rng
    for turn in range(int(rng.integers(1, 3))):
        fault = FAULTS[(number + number // len(FAULTS) + 2 * turn) % len(FAULTS)]
        usable = [
            view
            for view in draft.pictures
            if image_type(view) not in ("lifestyle", "detail", "packaging", "side")
        ]
        view = usable[int(rng.integers(len(usable)))]
        supplier = 1 + int(rng.integers(0, 2))
        draft.sent.append(_faulty(draft, fault, view, supplier))


def _faulty(draft: Draft, fault: str, view: str, supplier: int) -> Sent:
    rng, picture, kind = draft.rng, draft.pictures[view], image_type(view)
    quality = int(rng.integers(72, 86))
    if fault == "placeholder":
        made, how = defects.placeholder(rng, 500)
        form = "png" if rng.random() < 0.5 else "jpg"
        return Sent(supplier, defects.encode(made, form, 85), form, None, f"placeholder-{how}", [fault], how)
    if fault == "small_object":
        made, how = photograph(_far_away(draft, view), SIDE, SIDE, rng), "far away"
        return Sent(supplier, defects.encode(made, "jpg", quality), "jpg", kind, f"{view}-far", [fault], how)
    if fault == "blur":
        made, how = defects.blurred(rng, picture)
    elif fault == "badge":
        made, how = defects.badged(rng, picture)
    else:
        made, how = defects.shrunk(rng, picture), "thumbnail"
    return Sent(supplier, defects.encode(made, "jpg", quality), "jpg", kind, view, [fault], how)


def _far_away(draft: Draft, view: str) -> Shot:
    """The same view with the product lost in its frame."""
    shot = draft.kind.stage(_design_of(draft, view), view)
    fill = float(draft.rng.uniform(0.13, 0.2))
    shift = {"shift_x": float(draft.rng.uniform(-0.2, 0.2)), "shift_y": float(draft.rng.uniform(-0.1, 0.2))}
    return replace(shot, camera=replace(shot.camera, fill=fill, focus=None, **shift))


def _design_of(draft: Draft, view: str) -> Design:
    different = draft.kind.subtle(draft.design)
    if different and different[0] == view:
        return different[1]
    return draft.design


def heroes(draft: Draft) -> list[str]:
    """Groups of which any picture is the right one to meet first."""
    different = draft.kind.subtle(draft.design)
    return ["front"] + ([different[0]] if different and image_type(different[0]) == "front" else [])
