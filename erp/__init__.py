"""The roof: puts the apps together; nothing imports it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
