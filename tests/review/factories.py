"""Products with small pictures that are really drawn, and proposals for them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from PIL import Image as Pillow
from PIL import ImageDraw

from review.actions import store
from review.models import (
    Category,
    Image,
    Offer,
    Product,
    Proposal,
    ProposalItem,
    PublishedImage,
    PublishedSet,
    SelectionRun,
    Supplier,
)

SERIAL = count(1)
TITLE, CATEGORY = "Zoe armchair", "Furniture > Armchairs"
COLOURS = ("#3b6ea5", "#a5543b", "#4f8a5b", "#8a6d3b", "#6b4f9a", "#3b8f98", "#99506f", "#6f7d3a")


def draw_picture(number: int, side_px: int = 320) -> bytes:
    """A plain object on white, different for every number, as PNG bytes."""
    picture = Pillow.new("RGB", (side_px, side_px), "white")
    pen = ImageDraw.Draw(picture)
    inset, colour = side_px // 6 + number % 7 * 4, COLOURS[number % len(COLOURS)]
    box = (inset, inset + number % 5 * 6, side_px - inset, side_px - inset)
    pen.rounded_rectangle(box, radius=10 + number % 4 * 20, fill=colour, outline="#222", width=3)
    pen.rectangle(
        (side_px // 2 - 12, inset + 30, side_px // 2 + 12, inset + 40 + number % 9 * 8), fill="#fff"
    )
    pen.text((side_px // 2 - 8, side_px - 24), str(number), fill="#444")
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def make_image(data: bytes | None = None) -> Image:
    """An image's row; the bytes are not stored."""
    if data is None:
        return make_images(1)[0]
    image = describe_image(data)
    return Image.objects.filter(sha256=image.sha256).first() or Image.objects.bulk_create([image])[0]


def make_images(count: int) -> list[Image]:
    """The rows of so many images that no other test has, written at once."""
    return Image.objects.bulk_create(describe_image(b"picture %d" % next(SERIAL)) for _ in range(count))


def describe_image(data: bytes) -> Image:
    """The row, not yet written, as if these were the bytes of a picture."""
    sha256 = hashlib.sha256(data).hexdigest()
    return Image(sha256=sha256, byte_size=len(data), format="PNG", width_px=320, height_px=320)


@dataclass(frozen=True)
class Candidate:
    """One image of a proposal in the making; places count from 0."""

    before: int | None = None
    after: int | None = None
    reason: str = ""
    copy_of: int | None = None  # index of the candidate that it repeats
    image_type: str = "front"
    confidence: float | None = 0.9
    supplier: str = "Norda"
    evidence: dict[str, object] = field(default_factory=dict)


def make_product(title: str = TITLE, category: str = CATEGORY) -> Product:
    """A product that shows nothing yet."""
    product = describe_product(title, category)
    product.save()
    return product


def describe_product(title: str, category: str) -> Product:
    """The row, not yet written, in a category that is there."""
    path = Category.objects.get_or_create(
        path=category, defaults={"type_order": ["front", "angle", "side", "back", "detail", "lifestyle"]}
    )[0]
    return Product(
        external_id=f"p{next(SERIAL)}", title=title, category=path, category_from=Product.CategoryFrom.GIVEN
    )


def publish_images(product: Product, images: Sequence[Image]) -> PublishedSet:
    """The next set, as an import makes it."""
    number = product.published_sets.count() + 1
    origin = PublishedSet.Origin.IMPORT
    published = PublishedSet.objects.create(product=product, number=number, origin=origin)
    PublishedImage.objects.bulk_create(
        PublishedImage(published_set=published, position=place, source=f"{image.sha256[:8]}.png", image=image)
        for place, image in enumerate(images)
    )
    return published


def publish_pairs(images: Sequence[Image]) -> None:
    """A product for every two of the images, that shows them; all written at once."""
    pairs = list(zip(images[::2], images[1::2], strict=True))
    products = Product.objects.bulk_create(describe_product(TITLE, CATEGORY) for _ in pairs)
    sets = PublishedSet.objects.bulk_create(
        PublishedSet(product=product, number=1, origin=PublishedSet.Origin.IMPORT) for product in products
    )
    PublishedImage.objects.bulk_create(
        PublishedImage(published_set=published, position=place, source=f"{image.sha256[:8]}.png", image=image)
        for published, pair in zip(sets, pairs, strict=True)
        for place, image in enumerate(pair)
    )


