"""Group office hours: a mentor opens one of their own free spans to several people."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.times import when_text
from events.errors import EventError
from events.locks import check_event_seen, lock_event, touch_event
from events.models import Event, EventKind, EventMode, EventState, Registration, RegistrationState, Side
from events.models.events import EventQuerySet
from events.models.states import STANDING, UNSCHEDULED
from mentors.models import MentorProfile
from notifications.services import Due, show_in_inbox
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.jitsi import Room
from sessions_app.booking.meeting import has_service, opened_room
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import Occupancy

from .giving import HOST_SUBJECT
from .managing import EventInput, cancel_event, change_event, create_event, open_event
from .notices import EVENT_SUBJECT
from .webhooks import EventNews, announce

SHORTEST, LONGEST, USUAL = 20, 90, 45
FEWEST_PLACES, MOST_PLACES, USUAL_PLACES = 2, 12, 6
# They may begin at any minute at which the mentor is free.
STEP = 1
OPENS_BEFORE, CLOSES_AFTER = timedelta(minutes=10), timedelta(minutes=15)
NOBODY_CAME = "event_nobody_came"

WORDS: dict[str, Promise] = {
    "past": gettext_lazy("This time has passed. Choose one that is still to come."),
    "notice": gettext_lazy("That’s sooner than people can book you. Choose a later time."),
    "horizon": gettext_lazy("That’s further ahead than people can book you. Choose an earlier day."),
    "paused": gettext_lazy("You’re taking a break then. Choose a later day."),
    "time_off": gettext_lazy("You’re away that day. Choose another day."),
    "outside_windows": gettext_lazy("That’s outside your hours. Choose a time within them, or change them first."),
    "taken": gettext_lazy("You have a session or an event at this time. Choose another time."),
    "busy_elsewhere": gettext_lazy(
        "Your other calendar says you’re busy then. Choose another time, or change it there."
    ),
    "buffer": gettext_lazy("That’s too close to another of your sessions. Choose another time."),
    "day_cap": gettext_lazy("You have as many sessions that day as you allow. Choose another day."),
    "week_cap": gettext_lazy("You have as many sessions that week as you allow. Choose another week."),
    "set_aside": gettext_lazy("This time is kept for your waiting list just now. Choose another time."),
}


@dataclass(frozen=True, slots=True)
class OfficeHoursInput:
    title: str
    about: str
    start: datetime
    minutes: int
    places: int


@atomic_act
def offer_office_hours(*, host: User, said: OfficeHoursInput, now: datetime) -> Event:
    """Open one of their own free spans, for everyone to register. Raises EventError `not_live`, `not_free`."""
    profile = get_live_profile(host)
    lock_people(host)
    check_free(profile, said, now=now)
    event = create_event(said=event_input(profile, said), by=host, host=host)
    return open_event(event=event, now=now)


@atomic_act
def change_office_hours(*, event: Event, said: OfficeHoursInput, now: datetime, seen: str | None = None) -> Event:
    """Change them until they begin; another time has to be free as well. Raises EventError as `change_event`, and
    `not_free`."""
    event = lock_event(event)
    check_event_seen(event, seen)
    profile = MentorProfile.objects.select_related("person", "schedule").get(person=event.host_id)
    wanted = event_input(profile, said)
    if wanted.during != event.during:
        lock_people(profile.person_id)
        # Its own time isn't in its way. A refusal brings this back.
        Occupancy.objects.filter(subject=HOST_SUBJECT, subject_id=event.pk).delete()
        check_free(profile, said, now=now)
    return change_event(event=event, said=wanted, now=now, seen=seen)


def get_live_profile(person: User) -> MentorProfile:
    """Raises EventError `not_live`."""
    profile = MentorProfile.objects.public().select_related("person", "schedule").filter(person=person).first()
    if profile is None:
        words = _("Your profile has to be live before you can open office hours. Finish it first, then come back.")
        raise EventError("not_live", words)
    return profile


def check_free(profile: MentorProfile, said: OfficeHoursInput, *, now: datetime) -> None:
    timetable = load_timetable(profile, now=now)
    if timetable is None:
        raise EventError("not_free", _("You haven’t set your hours yet. Set them first, then come back."), field="time")
    refusal = timetable.why_not(start=said.start, length=said.minutes, now=now, step=STEP)
    if refusal is None:
        return
    words = str(WORDS.get(refusal.code, WORDS["outside_windows"]))
    if refusal.earliest:
        person = profile.person
        moment = when_text(refusal.earliest, zone=zone_of(profile), now=now, hour12=person.hour12)
        words = _("%(why)s The next time you’re free is %(when)s.") % {"why": words, "when": moment}
    raise EventError("not_free", words, field="time")


def zone_of(profile: MentorProfile) -> str:
    return profile.schedule.timezone


def event_input(profile: MentorProfile, said: OfficeHoursInput) -> EventInput:
    return EventInput(
        kind=EventKind.OFFICE_HOURS,
        title=said.title,
        about=said.about,
        start=said.start,
        timezone=zone_of(profile),
        mode=EventMode.ONLINE,
        registration_until=said.start,
        places={Side.MENTEE: said.places},
        minutes=said.minutes,
    )


def next_free(profile: MentorProfile, *, now: datetime) -> datetime | None:
    """The next start at which they are free for as long as usual, to begin the form with."""
    timetable = load_timetable(profile, now=now)
    if timetable is None:
        return None
    found = timetable.slots(length=USUAL, now=now, first=now, last=now + timedelta(days=28), limit=1)
    return found[0].start if found else None


def notice_begins(event: Event) -> datetime:
    """From when on nobody could book the host for this time any more."""
    schedule = MentorProfile.objects.select_related("schedule").get(person=event.host_id).schedule
    return event.start - timedelta(minutes=schedule.notice)


def without_people(now: datetime) -> EventQuerySet:
    """Those that nobody has registered for, nor waits for, though the host's notice has begun."""
    coming = Registration.objects.filter(event=OuterRef("pk"), state__in=STANDING)
    notice = F("host__mentor_profile__schedule__notice") * Value(timedelta(minutes=1))
    return Event.objects.filter(
        ~Exists(coming),
        kind=EventKind.OFFICE_HOURS,
        state__in=UNSCHEDULED,
        during__startswith__lte=ExpressionWrapper(notice, output_field=DurationField()) + Value(now),
    )


