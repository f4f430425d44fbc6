"""Mentors who are asked, one after the other, to help a person who waits with a question."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .waiting import HeldTime, HeldTimeAnswer, WaitlistEntry
from .written import WrittenQuestion


class RouteKind(models.TextChoices):
    REQUEST = "request", _("A mentor is asked for a time")
    WRITING = "writing", _("A mentor is asked in writing")


class RouteState(models.TextChoices):
    """PASSED: no answer in time, or the time that was offered didn't suit. ENDED: they were helped in another way."""

    OPEN = "open", _("Open")
    WON = "won", _("Helped")
    PASSED = "passed", _("Passed")
    DECLINED = "declined", _("Declined")
    ENDED = "ended", _("Ended")


class RouteQuerySet(models.QuerySet["Route"]):
    def open(self) -> Self:
        return self.filter(state=RouteState.OPEN)

    def to_settle(self) -> Self:
        """Those that are open, and those whose time was taken although it had lapsed before."""
        return self.filter(Q(state=RouteState.OPEN) | Q(state=RouteState.PASSED, held__answer=HeldTimeAnswer.TAKEN))

    def requests(self) -> Self:
        return self.filter(kind=RouteKind.REQUEST)

    def unanswered(self, now: datetime) -> Self:
        """Those that a mentor can still say yes or no to."""
        waits = self.requests().open().filter(until__gt=now, held=None)
        return waits.filter(waiting__ended_at=None, waiting__until__gt=now)


class Route(models.Model):
    """One mentor who is asked to help a person who waits. The person doesn't learn who it is before they said yes.

    `until`: when an answer comes too late. `held`: the time that the mentor has offered. `version` grows with each
    change, so that a mail that has not left by then doesn't.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    waiting = models.ForeignKey(WaitlistEntry, on_delete=models.CASCADE, related_name="routes")
    kind = models.CharField(max_length=10, choices=RouteKind)
    mentor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="routes")
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RouteState, default=RouteState.OPEN)
    version = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)
    held = models.OneToOneField(HeldTime, on_delete=models.SET_NULL, null=True, blank=True, related_name="route")
    written = models.OneToOneField(
        WrittenQuestion, on_delete=models.SET_NULL, null=True, blank=True, related_name="route"
    )

    objects = RouteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RouteState.OPEN, settled_at=None)
                | (~Q(state=RouteState.OPEN) & Q(settled_at__isnull=False)),
                name="route_is_settled_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(kind=RouteKind.REQUEST, written=None) | Q(kind=RouteKind.WRITING, held=None),
                name="route_offers_a_time_or_asks_in_writing",
            ),
            models.CheckConstraint(condition=Q(until__gt=models.F("opened_at")), name="route_ends_after_it_began"),
            models.UniqueConstraint(fields=["waiting", "kind", "mentor"], name="nobody_is_asked_twice"),
            models.UniqueConstraint(
                fields=["waiting", "kind"], condition=Q(state=RouteState.OPEN), name="one_after_the_other"
            ),
            models.UniqueConstraint(fields=["waiting"], condition=Q(state=RouteState.WON), name="help_is_found_once"),
        ]
        indexes = [
            models.Index(fields=["mentor", "opened_at"], name="route_mentor_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.waiting_id}"
