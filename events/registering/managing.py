"""Making an event, changing, opening and cancelling it."""

import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from events.errors import EventError
from events.locks import check_event_seen, is_called, lock_event, touch_event, touch_registrations
from events.models import Event, EventState, Helper, HelperRole, Registration, RegistrationState, Round
from events.models.states import BEFORE_START, DONE, NOT_ENDED, NOT_YET_OPEN
from sessions_app.booking.commitments import give_back_time
from sessions_app.locks import atomic_act, lock_people

from .giving import HOST_SUBJECT, SUBJECT, take_event_time, take_host_time
from .mentioning import forget_quiet
from .notices import News, silence, tell, tell_hosting
from .places import count_places, set_places
from .waiting import admit_waiting, find_busy
from .webhooks import EventNews, announce

LONGEST_SLUG = 50


@dataclass(frozen=True, slots=True)
class EventInput:
    """What an organiser says of an event. `places`: how many on each side."""

    kind: str
    title: str
    start: datetime
    timezone: str
    mode: str
    registration_until: datetime
    places: dict[str, int]
    about: str = ""
    place: str = ""
    access: str = ""
    rounds_count: int = 0
    round_minutes: int = 0
    change_minutes: int = 0
    break_after: int = 0
    break_minutes: int = 0
    group_size: int = 1
    wishes_until: datetime | None = None
    # Of office hours, which have no rounds.
    minutes: int = 0

    def values(self) -> dict[str, Any]:
        """The columns of an event."""
        values = asdict(self)
        for name in ("places", "start", "minutes"):
            del values[name]
        return values | {"during": self.during}

    @property
    def during(self) -> DateTimeTZRange:
        event = Event(**{name: getattr(self, name) for name in SHAPE})
        length = event.shape.length if self.rounds_count else timedelta(minutes=self.minutes)
        return DateTimeTZRange(self.start, self.start + length, "[)")


SHAPE = ("rounds_count", "round_minutes", "change_minutes", "break_after", "break_minutes")


@atomic_act
def create_event(*, said: EventInput, by: User, host: User | None = None) -> Event:
    """A draft, which only its team sees. `host`: the mentor whose office hours it is."""
    # A form that is sent twice at once would choose the same address twice.
    lock_people(by)
    event = Event(slug=free_slug(said), by=by, host=host, **said.values())
    event.save()
    for person in {by, host or by}:
        Helper.objects.create(event=event, person=person, role=HelperRole.LEAD)
    for side in event.sides:
        set_places(event, side, said.places.get(side, 0))
    return event


def free_slug(said: EventInput) -> str:
    """From the title and the day: `first-jobs-2026-11-26`, with a number if that is taken."""
    plain = unicodedata.normalize("NFKD", said.title)
    name = slugify(plain)[: LONGEST_SLUG - 11].strip("-") or "event"
    wished = f"{name}-{said.start:%Y-%m-%d}"
    taken = set(Event.objects.filter(slug__startswith=wished).values_list("slug", flat=True))
    numbered = (f"{wished}-{number}" for number in range(2, len(taken) + 3))
    return wished if wished not in taken else next(slug for slug in numbered if slug not in taken)


@atomic_act
def change_event(*, event: Event, said: EventInput, now: datetime, seen: str | None = None) -> Event:
    """Change it until it begins. People who registered are told of another time or place, and keep their place.

    Raises EventError: `stale`, `closed`, `published` (people have their rounds), `places_taken`, `people_busy` (some
    who have a place are promised elsewhere at the new time: `field` is `start`).
    """
    event = lock_event(event)
    check_event_seen(event, seen)
    check_before_start(event, now)
    if said.kind != event.kind:
        words = _("The kind of an event can’t change. Make another event instead.")
        raise EventError("kind_stays", words, field="kind")
    check_published_shape(event, said)
    shape, is_public = event.shape, event.state in BEFORE_START
    is_told = is_public and time_and_place(event) != time_and_place(said)
    counts = count_places(event, now)
    for side, count in counts.items():
        set_places(event, side, said.places.get(side, 0), kept=count.kept)
    touch_event(event, **said.values(), **(describe_before(event, said) if is_told else {}))
    if is_told or (is_public and shape != event.shape):
        take_host_time(event, now=now)
        move_rounds(event)
        move_people(event, is_told=is_told, now=now)
        tell_hosting(event, now=now)
    # With the places and the time as they were, nobody is asked again for a place that they have let go.
    for side, count in count_places(event, now).items():
        if is_told or count.total > counts[side].total:
            admit_waiting(event, side, now=now)
    return event


def time_and_place(event: Event | EventInput) -> tuple[object, ...]:
    """What everyone is told of when it changes."""
    return event.during, event.place, event.mode, event.timezone


def describe_before(event: Event, said: EventInput) -> dict[str, Any]:
    """What the event's time or place was, of those that change: the columns `was_…`."""
    is_moved = (event.mode, event.place) != (said.mode, said.place)
    return {
        "was_during": event.during if event.during != said.during else None,
        "was_mode": event.mode if is_moved else "",
        "was_place": event.place if is_moved else "",
    }


def check_published_shape(event: Event, said: EventInput) -> None:
    if event.state != EventState.SCHEDULED:
        return
    if (said.rounds_count, said.group_size) != (event.rounds_count, event.group_size):
        words = _("The timetable is out, so the number of rounds and who sits together stay. You can move the event.")
        raise EventError("published", words, field="rounds_count")