def that_ended(now: datetime) -> EventQuerySet:
    return Event.objects.filter(kind=EventKind.OFFICE_HOURS, state__in=UNSCHEDULED, during__endswith__lte=now)


@atomic_act
def settle_hours(*, event: Event, now: datetime) -> bool:
    """Cancel those that nobody came to, so that their time can be booked; end those whose time has passed.

    Who waits can still take a place that has come free, until the start.
    """
    event = lock_event(event)
    if event.state not in UNSCHEDULED:
        return False
    if not Registration.objects.filter(event=event, state__in=STANDING).exists():
        if now < notice_begins(event):
            return False
        cancelled = cancel_event(event=event, reason=_("Nobody had registered."), now=now)
        about = (EVENT_SUBJECT, cancelled.pk, cancelled.version)
        show_in_inbox(Due(NOBODY_CAME, event.host_id or event.by_id, *about, now, event.end))
        return True
    if event.end > now:
        return False
    touch_event(event, state=EventState.OVER, ended_at=event.end)
    announce(event, EventNews.CLOSED, now=now)
    return True


def due_hours(now: datetime) -> EventQuerySet:
    empty, ended = without_people(now), that_ended(now)
    return Event.objects.filter(Q(pk__in=empty.values("pk")) | Q(pk__in=ended.values("pk"))).order_by("pk")


# They are over at their end, but nobody is cut off, nor kept out whose connection broke
def is_call_over(event: Event, now: datetime) -> bool:
    return event.state not in (*UNSCHEDULED, EventState.OVER) or now >= event.end + CLOSES_AFTER


def open_hours_call(event: Event, person: User, *, now: datetime) -> str:
    """The one address where all of them meet, for a redirect. Raises EventError `not_yet`, `over`, `no_call`."""
    opens, closes = event.start - OPENS_BEFORE, event.end + CLOSES_AFTER
    if is_call_over(event, now):
        raise EventError("over", _("These office hours are over, and so is the call. Look for other ones."))
    if now < opens:
        raise EventError("not_yet", _("The call opens 10 minutes before the start. Come back then."))
    if own := MentorProfile.objects.get(person=event.host_id).schedule.meeting_url:
        return own
    if not has_service():
        words = _("These office hours have no place for a call yet. Their host can add one under Availability.")
        raise EventError("no_call", words)
    return opened_room(Room(event.uuid.hex, opens, closes), person, moderates=person.pk == event.host_id)


def who_may_join(event: Event, person: User) -> bool:
    inside = Q(event=event, person=person, state=RegistrationState.IN)
    return event.host_id == person.pk or Registration.objects.filter(inside).exists()
