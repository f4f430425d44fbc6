"""Certificates of the time that a mentor gave, with the words of the day on which each was made."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q

# Without letters and digits that are taken for each other: twenty of thirty-one make 99 bits.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
GROUPS, GROUP_LENGTH = 4, 5


def new_code() -> str:
    """`k3v9x-…`: it can't be guessed, and can be typed from paper."""
    groups = ["".join(secrets.choice(ALPHABET) for _letter in range(GROUP_LENGTH)) for _group in range(GROUPS)]
    return "-".join(groups)


class Certificate(models.Model):
    """Anyone with the code can check it. Its words never change: a new name takes a new certificate."""

    code = models.CharField(max_length=GROUPS * (GROUP_LENGTH + 1), unique=True, default=new_code, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="certificates")
    name = models.CharField(max_length=80)
    organisation = models.CharField(max_length=200)
    # Days of the mentor's own zone, both included
    first_day = models.DateField()
    last_day = models.DateField()
    sessions = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField()
    # In writing; nobody knows how long one took, so they add no minutes.
    answers = models.PositiveIntegerField(default=0)
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="certificate_days_in_order"),
            models.CheckConstraint(
                condition=Q(sessions__gt=0, minutes__gt=0) | Q(sessions=0, minutes=0, answers__gt=0),
                name="certificate_of_something",
            ),
            models.UniqueConstraint(
                fields=["person", "first_day", "last_day", "sessions", "minutes", "answers", "name", "organisation"],
                name="certificate_says_it_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code
