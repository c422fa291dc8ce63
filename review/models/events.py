"""The log of what happened to products; rows are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Who did what to which product, and when."""

    kind = models.CharField(max_length=40)
    product = models.ForeignKey("Product", null=True, on_delete=models.CASCADE, related_name="events")
    data = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["product", "-id"], name="events_of_product")]

    def __str__(self) -> str:
        return self.kind
