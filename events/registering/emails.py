"""The mails about a registration, written from its state at the moment they leave."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from common.mail.rendering import Context, absolute_url
from common.times import has_same_clock, theirs_text
from events.models import Event, EventMode, EventState, Registration, RegistrationState, Side
from events.models.states import STANDING
from notifications.models import Group, Notification, State
from notifications.preferences import preference_of
from notifications.readers import NoticeReader
from notifications.registry import Attachment, Message, Nothing, Render
from trust.models import Sanction
from trust.models.sanctions import ENDS_WHAT_IS_AHEAD
from trust.separations import is_cut_off

from .calendar import CANCEL, REQUEST, build_host_file, build_registration_file
from .notices import REGISTRATION, REMINDER_KINDS, News, last_standings


@dataclass(frozen=True, slots=True)
class RegistrationForReader(NoticeReader):
    registration: Registration


def registration_email(
    template: str,
    *states: str,
    method: str = "",
    facts: Callable[[RegistrationForReader], Context] | None = None,
    is_so: Callable[[Event, datetime], bool] | None = None,
) -> Render:
    """What writes a mail that has something to say while the registration is in one of these `states`, and its event
    `is_so`.

    `method` names the calendar method of the file that goes with it, if one does.
    """

    def render(row: Notification, now: datetime) -> Message | Nothing:
        known = Registration.objects.select_related("person", "event__host", "event__by")
        registration = known.filter(pk=row.subject_id).first()
        if registration is None:
            return Nothing("registration is gone")
        if registration.state not in states:
            return Nothing(f"{registration.state} meanwhile")
        if is_so and not is_so(registration.event, now):
            return Nothing(f"event is {registration.event.state} meanwhile")
        reader = RegistrationForReader(registration.person, now, registration)
        context = registration_facts(reader) | (facts(reader) if facts else {})
        # Who waits, or has not answered an invitation, has nothing in their calendar.
        was_invited = method == CANCEL and is_only_invited(registration)
        is_ending = method == CANCEL and not was_invited and registration.waiting_since is None
        has_entry = is_ending or (method == REQUEST and registration.is_in)
        context |= {"has_entry": has_entry, "was_invited": was_invited}
        files = attach_calendar(registration, method, at=row.date) if has_entry else ()
        return reader.render_email(f"events/{template}", context, attachments=files)

    return render


# Of a registration that has ended: whether it was an invitation without an answer
def is_only_invited(registration: Registration) -> bool:
    return last_standings([registration.pk]).get(registration.pk) == News.INVITED


def attach_calendar(registration: Registration, method: str, *, at: datetime) -> tuple[Attachment, ...]:
    content = build_registration_file(registration, method=method, at=at)
    return (calendar_part(content, is_off=method == CANCEL),)


def calendar_part(content: bytes, *, is_off: bool) -> Attachment:
    name, method = ("cancel.ics", CANCEL) if is_off else ("invite.ics", REQUEST)
    return Attachment(name, content, f"text/calendar; method={method}; charset=utf-8")


def event_facts(reader: NoticeReader, event: Event) -> Context:
    return {
        "title": event.title,
        "day": reader.day(event.start),
        "short_day": reader.day(event.start, short=True),
        "clock": reader.clock(event.start),
        "span": reader.span(event.start, event.end),
        "zone": reader.zone_label(event.start),
        "city": reader.city,
        "there": there_text(reader, event),
        "place": event.place if event.mode != EventMode.ONLINE else "",
        "is_online": event.mode == EventMode.ONLINE,
        "reason": event.reason,
        "closes": reader.when(event.registration_until, short=True),
        "page_url": absolute_url("event", event.slug),
        "events_url": absolute_url("events"),
        "mentors_url": absolute_url("mentor_list"),
    }


def registration_facts(reader: RegistrationForReader) -> Context:
    registration, event = reader.registration, reader.registration.event
    return event_facts(reader, event) | {
        "is_mentor": registration.side == Side.MENTOR,
        "is_waiting": registration.is_waiting,
        "question": registration.question,
        "until": reader.deadline(registration.answer_by) if registration.answer_by else "",
        "inviter": event.by.first_name,
    }


def whether_reminded(reader: RegistrationForReader) -> Context:
    """People can have chosen no reminders, or none whose moment is still to come."""
    told = Notification.objects.about(REGISTRATION, reader.registration.pk)
    ahead = told.filter(kind__in=REMINDER_KINDS.values(), due_at__gt=reader.now, state=State.PENDING)
    return {"is_reminded": ahead.exists() and not preference_of(reader.person).has_off(Group.REMINDERS)}


def what_it_was(reader: RegistrationForReader) -> Context:
    """Time and place before the change, each only if it has changed."""
    event = reader.registration.event
    was = event.was_during
    old_when = f"{reader.day(was.lower)}, {reader.span(was.lower, was.upper)}" if was else ""
    return {"old_when": old_when, "old_place": event.was_where, "is_new_place": event.was_mode != ""}


# People who are suspended haven't given up their places themselves, nor have all who are apart from the host. Who of
# the two wanted that isn't told.
def how_it_ended(reader: RegistrationForReader) -> Context:
    ending = Sanction.objects.in_force(reader.now).filter(person=reader.person, kind__in=ENDS_WHAT_IS_AHEAD)
    host = reader.registration.event.host_id
    is_apart = host is not None and is_cut_off(host, reader.person.pk, now=reader.now)
    return {"is_suspended": ending.exists(), "is_apart": is_apart}


def there_text(reader: NoticeReader, event: Event) -> str:
    """The time by the clock where it takes place, if that is another one than the reader's."""
    if has_same_clock(event.start, reader.zone, event.timezone):
        return ""
    return theirs_text(
        event.start,
        event.end,
        viewer_zone=reader.zone,
        their_zone=event.timezone,
        hour12=reader.person.hour12,
    )


