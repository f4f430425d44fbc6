"""Rows that a task of the clock failed on.

They are left out for a while, so that all others get their turn, and shown.
"""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# People notice by then: a session that isn't finished, a request that isn't answered.
ILL_AFTER = timedelta(hours=1)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


class ClockAct(models.TextChoices):
    EXPIRE = "expire", _("End an unanswered hold or request")
    EXPIRE_WRITTEN = "expire_written", _("End a question in writing that got no answer")
    SETTLE_SILENT = "settle_silent", _("Record a missed session")
    COMPLETE = "complete", _("Finish a session")
    CLOSE = "close", _("Close a conversation")
    NOTE_LAPSED = "note_lapsed", _("End an offer of freed time that got no answer")
    GIVE_TIME = "give_time", _("Offer freed time to the next person waiting")
    ADVANCE_ROUTES = "advance_routes", _("Ask the next mentor for someone who waits")
    END_SUSPENDED = "end_suspended", _("End a session with a mentor who is suspended")
    END_SUSPENDED_WRITTEN = "end_suspended_q", _("End a written question to a mentor who is suspended")
    ASK_TO_CONFIRM = "ask_to_confirm", _("Ask someone to confirm a session")
    FREE_UNCONFIRMED = "free_unconfirmed", _("Cancel an unconfirmed session")
    REST_MENTOR = "rest_mentor", _("Take a quiet mentor out of search")
    STOP_ASKING = "stop_asking", _("Switch off offers of a mentor who doesn’t answer")
    END_RESTING = "end_resting", _("End a request to a mentor who is resting")
    END_RESTING_WRITTEN = "end_resting_q", _("End a written question to a mentor who is resting")
    END_RESTING_LINE = "end_resting_line", _("End waiting for a mentor who is resting")
    AUDIT = "audit", _("Write a session's missing notifications")
    SCAN = "scan", _("Check a shared file for viruses")
    EVENT_PLACES = "event_places", _("Give an event's place to the next person waiting")
    EVENT_CLOSE = "event_close", _("Close the registration of an event")
    EVENT_WAITING = "event_waiting", _("End the waiting list of an event")
    EVENT_CLOCK = "event_clock", _("Run the clock of an event")
    EVENT_ASK = "event_ask", _("Ask everyone how an event was")
    EVENT_HOURS = "event_hours", _("End office hours, or cancel those that nobody registered for")


class StuckRowQuerySet(models.QuerySet["StuckRow"]):
    def of(self, act: ClockAct) -> Self:
        return self.filter(act=act)

    def waiting(self, now: datetime) -> Self:
        """Those that are not to be tried yet."""
        return self.filter(next_try_at__gt=now)

    def long_stuck(self, now: datetime) -> Self:
        return self.filter(first_at__lte=now - ILL_AFTER)


class StuckRow(models.Model):
    """`row` is the key in the table that the task works on.

    It is deleted when the task has succeeded, or has nothing to do.
    """

    act = models.CharField(max_length=20, choices=ClockAct)
    row = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=1, db_default=1)
    error = models.CharField(max_length=300)
    first_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    next_try_at = models.DateTimeField(db_default=Now())

    objects = StuckRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "row"], name="one_stuck_row_per_act")]

    def __str__(self) -> str:
        return f"{self.act} {self.row}: {self.error}"


def wait_after(failures: int) -> timedelta:
    """How long to leave a row alone after so many failures: a minute, twice as long each time, an hour at most."""
    return min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
