"""Addresses of pictures in templates."""

from __future__ import annotations

from django import template

from review.actions import store

register = template.Library()


@register.filter
def image_url(sha256: str, side_px: int) -> str:
    """`{{ image.sha256|image_url:480 }}`: the signed address of a rendition."""
    return store.image_url(sha256, side_px)


@register.filter
def original_url(sha256: str) -> str:
    """`{{ image.sha256|original_url }}`: the signed address of the file as it came."""
    return store.original_url(sha256)
