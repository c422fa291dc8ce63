"""Offers whose pictures are to be had -> bytes in the store, images' rows, or the reason why not."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from pipeline.addresses import AllowList
from pipeline.aggregate import Refused, gather
from pipeline.config import FetchLimits
from pipeline.images import UnreadableImage, decode, render_webp
from review.actions import store
from review.actions.sent_pictures import SENT
from review.models import Image, Offer, PublishedImage

MAX_REASON_CHARS = 300
Key = tuple[str, str]  # an offer's source, and its stamp where that tells two pictures apart


@dataclass(frozen=True)
class FetchCounts:
    """Offers that got their picture, and offers that did not."""

    fetched: int = 0
    refused: int = 0


def fetch_offers(offers: Iterable[Offer], check: Callable[[], None] = lambda: None) -> FetchCounts:
    """Fetch the pictures of these offers, each source once, and write down how each went.

    May be killed anywhere, or ended between two by what `check` raises: what was written stays, the
    rest is still pending.
    """
    by_source: dict[Key, list[Offer]] = defaultdict(list)
    for offer in offers:
        # Files that were sent may have one name and be two; elsewhere a source is what lies there now.
        by_source[offer.source, offer.stamp if offer.source.startswith(SENT) else ""].append(offer)
    fetched = refused = 0
    for key, answer in _gather(list(by_source)):
        check()
        source, asked = key[0], by_source[key]
        rows = Offer.objects.filter(pk__in=[offer.pk for offer in asked])
        # A file that was replaced while we read it has another stamp by now and stays pending.
        rows = rows.filter(source=source, stamp__in={offer.stamp for offer in asked})
        if not isinstance(answer, Refused) and _settle(rows, source, keep_picture(answer)):
            fetched += len(asked)
            continue
        refused += len(asked)
        if isinstance(answer, Refused):
            _refuse(rows, answer.message, answer.code)
    return FetchCounts(fetched, refused)


def _gather(keys: Iterable[Key]) -> Iterator[tuple[Key, bytes | Refused]]:
    """(source and stamp, bytes or why not): what was sent is in the store, the rest is fetched."""
    elsewhere = []
    for source, stamp in keys:
        if source.startswith(SENT):
            yield (source, stamp), _read_sent(stamp)
        else:
            elsewhere.append(source)
    allow = AllowList.parse(settings.FETCH_ALLOW)
    for source, answer in gather(elsewhere, make_limits(), allow) if elsewhere else ():
        yield (source, ""), answer


def _read_sent(sha256: str) -> bytes | Refused:
    try:
        return store.read_original(sha256)
    except store.NotStored:
        return Refused("missing", "The file that was sent is not there any more; send it again.")


def make_limits() -> FetchLimits:
    """The operator's limits over the pipeline's own."""
    total_s = float(settings.FETCH_TIMEOUT_S)
    usual = FetchLimits()
    return replace(
        usual, per_host=settings.FETCH_PER_HOST, total_s=total_s, read_s=min(usual.read_s, total_s)
    )


def keep_picture(data: bytes) -> Image:
    """The row of these bytes, stored with its renditions; a broken picture has its reason there."""
    sha256 = hashlib.sha256(data).hexdigest()
    known = Image.objects.filter(sha256=sha256).first()
    if known is not None:
        return known
    row = Image(sha256=sha256, byte_size=len(data))
    renditions = {}
    try:
        decoded = decode(data, max_side_px=max(store.SIDES_PX))
        renditions = {side: render_webp(decoded, side) for side in store.SIDES_PX}
        row.format, row.width_px, row.height_px = decoded.format, decoded.width_px, decoded.height_px
    except UnreadableImage as error:
        row.unreadable = error.message[:MAX_REASON_CHARS]
    store.put_picture(sha256, data, renditions)
    Image.objects.bulk_create([row], ignore_conflicts=True)  # somebody else may have kept it meanwhile
    return Image.objects.get(sha256=sha256)


def restore_rendition(sha256: str, side_px: int) -> bytes:
    """Make a missing rendition again from the original. Raises store.NotStored."""
    try:
        data = render_webp(store.read_original(sha256), side_px)
    except UnreadableImage as error:
        raise store.NotStored(sha256) from error
    store.put_rendition(sha256, side_px, data)
    return data


@transaction.atomic
def _settle(rows: QuerySet[Offer], source: str, image: Image) -> bool:
    """Give the picture to its offers and to the published sets that named it; False if it can't be read."""
    PublishedImage.objects.filter(
        published_set__product__in=list(rows.values_list("product", flat=True)),
        source=source,
        image__isnull=True,
    ).update(image=image)
    rows.update(
        image=image,
        state=Offer.State.REFUSED if image.unreadable else Offer.State.FETCHED,
        refusal=image.unreadable,
        refusal_code="unreadable" if image.unreadable else "",
        fetched_at=timezone.now(),
    )
    return not image.unreadable


def _refuse(rows: QuerySet[Offer], reason: str, code: str) -> None:
    """An offer that had a picture before keeps it: only the attempt to renew it failed."""
    state, words = Offer.State.REFUSED, reason[:MAX_REASON_CHARS]
    rows.update(state=state, refusal=words, refusal_code=code, fetched_at=timezone.now())
