"""Deletes what an event doesn't need any more: first what is private, two years later who met whom."""

from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.privacy.consents import note_consent
from events.locks import lock_event, touch_event
from events.models import Chair, Event, EventState, Pairing, PairMessage, Plan, Registration, Wish, WishKind
from events.models.states import NEVER_HELD
from events.registering.consents import NEEDS
from sessions_app.locks import atomic_act, lock_people

AT_ONCE = 50


def forget_old_events(*, now: datetime) -> int:
    """Returns how many rows were deleted or emptied. Running it twice does no harm."""
    private = forget_private(ended_before(now - settings.EVENTS_KEEP_PRIVATE), now=now)
    old = not_archived(ended_before(now - settings.EVENTS_KEEP_MEETINGS)).order_by("pk")
    return private + sum(archive_event(event=event) for event in old[:AT_ONCE])


def ended_before(moment: datetime) -> QuerySet[Event]:
    return Event.objects.filter(during__endswith__lt=moment)


# Events that were never held keep their state, so what they still have tells that there is something to delete.
def not_archived(events: QuerySet[Event]) -> QuerySet[Event]:
    named = Registration.objects.filter(event=OuterRef("pk")).exclude(board_name="")
    is_empty = ~Exists(named) & ~Exists(Plan.objects.filter(event=OuterRef("pk")))
    return events.exclude(state=EventState.ARCHIVED).exclude(Q(state__in=NEVER_HELD) & is_empty)


def forget_private(events: QuerySet[Event], *, now: datetime) -> int:
    """Access needs, what two people wrote to each other while they met, and whom a person didn't want to meet."""
    needs = forget_needs(events, now=now)
    refusals = Wish.objects.filter(event__in=events, kind=WishKind.NO).delete()[0]
    return needs + refusals + PairMessage.objects.filter(pairing__event__in=events).delete()[0]


@atomic_act
def forget_needs(events: QuerySet[Event], *, now: datetime) -> int:
    told = Registration.objects.filter(event__in=events).exclude(access_needs="").select_related("person")
    gone = list(told.order_by("person_id"))
    lock_people(*{registration.person_id for registration in gone})
    count = told.update(access_needs="")
    for registration in gone:
        note_consent(purpose=NEEDS, person=registration.person, is_given=False, now=now)
    return count


@atomic_act
def archive_event(*, event: Event) -> int:
    """Who met whom, what they asked and said of it is gone for good. That they came, and their goals, stay.

    An event that was never held doesn't become one of the past: a draft stays its team's, and cancelled is cancelled.
    """
    event = lock_event(event)
    gone = sum(
        rows.delete()[0]
        for rows in (
            Pairing.objects.filter(event=event),
            Chair.objects.filter(round__event=event),
            Wish.objects.filter(event=event),
            Plan.objects.filter(event=event),
        )
    )
    Registration.objects.filter(event=event).update(question="", contact="", board_name="")
    if event.state not in NEVER_HELD:
        touch_event(event, state=EventState.ARCHIVED)
    return gone
