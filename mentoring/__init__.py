"""The Django project. Celery's application is imported with it, so that tasks find their broker in every process."""

from .celery import app as celery_app

__all__ = ["celery_app"]
