"""One person's meetings, and why they have them as far as they may know."""

from events.models import Pairing, Registration, Side
from events.scheduling.reasons import Reason


def own_pairs(registration: Registration) -> list[Pairing]:
    """A person's meetings in the order of the rounds."""
    pairs = Pairing.objects.filter(event=registration.event_id).of(registration).that_stand().with_people()
    return list(pairs.order_by("round__number", "pk"))


def known_reasons(pair: Pairing, registration: Registration) -> list[str]:
    """The codes that one of the two may know: that a mentee wished for a mentor is told only if both did."""
    return [code for code in pair.why if registration.side != Side.MENTOR or code != Reason.YOU_ASKED]
