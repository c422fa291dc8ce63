"""What the shop should show of a product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pipeline.labels import UNSURE
from review.access import ADMIN, SPECIALIST, get_product_for, require_role
from review.actions.proposals import find_current_set
from review.actions.store import SIDES_PX, image_url, original_url
from review.api.shapes import ErrorsShape, PublishedSetShape
from review.models import Label, Product, ProposalItem, PublishedImage


class ProductImagesView(APIView):
    """The published set of a product."""

    @extend_schema(operation_id="read_published_set", responses={200: PublishedSetShape, 404: ErrorsShape})
    def get(self, request: Request, product_id: str) -> Response:
        """The pictures that the shop shows, in order, the hero first."""
        require_role(request.user, SPECIALIST, ADMIN)
        product = get_product_for(request.user, product_id)
        published = find_current_set(product.pk)
        places = published.images.select_related("image").order_by("position") if published else []
        types = find_types(product)
        return Response(
            {
                "id": product.external_id,
                "set": published.number if published else 0,
                "published_at": published.created_at if published else None,
                "images": [show_place(request, place, types) for place in places],
            }
        )


def find_types(product: Product) -> dict[int, str]:
    """Image -> what it shows: the newest word of people, else of the newest proposal that was sure."""
    items = ProposalItem.objects.filter(proposal__product=product).exclude(image_type__in=["", UNSURE])
    found = dict(items.order_by("pk").values_list("image", "image_type"))
    labels = Label.objects.filter(kind="type", image__offers__product=product).order_by("pk")
    return found | dict(labels.values_list("image", "value"))


def show_place(request: Request, place: PublishedImage, types: dict[int, str]) -> dict[str, Any]:
    """One place of the set; a picture that was not fetched yet has its source alone."""
    image = place.image
    urls = {} if image is None else dict(make_urls(request, image.sha256))
    return {
        "position": place.position + 1,
        "source": place.source,
        "sha256": image.sha256 if image else None,
        "url": urls.get(str(max(SIDES_PX))),
        "renditions": urls,
        "original": request.build_absolute_uri(original_url(image.sha256)) if image else None,
        "width": image.width_px if image else None,
        "height": image.height_px if image else None,
        "type": types.get(image.pk) if image else None,
    }


def make_urls(request: Request, sha256: str) -> Iterable[tuple[str, str]]:
    """(longest side, address) of each rendition."""
    for side in SIDES_PX:
        yield str(side), request.build_absolute_uri(image_url(sha256, side))
