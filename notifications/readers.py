"""The person a mail or an inbox line is written for: times by their clock, words in their language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from common.mail.rendering import Context, render_mail
from common.times import clock_text, day_text, deadline_text, range_text, theirs_text, when_text, zone_label
from common.zones import city_of

from .registry import Message


@dataclass(frozen=True, slots=True)
class NoticeReader:
    """Someone who reads a notice at one moment. Every mail of the outbox is rendered here."""

    person: User
    now: datetime

    @property
    def zone(self) -> str:
        return self.person.zone_name

    @property
    def city(self) -> str:
        return city_of(self.zone)

    def zone_label(self, moment: datetime) -> str:
        return zone_label(self.zone, moment)

    def clock(self, moment: datetime) -> str:
        return clock_text(moment, self.zone, self.person.hour12)

    def day(self, moment: datetime, *, short: bool = False) -> str:
        return day_text(moment, self.zone, self.now, short=short)

    def span(self, start: datetime, end: datetime) -> str:
        return range_text(start, end, self.zone, self.person.hour12)

    def when(self, moment: datetime, *, short: bool = False) -> str:
        return when_text(moment, zone=self.zone, now=self.now, hour12=self.person.hour12, short=short)

    def when_in_city(self, moment: datetime, *, short: bool = False) -> str:
        """`Thursday 26 November, 14:30 (London)`: for a time with no `zone_label` beside it."""
        return f"{self.when(moment, short=short)} ({self.city})"

    def deadline(self, moment: datetime) -> str:
        """`12:30`, on another day `Wed 25 Nov, 10:00`."""
        return deadline_text(moment, self.zone, self.now, self.person.hour12)

    def zone_of(self, other: User) -> str:
        return other.timezone

    def time_of(self, other: User, start: datetime, end: datetime | None = None) -> str:
        """The same time by the other person's clock; nothing if they haven't told their zone."""
        their_zone = self.zone_of(other)
        if not their_zone:
            return ""
        return theirs_text(
            start,
            end,
            viewer_zone=self.zone,
            their_zone=their_zone,
            their_name=other.first_name,
            hour12=self.person.hour12,
        )

    def render_email(self, template: str, context: Context, **fields: Any) -> Message:
        """`fields`: what the message has beside its words, as `headers` and `attachments`."""
        subject, text, html = render_mail(
            template, context, zone=self.zone, language=self.person.language, hour12=self.person.hour12
        )
        return Message(subject, text, html, **fields)
