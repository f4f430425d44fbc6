"""Who is told what of a registration, and when. The words of the mails are in `emails.py`."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from accounts.models import User
from events.models import Event, Registration
from events.models.states import AHEAD
from notifications.models import Notification
from notifications.preferences import reminder_leads_of
from notifications.services import Due, schedule_notices, show_in_inbox, withdraw_older_versions
from sessions_app.booking.notices.reminders import REMINDERS, replace_reminders

REGISTRATION = "registration"
# About office hours as a whole, to their host: the calendar entry when they open, move or are cancelled.
EVENT_SUBJECT = "event_hosted"
HOSTING = "event_hosting"
# To the host of office hours, in the inbox only: who has registered.
HOST_TOLD = "event_host_told"


class News(StrEnum):
    """What has just happened to a registration."""

    INVITED = "event_invited"
    REGISTERED = "event_registered"
    WAITING = "event_waiting"
    ADMITTED = "event_admitted"
    OFFERED = "event_offered"
    FREE_FOR_ALL = "event_free"
    LEFT = "event_left"
    REMOVED = "event_removed"
    MOVED = "event_moved"
    CANCELLED = "event_cancelled"
    NO_PLACE = "event_no_place"


# Those that say how a person stands: invited, in line or in.
STANDINGS = (News.INVITED, News.WAITING, News.REGISTERED, News.ADMITTED)
# Those after which a person is in, so that they are asked and reminded.
IN = (News.REGISTERED, News.ADMITTED, News.MOVED)
STILL_COMING = "event_still_coming"
ASKED_BEFORE = timedelta(hours=48)
ASKED_UNTIL = timedelta(hours=12)
# Reminders have the lead times that each person chose for sessions.
REMINDER_KINDS = {reminder.kind: f"event_{reminder.kind}" for reminder in REMINDERS}
INVITATION_NUDGE = "event_invitation_nudge"
NUDGED_AFTER = timedelta(hours=72)


def tell(*registrations: Registration, news: News, now: datetime) -> None:
    """Tell these people, and replace what was scheduled for them before. Each has to be of a new version."""
    schedule_notices(*news_dues(registrations, news, now=now), now=now)


def tell_hosting(event: Event, *, now: datetime) -> None:
    """The host of office hours gets their calendar entry, as it is now. The event has to be of a new version."""
    if event.host_id is not None:
        about = (EVENT_SUBJECT, event.pk, event.version)
        until = max(event.end, now + timedelta(hours=1))
        schedule_notices(Due(HOSTING, event.host_id, *about, now, until, by_recipient=True), now=now)


def tell_host(registration: Registration, *, now: datetime) -> None:
    """The host of office hours sees at once who has a place, without a mail for each."""
    event = registration.event
    if event.host_id is not None:
        about = (REGISTRATION, registration.pk, registration.version)
        show_in_inbox(Due(HOST_TOLD, event.host_id, *about, now, event.end))


def silence(*registrations: Registration) -> None:
    """What was scheduled for these people, or asks them for something, isn't so any more, and there is no news instead.
    Each has to be of a new version."""
    for one in registrations:
        withdraw_older_versions(subject_type=REGISTRATION, subject_id=one.pk, version=one.version)


def last_standings(registrations: Iterable[int]) -> dict[int, str]:
    """By registration, which of STANDINGS was told last: how the person stood before it ended."""
    known = Notification.objects.filter(subject_type=REGISTRATION, subject_id__in=registrations, kind__in=STANDINGS)
    return dict(known.order_by("subject_version").values_list("subject_id", "kind"))


def news_dues(registrations: Sequence[Registration], news: News, *, now: datetime) -> list[Due]:
    leads = reminder_leads_of(registration.person_id for registration in registrations) if news in IN else {}
    dues = []
    for registration in registrations:
        dues.append(news_due(registration, news, now=now))
        if news in IN and registration.is_in:
            dues += dues_before_start(registration, leads[registration.person_id], now=now)
        if news == News.INVITED:
            until = registration.event.registration_until
            dues.append(_due(registration, INVITATION_NUDGE, now + NUDGED_AFTER, until))
    return dues


def news_due(registration: Registration, news: News, *, now: datetime) -> Due:
    until = registration.event.end if news in (News.CANCELLED, News.LEFT, News.REMOVED) else registration.event.start
    is_own = news in (News.REGISTERED, News.WAITING, News.LEFT)
    return _due(registration, news, now, max(until, now + timedelta(hours=1)), by_recipient=is_own)


def dues_before_start(registration: Registration, leads: Sequence[timedelta], *, now: datetime) -> list[Due]:
    """Whether they still come, and reminders, as far as their moment hasn't passed."""
    start = registration.event.start
    dues = []
    if registration.confirmed_at is None and start - ASKED_BEFORE >= now:
        dues.append(_due(registration, STILL_COMING, start - ASKED_BEFORE, start - ASKED_UNTIL))
    return dues + [due for due in _reminder_dues(registration, leads) if due.due_at >= now]


def follow_preference(person: User, now: datetime) -> None:
    """As for sessions: reminders still to come have the leads that this person has just chosen."""
    theirs = Registration.objects.of(person).who_are_in()
    ahead = theirs.filter(event__state__in=AHEAD, event__during__startswith__gt=now)
    leads = reminder_leads_of([person.pk])[person.pk]
    chosen = [due for one in ahead.select_related("event") for due in _reminder_dues(one, leads)]
    # Also those whose moment has passed: they may be waiting for the end of quiet hours.
    keys, still = [due.key for due in chosen], [due for due in chosen if due.due_at >= now]
    replace_reminders(person, REMINDER_KINDS.values(), wanted=keys, dues=still, now=now)


def _reminder_dues(registration: Registration, leads: Sequence[timedelta]) -> list[Due]:
    """Of all these leads, also those that have passed."""
    start, chosen = registration.event.start, [one for one in REMINDERS if one.lead in leads]
    return [_due(registration, REMINDER_KINDS[one.kind], start - one.lead, start - one.useless) for one in chosen]


def _due(registration: Registration, kind: str, at: datetime, until: datetime, *, by_recipient: bool = False) -> Due:
    return Due(
        kind,
        registration.person_id,
        REGISTRATION,
        registration.pk,
        registration.version,
        at,
        until,
        by_recipient=by_recipient,
    )
