"""The Django project. `celery -A mentoring` finds its application in the module `celery`."""
