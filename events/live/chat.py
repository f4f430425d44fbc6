"""What two people write to each other while they meet, as in a loud room, or if one of them doesn't hear well."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from events.errors import EventError
from events.models import Pairing, PairMessage, Registration
from events.models.plans import STANDS
from live.hints import tell_pages
from live.streams import Part
from sessions_app.locks import atomic_act

from .rooms import is_past, over_error

# Lines of a pair.
MOST_LINES, WITHIN = 60, timedelta(minutes=1)


def why_not_write(pairing: Pairing, now: datetime) -> EventError | None:
    """Before the round is called and after it there is no chat: people meet again by booking a session."""
    place = pairing.round
    if place is None or pairing.outcome not in STANDS:
        return EventError("over", _("That meeting isn’t on any more. Look at your table again."))
    if place.called_at is None:
        return EventError("not_yet", _("You can write to each other once the round is called."))
    if is_past(place, pairing.event, now):
        return over_error(pairing.event, _("This round is over, and so is the chat. Look at your next one."))
    return None


@atomic_act
def write_line(*, pairing: Pairing, registration: Registration, text: str, now: datetime) -> PairMessage:
    """Raises EventError `not_yet`, `over`, `too_many`."""
    pairing = Pairing.objects.select_for_update(of=("self",)).select_related("round", "event").get(pk=pairing.pk)
    if refused := why_not_write(pairing, now):
        raise refused
    if PairMessage.objects.filter(pairing=pairing, at__gt=now - WITHIN).count() >= MOST_LINES:
        raise EventError("too_many", _("That’s a lot of lines in one minute. Wait a moment, then send it again."))
    tell_pages(Part.MESSAGES, pairing.stream)
    return PairMessage.objects.create(pairing=pairing, registration=registration, text=text, at=now)
