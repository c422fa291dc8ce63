"""Addresses of the catalog: products with their history, import reports, pictures."""

from __future__ import annotations

from django.urls import path

from review.views.imports import import_report, imports
from review.views.pictures import picture
from review.views.product_page import fetch_again, product
from review.views.products import products

urlpatterns = [
    path("products/", products, name="products"),
    path("products/<path:external_id>/fetch-again/", fetch_again, name="fetch-again"),
    path("products/<path:external_id>/", product, name="product"),
    path("imports/", imports, name="imports"),
    path("imports/<int:report_id>/", import_report, name="import-report"),
    path("i/<str:size>/<str:name>", picture, name="picture"),
]
