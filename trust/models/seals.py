"""Seals of the logs."""

from typing import Any

from django.db import models


class Seal(models.Model):
    """What was added to the logs until this moment, as digests. Append-only, which a trigger ensures.

    `parts` are `seals.SealedPart` by the name of the log's table. `digest` covers the day, all parts and `before`.
    """

    day = models.DateField(unique=True)
    at = models.DateTimeField()
    parts = models.JSONField()
    digest = models.CharField(max_length=64)
    before = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.day}: {self.digest}"

    @property
    def rows(self) -> int:
        return sum(part["rows"] for part in self.parts.values())

    def last_row(self, table: str) -> int:
        """The id of the last row of this log that is sealed; 0 for a log that came later."""
        part: dict[str, Any] = self.parts.get(table, {})
        return int(part.get("last", 0))
