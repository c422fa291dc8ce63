"""Forms that started something, so that one that is sent twice starts it once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class SentForm(models.Model):
    """One form as it was shown and filled in, and the page that it led to; forgotten after a week."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=64)  # a digest of all that was sent
    location = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_sending_a_form")]
        indexes = [models.Index(fields=["sent_at"], name="forms_by_age")]

    def __str__(self) -> str:
        return self.location
