"""A person's sessions as a calendar that other programs fetch."""

from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """A person's calendar address. It is a secret of which only the hash is stored. A new address is another row."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    last_fetched_at = models.DateTimeField(null=True, blank=True)
    # Of what was served last, so that "last modified" is true whatever it was that changed.
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Calendar of {self.person}"
