"""Pages of the catalog: products with their history, import reports, pictures."""

from __future__ import annotations

from django.urls import path

from review.views.pictures import picture

urlpatterns = [
    path("i/<str:size>/<str:name>", picture, name="picture"),
]
