"""Addresses of the API."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from review.api.products import ProductImagesView
from review.api.selections import SelectionsView, SelectionView

# Swagger UI writes style attributes; everything else is as strict as elsewhere.
DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class DocsView(SpectacularSwaggerSplitView):
    """The API's page for people, to read and to try."""

    template_name = "api/docs.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, or the script that starts it."""
        response: Response = super().get(request, *args, **kwargs)
        response["Content-Security-Policy"] = DOCS_POLICY
        return response


def nothing_here(request: HttpRequest) -> JsonResponse:
    """Programs get JSON for a wrong address, too."""
    message = f"There is nothing at {request.path}; /api/v1/docs/ lists all addresses."
    return JsonResponse({"errors": [{"field": "", "message": message}]}, status=404)


urlpatterns = [
    path("v1/selections/", SelectionsView.as_view(), name="api-selections"),
    path("v1/selections/<int:selection_id>/", SelectionView.as_view(), name="api-selection"),
    path("v1/products/<path:product_id>/images/", ProductImagesView.as_view(), name="api-product-images"),
    path("v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("v1/docs/", DocsView.as_view(url_name="api-schema"), name="api-docs"),
    re_path("^", nothing_here, name="api-nothing"),
]
