"""Finding a person or a session, and what staff see of one. Every list is bounded."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import Trace, User
from mentors.hooks import local_date
from mentors.models import MentorProfile
from mentors.moderation.promises import StateTag, state_tag
from sessions_app.ledger.ledgers import Ledger, ledger_of
from sessions_app.models import Booking, Role
from sessions_app.models.bookings import BookingQuerySet
from sessions_app.models.states import CALLED_OFF, OPEN, OVER

MOST_PEOPLE, MOST_UPCOMING, MOST_PAST, MOST_TRACES = 25, 10, 20, 10
ANY_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundPeople:
    people: list[User]
    has_more: bool


def find_people(text: str) -> FoundPeople:
    """People by name. The index finds them in no order, so of too many these are just some."""
    found = list(User.objects.get_queryset().named_like(text)[: MOST_PEOPLE + 1])
    shown = sorted(found[:MOST_PEOPLE], key=lambda person: (person.name.lower(), person.pk))
    return FoundPeople(shown, len(found) > MOST_PEOPLE)


def find_named_in(text: str) -> User | Booking | None:
    """The person or session whose uuid is in the text, which may be the whole address of a page."""
    match = ANY_UUID.search(text)
    if match is None:
        return None
    uuid = UUID(match[0])
    return sessions_for_staff().filter(uuid=uuid).first() or User.objects.filter(uuid=uuid).first()


def sessions_for_staff() -> BookingQuerySet:
    """Sessions of two people. What a visitor holds has no mentee yet."""
    return Booking.objects.exclude(mentee=None).select_related("mentor", "mentee", "offer")


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """`ledgers`: what they missed as a mentee and as a mentor; `cannot_book_until`: the pause that follows from it."""

    profile: MentorProfile | None
    profile_tag: StateTag | None
    paused_until: date | None
    ledgers: dict[Role, Ledger]
    cannot_book_until: datetime | None
    upcoming: list[Booking]
    past: list[Booking]
    traces: list[Trace]


def gather_facts(person: User, *, now: datetime) -> PersonFacts:
    profile = MentorProfile.objects.select_related("person", "schedule").filter(person=person).first()
    today = local_date(profile, now) if profile else now.date()
    ledgers = {side: ledger_of(person, side, now=now) for side in Role}
    theirs = sessions_for_staff().filter(Q(mentor=person) | Q(mentee=person))
    over = Q(state__in=(*OVER, *CALLED_OFF)) | Q(during__endswith__lte=now)
    return PersonFacts(
        profile=profile,
        profile_tag=state_tag(profile, today) if profile else None,
        paused_until=profile.paused_until if profile and profile.is_away(today) else None,
        ledgers=ledgers,
        cannot_book_until=ledgers[Role.MENTEE].paused_until(now),
        upcoming=list(theirs.filter(state__in=OPEN, during__endswith__gt=now).order_by("during")[:MOST_UPCOMING]),
        past=list(sessions_for_staff().filter(over).newest_of(person, MOST_PAST)),
        traces=list(Trace.objects.looks_at(person)[:MOST_TRACES]),
    )
