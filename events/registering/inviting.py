"""Inviting mentors to an event, and their answer."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from events.errors import EventError, stale_error
from events.locks import lock_event, lock_registration
from events.models import Event, EventState, Registration, RegistrationState, Side
from events.models.states import CAN_BE_INVITED
from mentors.models import MentorProfile
from sessions_app.locks import atomic_act
from trust.sanctions import Doing, why_barred

from .giving import check_time, give_place
from .notices import News, tell
from .places import count_places

MOST_AT_ONCE = 100


@atomic_act
def invite_mentors(*, event: Event, profiles: Sequence[MentorProfile], now: datetime) -> list[Registration]:
    """Ask these mentors to take part, but for those who are asked or have said no. Returns those who are asked now.

    Raises EventError `closed`, `too_many`, `wrong_side`.
    """
    event = lock_event(event)
    if not event.takes_registrations(now):
        raise EventError("closed", _("Open registration first, then invite mentors."))
    if Side.MENTOR not in event.sides:
        raise EventError("wrong_side", _("Mentors can only be invited to speed mentoring."))
    if len(profiles) > MOST_AT_ONCE:
        raise EventError("too_many", _("Invite at most %(most)d mentors at a time.") % {"most": MOST_AT_ONCE})
    known = {one.person_id: one for one in Registration.objects.filter(event=event)}
    asked = [
        _ask(event, profile, known.get(profile.person_id), now=now)
        for profile in profiles
        if profile.person_id not in known or known[profile.person_id].state in CAN_BE_INVITED
    ]
    tell(*asked, news=News.INVITED, now=now)
    return asked


def _ask(event: Event, profile: MentorProfile, known: Registration | None, *, now: datetime) -> Registration:
    fields = {
        "side": Side.MENTOR,
        "state": RegistrationState.INVITED,
        "board_name": profile.person.display_name,
        "languages": profile.languages,
        "registered_at": now,
        # Mentors bring none; the person may have had one as a mentee.
        "question": "",
    }
    if known is None:
        registration = Registration.objects.create(event=event, person=profile.person, **fields)
    else:
        Registration.objects.filter(pk=known.pk).update(version=F("version") + 1, ended_at=None, **fields)
        registration = Registration.objects.get(pk=known.pk)
    registration.topics.set(profile.topics.all())
    return registration


@atomic_act
def accept_invitation(*, registration: Registration, now: datetime) -> Registration:
    """The mentor comes. What they can tell besides (rounds, most meetings) can be changed afterwards.

    Raises EventError `stale`, `closed`, `barred`, `own_overlap`, `full`.
    """
    registration = lock_registration(registration)
    if registration.is_in:
        return registration
    if not registration.is_invited:
        raise stale_error(_("This invitation has been answered already."))
    event = registration.event
    if event.state != EventState.OPEN or event.registration_until <= now:
        raise EventError("closed", _("Registration has closed, so this invitation can’t be accepted any more."))
    if refusal := why_barred(registration.person, Doing.ASK, now=now):
        raise EventError(refusal.code, refusal.message)
    check_time(registration, now=now)
    if not count_places(event, now)[registration.side].open:
        words = _("There are enough mentors by now. Thank you: we hope you’ll come another time.")
        raise EventError("full", words)
    return give_place(registration, news=News.REGISTERED, now=now)