def render_hosting(row: Notification, now: datetime) -> Message | Nothing:
    """To the host of office hours, with their calendar entry as it is now."""
    event = Event.objects.select_related("host").filter(pk=row.subject_id).first()
    if event is None or event.host is None or event.version < row.subject_version:
        return Nothing("event is gone")
    is_off = event.state == EventState.CANCELLED
    reader = NoticeReader(event.host, now)
    content = build_host_file(event, event.host, method=CANCEL if is_off else REQUEST, at=row.date)
    facts = event_facts(reader, event) | {"is_cancelled": is_off, "places": event.places.count()}
    return reader.render_email("events/hosting", facts, attachments=(calendar_part(content, is_off=is_off),))


# Registration can be closed, or a timetable published, before the day that an invitation named.
render_invited = registration_email("invited", RegistrationState.INVITED, is_so=Event.takes_registrations)
render_registered = registration_email("registered", RegistrationState.IN, method=REQUEST, facts=whether_reminded)
render_waiting = registration_email("waiting", RegistrationState.WAITING)
render_admitted = registration_email("admitted", RegistrationState.IN, method=REQUEST)
render_offered = registration_email("offered", RegistrationState.WAITING)
render_free = registration_email("free", RegistrationState.WAITING)
render_left = registration_email("left", RegistrationState.CANCELLED, method=CANCEL, facts=how_it_ended)
render_removed = registration_email("removed", RegistrationState.REMOVED, method=CANCEL)
render_moved = registration_email("moved", *STANDING, method=REQUEST, facts=what_it_was)
render_cancelled = registration_email("cancelled", RegistrationState.CANCELLED, method=CANCEL)
render_no_place = registration_email("no_place", RegistrationState.OVER)
render_still_coming = registration_email("still_coming", RegistrationState.IN)
render_reminder = registration_email("reminder", RegistrationState.IN)
