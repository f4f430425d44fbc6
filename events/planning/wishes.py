"""Whom a person wants to meet, or not."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from events.errors import EventError
from events.locks import lock_event
from events.models import Event, EventKind, Registration, RegistrationState, Side, Wish, WishKind
from sessions_app.locks import atomic_act

MOST_MUSTS, MOST_LIKES = 2, 8
# Up to a fifth of the other side, and always one.
SHARE_OF_NO = 5


def most_refusals(others: int) -> int:
    """How many people one may say no to, of so many on the other side."""
    return max(others // SHARE_OF_NO, 1)


def others_of(registration: Registration) -> list[Registration]:
    """Whom this person could meet, in the order of their names; for a mentor in the order of the questions, which says
    nothing of who asked them."""
    known = Registration.objects.who_are_in().filter(event=registration.event).exclude(pk=registration.pk)
    if registration.event.kind == EventKind.SPEED:
        known = known.exclude(side=registration.side)
    order = "question" if is_asked_side(registration.side) else "board_name"
    known = known.select_related("person__mentor_profile").prefetch_related("topics")
    return list(known.order_by(order, "pk"))


@atomic_act
def set_wishes(*, registration: Registration, wishes: Mapping[int, str], now: datetime) -> None:
    """Replace a person's wishes by these: kinds of wishes by the ids of registrations.

    Raises EventError: `closed`, `stranger` (someone who isn't on the other side), `too_many_musts`, `too_many_likes`,
    `too_many_noes`.
    """
    event = lock_event(registration.event_id)
    registration = Registration.objects.select_related("event").get(pk=registration.pk)
    check_wishing(event, registration, now)
    others = {one.pk for one in others_of(registration)}
    if wishes.keys() - others:
        raise EventError("stranger", _("Someone you chose isn’t coming any more. Check the list, then save again."))
    check_counts(wishes, len(others))
    kept = {wish.about_id: wish for wish in Wish.objects.filter(by=registration)}
    Wish.objects.filter(by=registration).exclude(about__in=wishes).delete()
    for about, kind in wishes.items():
        if about not in kept:
            Wish.objects.create(event=event, by=registration, about_id=about, kind=kind)
        elif kept[about].kind != kind:
            Wish.objects.filter(pk=kept[about].pk).update(kind=kind)


def check_wishing(event: Event, registration: Registration, now: datetime) -> None:
    if registration.state != RegistrationState.IN:
        raise EventError("closed", _("Only people who have a place can say whom they’d like to meet."))
    if not event.takes_wishes(now):
        raise EventError("closed", _("The time for wishes is over. You’ll see whom you meet in your timetable."))


def check_counts(wishes: Mapping[int, str], others: int) -> None:
    kinds = list(wishes.values())
    if kinds.count(WishKind.MUST) > MOST_MUSTS:
        words = _("Choose at most %(most)d people you must meet.") % {"most": MOST_MUSTS}
        raise EventError("too_many_musts", words)
    if kinds.count(WishKind.LIKE) > MOST_LIKES:
        words = _("Choose at most %(most)d people you’d like to meet.") % {"most": MOST_LIKES}
        raise EventError("too_many_likes", words)
    if kinds.count(WishKind.NO) > most_refusals(others):
        words = _("Say “No thanks” to at most %(most)d people, so that everyone has someone to meet.")
        raise EventError("too_many_noes", words % {"most": most_refusals(others)})


def is_asked_side(side: str) -> bool:
    """Mentors choose among questions, without names; everyone else among people."""
    return side == Side.MENTOR


def shown_name(registration: Registration) -> str:
    """People who don't want to be named before the day are there to be wished for by their topics."""
    if registration.side == Side.MENTEE or registration.is_named:
        return registration.board_name
    topics = ", ".join(topic.name for topic in registration.topics.all())
    if registration.side == Side.GUEST:
        return _("A guest: %(topics)s") % {"topics": topics} if topics else _("A guest")
    return _("A mentor for %(topics)s") % {"topics": topics} if topics else _("A mentor")
