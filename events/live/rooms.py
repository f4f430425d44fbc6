"""Where a pair meets of which someone is online: a call of its own, open while its round lasts."""

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from events.errors import EventError
from events.models import Attending, Event, EventMode, Pairing, Registration, Round, Side
from sessions_app.booking.jitsi import Room
from sessions_app.booking.meeting import has_service, opened_room

# Nobody is cut off in mid-sentence.
GOODBYE = timedelta(seconds=60)


def meets_online(pairing: Pairing) -> bool:
    """At a mixed event, pairs on site sit at a table; everyone else has a call."""
    mode = pairing.event.mode
    if mode != EventMode.MIXED:
        return mode == EventMode.ONLINE
    return Attending.ONLINE in (pairing.one.attending, pairing.other.attending)


def meets_in_writing(pairing: Pairing) -> bool:
    """Whether a pair that meets online has its chat alone, because the organisation has no service for calls."""
    return meets_online(pairing) and not has_service()


def room_secret(pairing: Pairing) -> str:
    """What can't be guessed in the address of the call. All who sit with one mentor in a round have the same."""
    if not pairing.event.has_pods:
        return pairing.uuid.hex
    return salted_hmac("events.live.rooms", f"{pairing.host.uuid}:{pairing.round_id}").hexdigest()[:32]


def is_past(place: Round, event: Event, now: datetime) -> bool:
    """Whether the time for goodbyes is over, too, by the event's clock, which may stand, or of the event as a whole:
    it may be cancelled in the middle."""
    if event.ended_at and now > event.ended_at + GOODBYE:
        return True
    moment = min(now, event.paused_at) if event.paused_at else now
    return moment > place.end + GOODBYE


def over_error(event: Event, words: str) -> EventError:
    """`words`, or where no round comes any more others, which don't lead to one."""
    if event.ended_at:
        words = _("This event is over. Look at its page for what you can do.")
    return EventError("over", words)


def open_call(pairing: Pairing, registration: Registration, now: datetime) -> str:
    """The address that opens the pair's call to this person.

    Raises EventError `not_yet`, `over`, `on_site`, `no_call`.
    """
    place = pairing.round
    if place is None or not meets_online(pairing):
        raise EventError("on_site", _("You two meet at a table, so there’s no call to join."))
    if place.called_at is None:
        raise EventError("not_yet", _("The call opens when the round is called. Stay on this page."))
    if is_past(place, pairing.event, now):
        raise over_error(pairing.event, _("This round is over, and so is the call. Look at your next one."))
    if meets_in_writing(pairing):
        raise EventError("no_call", _("There are no calls at this event. You two meet in writing: use this chat."))
    room = Room(room_secret(pairing), place.called_at, max(place.end, now) + GOODBYE)
    return opened_room(room, registration.person, moderates=registration.side != Side.MENTEE)
