"""The project: settings, addresses, services; no product logic."""

from smartimg.celery import app as celery_app

__all__ = ["celery_app"]
