"""When people are busy elsewhere, as calendars of their own say."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.encryption import UnsealError, seal, unseal

TITLE = b"title of a busy time"


class BusySpanQuerySet(models.QuerySet["BusySpan"]):
    def ahead(self, now: datetime) -> Self:
        return self.filter(during__endswith__gt=now)


class BusySpan(models.Model):
    """A time at which a person is busy in a calendar elsewhere: nothing of theirs is offered then.

    It is advice from outside, so it is not under the constraint of occupancies. `calendar` is the number of the
    calendar, whose table is in an app above this one. `sealed_title` is empty unless the person has us keep the titles
    of that calendar; they are encrypted, and nobody else ever sees them.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="busy_spans")
    calendar = models.BigIntegerField(db_index=True)
    during = DateTimeRangeField(default_bounds="[)")
    sealed_title = models.TextField(blank=True, default="", db_default="")

    objects = BusySpanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="busy_time_begins_and_ends",
            ),
        ]
        indexes = [
            # The person as a range, since the indexes of PostgreSQL itself can't hold a number beside a range.
            GistIndex(
                Func(F("person_id"), F("person_id"), Value("[]"), function="int8range"), F("during"), name="busy_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.during}"

    @property
    def title(self) -> str:
        return open_title(self.sealed_title)


class BusyMinutes(models.Model):
    """A copy of all `BusySpan`s of a person, which the slot engine reads as fast as one row. A trigger writes it.

    `minutes` are the starts and ends, in turn and in order of time: the minutes from 1970 that each span touches. A
    person without spans has no row.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="busy_minutes"
    )
    minutes = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"{self.person_id}: {len(self.minutes) // 2}"


def seal_title(title: str) -> str:
    return seal(title.encode(), purpose=TITLE) if title else ""


def open_title(sealed: str) -> str:
    """Empty also if no key that we still have opens it: the next reading brings it again."""
    try:
        return unseal(sealed, purpose=TITLE).decode() if sealed else ""
    except UnsealError:
        return ""
