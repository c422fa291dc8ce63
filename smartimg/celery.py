"""The Celery application: queues `fetch` (network), `vision` (pipeline), `train` (models), `default`."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartimg.settings")

app = Celery("smartimg")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