# Before 0 1 2 3; the front view (1) becomes the hero, 2 repeats it, 3 is blurred, 4 comes from Solvik.
USUAL = (
    Candidate(before=0, after=1, image_type="angle"),
    Candidate(before=1, after=0, image_type="front"),
    Candidate(before=2, reason="duplicate", copy_of=1, image_type="front"),
    Candidate(before=3, reason="blur", image_type="detail"),
    Candidate(after=2, image_type="back", supplier="Solvik"),
)


def make_proposal(
    candidates: Sequence[Candidate] = USUAL,
    *,
    product: Product | None = None,
    images: Sequence[Image] | None = None,
    based_on: PublishedSet | None = None,
    **said: object,
) -> Proposal:
    """An open proposal for a product; images, and the set that is shown, are made where none are given."""
    product = product or make_product()
    images = images or [make_image() for _ in candidates]
    shown = sorted((c.before, i) for i, c in enumerate(candidates) if c.before is not None)
    based_on = based_on or publish_images(product, [images[i] for _, i in shown])
    run = SelectionRun.objects.create(scope={"all": True}, state=SelectionRun.State.DONE)
    said = {"benefit": 0.6, "summary": "front view becomes the hero", "content_digest": "c" * 64} | said
    firsts = {
        "hero_before": next((images[i].sha256 for i, c in enumerate(candidates) if c.before == 0), ""),
        "hero_after": next((images[i].sha256 for i, c in enumerate(candidates) if c.after == 0), ""),
    }
    proposal = Proposal.objects.create(
        product=product, run=run, based_on=based_on, config_digest="d" * 64, **firsts | said
    )
    ProposalItem.objects.bulk_create(_make_item(proposal, c, i, images) for i, c in enumerate(candidates))
    return proposal


def _make_item(proposal: Proposal, wanted: Candidate, index: int, images: Sequence[Image]) -> ProposalItem:
    supplier = Supplier.objects.get_or_create(name=wanted.supplier)[0]
    source = f"{images[index].sha256[:8]}.png"
    Offer.objects.get_or_create(
        product=proposal.product,
        supplier=supplier,
        source=source,
        defaults={"position": index, "image": images[index], "state": Offer.State.FETCHED},
    )
    return ProposalItem(
        proposal=proposal,
        image=images[index],
        source=source,
        supplier=supplier,
        before_position=wanted.before,
        after_position=wanted.after,
        verdict="drop" if wanted.reason else "keep",
        reason=wanted.reason,
        duplicate_of=None if wanted.copy_of is None else images[wanted.copy_of],
        image_type=wanted.image_type,
        type_confidence=wanted.confidence,
        evidence=wanted.evidence,
    )


def list_shas(proposal: Proposal) -> list[str]:
    """The images of a proposal in the order in which its candidates were given."""
    return list(proposal.items.order_by("pk").values_list("image__sha256", flat=True))


def list_shown(product: Product) -> list[str]:
    """What the shop shows now, in order."""
    last = product.published_sets.order_by("-number").first()
    if last is None:
        return []
    return list(last.images.order_by("position").values_list("image__sha256", flat=True))


def make_pictured_image(number: int) -> Image:
    """A drawn picture whose bytes and renditions lie in the store, so that pages show it."""
    data = draw_picture(number)
    image = make_image(data)
    keep_picture(image, data)
    return image


def keep_picture(image: Image, data: bytes) -> None:
    """Have the store give these bytes, and renditions of them, for the image."""
    store.put_picture(image.sha256, data, {side: _render(data, side) for side in store.SIDES_PX})


def _render(data: bytes, side_px: int) -> bytes:
    kept = io.BytesIO()
    with Pillow.open(io.BytesIO(data)) as picture:
        picture.thumbnail((side_px, side_px))
        picture.save(kept, "WEBP")
    return kept.getvalue()
