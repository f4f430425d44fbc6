"""What events keep of the people who come, run or host them."""

import secrets
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Step, Table, fact, mine, not_personal, removed_by_step

from .live.presence import go_home
from .models import (
    Answer,
    Chair,
    Event,
    EventState,
    EventTable,
    Goal,
    Helper,
    MeToo,
    Pairing,
    PairMessage,
    Place,
    Plan,
    Presence,
    Registration,
    Round,
    Wish,
)
from .models.states import AHEAD, DONE, RUNS
from .registering.closing import end_places
from .registering.managing import cancel_event, delete_draft


def give_up_places(*people: int) -> None:
    """For `accounts.hooks`, which names people of whom something has changed: of accounts that were closed."""
    now = timezone.now()
    for person in User.objects.filter(pk__in=people, is_active=False).order_by("pk"):
        end_places(person, now=now)
        leave_evenings(person, now=now)


def leave_evenings(person: User, *, now: datetime) -> None:
    """Where people know their tables already, the partners of this person get someone else."""
    inside = Registration.objects.who_are_in().filter(person=person, event__state__in=RUNS)
    for registration in inside.order_by("event"):
        go_home(registration=registration, by=person, now=now)


def end_what_is_ahead(person: User, now: datetime) -> None:
    """Places go to the next in line; office hours of this person are cancelled. Someone who is suspended keeps the
    account, but none of these."""
    end_places(person, now=now)
    leave_evenings(person, now=now)
    hosted = Event.objects.filter(host=person, state__in=(EventState.DRAFT, *AHEAD), during__startswith__gt=now)
    for event in hosted.order_by("pk"):
        if event.state == EventState.DRAFT:
            delete_draft(event=event)
        else:
            cancel_event(event=event, reason="", now=now)


def empty_hosted_events(person: User, now: datetime) -> bool:
    """Office hours are in their host's words, and their address is made of the title.

    Events that run just now wait until they are over.
    """
    hosted = Event.objects.filter(host=person).exclude(slug__startswith="erased-")
    over = Q(state__in=(*DONE, EventState.CANCELLED, EventState.DRAFT))
    for event in hosted.filter(over):
        words = dict.fromkeys(("about", "place", "was_place", "access", "message", "reason"), "")
        slug = f"erased-{secrets.token_hex(8)}"
        Event.objects.filter(pk=event.pk).update(title=event.get_kind_display(), slug=slug, timezone="UTC", **words)
    return not hosted.exclude(over).exists()


def event_title(row: Any, person: User) -> str:
    registration = row if isinstance(row, Registration) else row.registration
    title: str = registration.event.title
    return title


def met_name(row: Any, person: User) -> str:
    other = row.pairing.other if row.pairing.one_id == row.registration_id else row.pairing.one
    name: str = other.person.display_name
    return name


def hosted_title(row: Helper, person: User) -> str:
    return row.event.title


EVENTS = "an event, described by its team"
PLANS = "numbers of registrations"
TABLES: tuple[Table | Step, ...] = (
    Table(MeToo, people=("registration__person",), is_deleted=True, why="that two had the same question"),
    Table(
        Wish,
        {"kind": fact()},
        people=("by__person",),
        part="wishes-for-events",
        heading=_("Whom you wanted to meet"),
        is_deleted=True,
    ),
    Table(
        Goal,
        {"text": mine(), "went": fact()},
        people=("registration__person",),
        part="goals",
        heading=_("Goals you set at events"),
        company=None,
        hidden=("version", "in_touch"),
        is_deleted=True,
    ),
    Table(
        Answer,
        {"takeaway": mine()},
        people=("registration__person",),
        part="meetings-at-events",
        heading=_("What you said of meetings at events"),
        company=met_name,
    ),
    Table(
        PairMessage,
        {"text": mine()},
        people=("registration__person",),
        part="messages-at-events",
        heading=_("What you wrote at events"),
        company=met_name,
        is_deleted=True,
    ),
    Table(
        Presence,
        {"kind": fact()},
        people=("registration__person",),
        part="presence-at-events",
        heading=_("When you were there"),
        company=event_title,
    ),
    Table(Registration.topics.through, why="numbers of topics; they stay for the figures of the event"),
    Table(
        Registration,
        {
            **dict.fromkeys(("side", "state", "attending"), fact()),
            **dict.fromkeys(("question", "languages", "board_name", "contact", "access_needs"), mine()),
            "attends": fact("numbers of rounds"),
        },
        people=("person",),
        part="registrations",
        heading=_("Events you registered for"),
        company=event_title,
        hidden=("uuid", "version"),
    ),
    Table(
        Helper,
        {"role": fact()},
        people=("person",),
        part="events-you-help-with",
        heading=_("Events you help with"),
        company=hosted_title,
        is_deleted=True,
    ),
    Step("office hours", empty_hosted_events),
    Table(
        Event,
        {
            **dict.fromkeys(("kind", "state", "mode", "was_mode"), fact()),
            **dict.fromkeys(
                ("slug", "title", "about", "place", "was_place", "access", "timezone", "message", "reason"),
                removed_by_step(),
            ),
            **dict.fromkeys(("board_key", "door_key"), not_personal("random")),
        },
        people=("host",),
        part="office-hours",
        heading=_("Office hours you offered"),
        hidden=("uuid", "version"),
        why=EVENTS,
    ),
    Table(Place, {"side": not_personal("one of a few values of ours")}, why="a chair"),
    Table(
        Plan,
        {
            "state": not_personal("one of a few values of ours"),
            **dict.fromkeys(("meetings", "locks", "proof", "made_from"), not_personal(PLANS)),
            "reason": not_personal("why no plan could be made, in our words"),
        },
        why=PLANS,
    ),
    Table(Round, why="a stretch of the evening"),
    Table(EventTable, {"name": not_personal("what the team calls a table")}, why="a table"),
    Table(
        Pairing,
        {"outcome": not_personal("one of a few values of ours"), "why": not_personal("codes of ours")},
        why="numbers of two registrations; it stays, without words",
    ),
    Table(Chair, why="numbers of a registration and a table"),
)
