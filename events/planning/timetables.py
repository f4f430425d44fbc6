"""One person's meetings, and why they have them as far as they may know."""

from events.models import Pairing, Registration, Side
from events.scheduling.problem import WISHED, Pair, Problem
from events.scheduling.reasons import Reason, reasons_for


def own_pairs(registration: Registration) -> list[Pairing]:
    """A person's meetings in the order of the rounds."""
    pairs = Pairing.objects.filter(event=registration.event_id).of(registration).that_stand().with_people()
    return list(pairs.order_by("round__number", "pk"))


# Among equals: which of the two asked for the other, the one with the smaller id or the other.
ONE_ASKED, OTHER_ASKED = "one_asked", "other_asked"


def reasons_to_store(problem: Problem, pair: Pair) -> list[str]:
    """What a pairing keeps of why these two meet. `you_asked` means the mentee."""
    codes = [str(reason) for reason in reasons_for(problem, *pair, reader=pair[0])]
    if not problem.anyone or Reason.BOTH_ASKED in codes:
        return codes
    one, other = sorted(pair, key=int)
    asked = [
        code
        for code, way in ((ONE_ASKED, (one, other)), (OTHER_ASKED, (other, one)))
        if problem.wishes.get(way) in WISHED
    ]
    return [*asked, *(code for code in codes if code != Reason.YOU_ASKED)]


def known_reasons(pair: Pairing, registration: Registration) -> list[str]:
    """The codes that one of the two may know: that one wished for the other is told only to the one, or if both did."""
    is_one = pair.one_id == registration.pk
    own = {
        ONE_ASKED: Reason.YOU_ASKED if is_one else None,
        OTHER_ASKED: None if is_one else Reason.YOU_ASKED,
        Reason.YOU_ASKED: None if registration.side == Side.MENTOR else Reason.YOU_ASKED,
    }
    return [str(known) for code in pair.why if (known := own.get(code, code))]