def move_rounds(event: Event) -> None:
    """The rounds of a published timetable keep their pairs and follow the event's time and shape."""
    rounds = {one.number: one for one in Round.objects.filter(event=event)}
    for number, (start, end) in enumerate(event.shape.spans(event.start), start=1):
        if number in rounds:
            rounds[number].during = DateTimeTZRange(start, end, "[)")
    Round.objects.bulk_update(rounds.values(), ["during"])


def move_people(event: Event, *, is_told: bool, now: datetime) -> None:
    """Take the new time of everyone who is in, and tell them. Rounds that there are no more are no one's choice."""
    known = (
        Registration.objects.filter(event=event, state__in=NOT_ENDED).select_related("person", "event").order_by("pk")
    )
    registrations = list(known)
    lock_people(*(registration.person_id for registration in registrations))
    for registration in registrations:
        registration.attends = [number for number in registration.attends if number <= event.rounds_count]
    Registration.objects.bulk_update(registrations, ["attends"])
    inside = [registration for registration in registrations if registration.is_in]
    give_back_time(SUBJECT, [registration.pk for registration in inside])
    promised = find_busy(inside, now=now)
    if busy := [one for one in inside if one.person_id in promised]:
        names = ", ".join(registration.board_name for registration in busy[:3])
        words = _("%(names)s can’t come then: they have a session or another event. Choose another time.")
        raise EventError("people_busy", words % {"names": names}, field="start")
    for registration in inside:
        take_event_time(registration, now=now)
    if not is_told:
        return
    # Who is invited reads the new time in the invitation, which stays as it is.
    told = [registration for registration in registrations if registration.state != RegistrationState.INVITED]
    touch_registrations(told, confirmed_at=None)
    tell(*told, news=News.MOVED, now=now)


def check_before_start(event: Event, now: datetime) -> None:
    if event.state == EventState.DRAFT:
        return
    if event.state not in BEFORE_START or event.start <= now or is_called(event):
        raise EventError("closed", _("This event has begun or is over, so it can’t be changed any more."))


@atomic_act
def open_event(*, event: Event, now: datetime) -> Event:
    """Show a draft to everyone and let people register. Raises EventError `closed`, `too_late`, `no_places`,
    `own_overlap` (of the host)."""
    event = lock_event(event)
    if event.state == EventState.OPEN:
        return event
    if event.state not in NOT_YET_OPEN:
        raise EventError("closed", _("Only a draft can be opened for registration."))
    if event.registration_until <= now:
        words = _("Registration would already be closed. Choose a later time for its end, then open it.")
        raise EventError("too_late", words, field="registration_until")
    if not event.places.exists():
        raise EventError("no_places", _("There are no places yet. Say how many people can come, then open it."))
    take_host_time(event, now=now)
    touch_event(event, state=EventState.OPEN)
    announce(event, EventNews.OPENED, now=now)
    tell_hosting(event, now=now)
    forget_quiet()
    return event


@atomic_act
def close_registration(*, event: Event, now: datetime) -> Event:
    event = lock_event(event)
    if event.state == EventState.OPEN:
        touch_event(event, state=EventState.CLOSED)
    return event


@atomic_act
def cancel_event(*, event: Event, reason: str, now: datetime, seen: str | None = None) -> Event:
    """It won't take place: everyone's time is free again, and they are told, with the reason."""
    event = lock_event(event)
    check_event_seen(event, seen)
    if event.state == EventState.CANCELLED:
        return event
    if event.state in DONE:
        raise EventError("closed", _("This event is over, so it can’t be cancelled."))
    if event.state == EventState.DRAFT:
        raise EventError("draft", _("Nobody but its team has seen this draft. Delete it instead."))
    touch_event(event, state=EventState.CANCELLED, reason=reason, ended_at=now)
    give_back_time(HOST_SUBJECT, [event.pk])
    tell_hosting(event, now=now)
    end_all(event, RegistrationState.CANCELLED, news=News.CANCELLED, now=now)
    return event


@atomic_act
def delete_draft(*, event: Event, seen: str | None = None) -> None:
    """Delete what nobody but its team has seen: cancelled, it would have a public page. Twice does no harm.

    Raises EventError: `stale`, `closed`.
    """
    draft = Event.objects.select_for_update(of=("self",)).filter(pk=event.pk).first()
    if draft is None:
        return
    check_event_seen(draft, seen)
    if draft.state != EventState.DRAFT:
        raise EventError("closed", _("This event isn’t a draft any more. Cancel it instead."))
    draft.delete()


def end_all(event: Event, state: str, *, news: News | None, now: datetime, only: str = "") -> int:
    """End the registrations of a locked event that still stand, or `only` those in one state, and tell the people if
    there is `news` for them."""
    states = [only] if only else list(NOT_ENDED)
    known = Registration.objects.filter(event=event, state__in=states).select_related("person", "event").order_by("pk")
    registrations = list(known)
    lock_people(*(registration.person_id for registration in registrations))
    inside = [registration.pk for registration in registrations if registration.is_in]
    touch_registrations(registrations, state=state, place=None, answer_by=None, ended_at=now)
    give_back_time(SUBJECT, inside)
    if news:
        tell(*registrations, news=news, now=now)
    else:
        silence(*registrations)
    return len(registrations)
