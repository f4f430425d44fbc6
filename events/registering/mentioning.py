"""Open events with free places, as other pages mention them: the home page, search, the waiting list."""

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event, EventKind, EventState, Place, Registration, Side
from events.models.states import STANDING
from sessions_app.questions.gatherings import Gathering

# So long each process remembers that nothing is open, so that pages of results then cost no query.
REMEMBERED = 60.0


class Quiet:
    """Until when, by the clock that never jumps, this process takes it that no event is open."""

    until = 0.0


def forget_quiet() -> None:
    """An event has just been opened here."""
    Quiet.until = 0.0


def mention_events(topics: Collection[int], *, now: datetime, near: timedelta, count: int) -> Sequence[Gathering]:
    """Those whose mentors know one of these topics first, then the soonest. One query, or none."""
    if time.monotonic() < Quiet.until:
        return []
    found = list(open_events(topics, now=now).order_by("-fits", "begins", "pk")[:count])
    if not found:
        Quiet.until = time.monotonic() + REMEMBERED
    return [gathering_of(event) for event in found if event.fits or event.start < now + near]


def open_events(topics: Collection[int], *, now: datetime) -> QuerySet[Any]:
    """With free places: each with how many are `free`, how many `mentors` come, and whether one of them `fits`."""
    coming = Registration.objects.who_are_in().filter(event=OuterRef("pk"))
    mentors = coming.filter(side=Side.MENTOR)
    places = Place.objects.filter(event=OuterRef("pk")).exclude(side=Side.MENTOR).order_by()
    held = Q(registrations__state__in=STANDING)
    taken = Count("registrations", filter=held & ~Q(registrations__side=Side.MENTOR))
    counted = mentors.order_by().values("event").annotate(count=Count("pk")).values("count")
    total = places.values("event").annotate(count=Count("pk")).values("count")
    known = Event.objects.filter(state=EventState.OPEN, registration_until__gt=now, during__startswith__gt=now)
    annotated = known.select_related("host").annotate(
        begins=F("during__startswith"),
        fits=Exists(mentors.filter(topics__in=list(topics))),
        mentors=Coalesce(Subquery(counted), 0),
        free=Coalesce(Subquery(total), 0) - taken,
    )
    return annotated.filter(free__gt=0)


def gathering_of(event: Any) -> Gathering:
    words = words_of(event)
    return Gathering(
        event.title, reverse("event", args=[event.slug]), event.start, event.end, event.timezone, words, event.free
    )


def words_of(event: Any) -> str:
    if event.kind == EventKind.OFFICE_HOURS and event.host:
        return _("Ask %(name)s, together with a few others") % {"name": event.host.display_name}
    if event.kind == EventKind.NETWORKING:
        return _("Meet several people in one evening")
    # Nobody meets more mentors than there are rounds, nor than have said yes so far.
    most = min(event.rounds_count, event.mentors)
    if most < 2:
        return _("Meet several mentors in one evening")
    words = ngettext(
        "Up to %(count)d mentor in %(minutes)d minutes", "Up to %(count)d mentors in %(minutes)d minutes", most
    )
    return words % {"count": most, "minutes": event.length}
