"""The kinds of notices about registrations."""

from dataclasses import replace

from events.models import Registration
from notifications.models import Group
from notifications.registry import Kind, Render

from . import emails
from .inbox import host_lines, hosted_lines, registration_lines
from .notices import (
    EVENT_SUBJECT,
    HOST_TOLD,
    HOSTING,
    INVITATION_NUDGE,
    REGISTRATION,
    REMINDER_KINDS,
    STILL_COMING,
    News,
    follow_preference,
)
from .office_hours import NOBODY_CAME


def registration_kind(name: str, render: Render, *, passing: bool = False, group: Group | None = None) -> Kind:
    return Kind(name, REGISTRATION, render, registration_lines(name), model=Registration, passing=passing, group=group)


KINDS = [
    registration_kind(News.INVITED, emails.render_invited, passing=True),
    registration_kind(INVITATION_NUDGE, emails.render_invited, passing=True),
    registration_kind(News.REGISTERED, emails.render_registered),
    registration_kind(News.WAITING, emails.render_waiting),
    registration_kind(News.ADMITTED, emails.render_admitted),
    registration_kind(News.OFFERED, emails.render_offered, passing=True),
    registration_kind(News.FREE_FOR_ALL, emails.render_free, passing=True),
    registration_kind(News.LEFT, emails.render_left),
    registration_kind(News.REMOVED, emails.render_removed),
    registration_kind(News.MOVED, emails.render_moved),
    registration_kind(News.CANCELLED, emails.render_cancelled),
    registration_kind(News.NO_PLACE, emails.render_no_place),
    registration_kind(STILL_COMING, emails.render_still_coming, passing=True),
    *(
        replace(
            registration_kind(name, emails.render_reminder, passing=True, group=Group.REMINDERS),
            follow_preference=follow_preference,
        )
        for name in REMINDER_KINDS.values()
    ),
    Kind(NOBODY_CAME, EVENT_SUBJECT, None, hosted_lines),
    Kind(HOSTING, EVENT_SUBJECT, emails.render_hosting, None),
    Kind(HOST_TOLD, REGISTRATION, None, host_lines, model=Registration),
]
