"""Pictures judged to be placeholders: nobody is asked whether something lies over them."""

from __future__ import annotations

from collections.abc import Iterable

from review.models import ImageAnalysis

OVERLAYS = frozenset({"badge", "watermark"})  # whatever is written on a placeholder, it goes as one


def leave_out_blanks(subject: str, image_ids: Iterable[int], version: str) -> list[int]:
    """The pictures, in their order, that a question on the subject may be about."""
    ids = list(image_ids)
    if subject not in OVERLAYS:
        return ids
    flagged = ImageAnalysis.objects.filter(
        version=version, judgements__contains={"placeholder": {"flag": True}}, image__in=ids
    )
    blank = set(flagged.values_list("image_id", flat=True))
    return [image for image in ids if image not in blank]
