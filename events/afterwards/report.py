"""What came of an event, in figures for its team: each with how many it was counted of."""

from dataclasses import dataclass
from datetime import timedelta

from events.models import Answer, Event, Goal, Outcome, Pairing, Presence, PresenceKind, Registration, Wish, WishKind
from sessions_app.models import Booking
from sessions_app.models.states import AGREED_OR_MISSED

from .answers import BOTH

USEFUL_FROM = 3
# Of fewer answers nothing is shown, so that nobody can tell who gave which.
FEWEST_ANSWERS = 5
BOOKED_WITHIN = timedelta(days=14)
# So many of the planned meetings take place at a good event.
KEPT_AIM = 80


@dataclass(frozen=True, slots=True)
class Measure:
    """`count` of `total`. `is_hidden`: there are too few answers to show. `aim`: a percentage worth reaching."""

    code: str
    count: int
    total: int
    is_hidden: bool = False
    aim: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.count / self.total) if self.total else 0

    @property
    def has_percent(self) -> bool:
        return self.total > 0 and not self.is_hidden


def read_report(event: Event) -> list[Measure]:
    if not event.has_rounds:
        return read_hours_report(event)
    pairs = list(
        Pairing.objects.filter(event=event, is_apart=False).values_list("one", "other", "outcome", "is_standby")
    )
    held = {(one, other) for one, other, outcome, _standby in pairs if outcome == Outcome.HELD}
    planned = [outcome for _one, _other, outcome, is_standby in pairs if not is_standby]
    standbys = [outcome for _one, _other, outcome, is_standby in pairs if is_standby]
    return [
        _came(event),
        Measure("kept", planned.count(Outcome.HELD), len(planned), aim=KEPT_AIM),
        Measure("repaired", standbys.count(Outcome.HELD), len(planned) - planned.count(Outcome.HELD)),
        _musts(event, held),
        *_answers(event),
        _booked(event, held),
        *_goals(event),
    ]


def read_hours_report(event: Event) -> list[Measure]:
    """Of office hours, for their host: how many of those who answered found them useful."""
    inside = Registration.objects.who_are_in().filter(event=event)
    said = [value for value in inside.values_list("helped", flat=True) if value is not None]
    return [
        Measure("registered", inside.count(), event.places.count()),
        _of_answers("useful", sum(value >= USEFUL_FROM for value in said), len(said)),
    ]


def _came(event: Event) -> Measure:
    inside = Registration.objects.who_are_in().filter(event=event)
    came = Presence.objects.filter(registration__in=inside, kind=PresenceKind.IN).values("registration").distinct()
    return Measure("came", came.count(), inside.count())


def _musts(event: Event, held: set[tuple[int, int]]) -> Measure:
    wishes = Wish.objects.filter(event=event, kind=WishKind.MUST).values_list("by", "about")
    return Measure("musts", sum((min(wish), max(wish)) in held for wish in wishes), len(wishes))


def _answers(event: Event) -> list[Measure]:
    known = Answer.objects.filter(pairing__event=event)
    useful = [value for value in known.values_list("useful", flat=True) if value is not None]
    by_pair: dict[int, list[bool]] = {}
    for pairing, again in known.values_list("pairing", "again"):
        if again is not None:
            by_pair.setdefault(pairing, []).append(again)
    both = [answers for answers in by_pair.values() if len(answers) == BOTH]
    return [
        _of_answers("useful", sum(value >= USEFUL_FROM for value in useful), len(useful)),
        _of_answers("mutual", sum(all(answers) for answers in both), len(both)),
    ]


def _of_answers(code: str, count: int, total: int) -> Measure:
    return Measure(code, 0, 0, is_hidden=True) if total < FEWEST_ANSWERS else Measure(code, count, total)


def _booked(event: Event, held: set[tuple[int, int]]) -> Measure:
    """Pairs who met here and booked a session, one with the other, soon after."""
    people = dict(Registration.objects.filter(event=event).values_list("pk", "person"))
    met = {frozenset((people[one], people[other])) for one, other in held}
    soon = (event.closed_at, event.closed_at + BOOKED_WITHIN)
    agreed = Booking.objects.filter(state__in=AGREED_OR_MISSED, created_at__range=soon)
    booked = agreed.filter(mentor__in=people.values(), mentee__in=people.values())
    pairs = {frozenset(pair) for pair in booked.values_list("mentor", "mentee")}
    return Measure("booked", len(met & pairs), len(met))


def _goals(event: Event) -> list[Measure]:
    goals = Goal.objects.filter(registration__event=event)
    asked = Registration.objects.who_are_in().filter(event=event).exclude(side="mentor").count()
    went = list(goals.exclude(went="").values_list("went", flat=True))
    return [Measure("goals", goals.count(), asked), _of_answers("reached", went.count("done"), len(went))]
