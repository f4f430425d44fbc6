from datetime import timedelta

import pytest

from events.afterwards.report import FEWEST_ANSWERS, read_report
from events.models import Answer, Goal, Outcome, Presence, PresenceKind, Side, Wish, WishKind
from sessions_app.models import Booking
from tests.events.making import come, make_event, make_guests
from tests.sessions_app.conftest import book

from .evening import CLOSED, close, meet

pytestmark = pytest.mark.django_db


def report(event) -> dict[str, tuple[int, int] | str]:
    return {one.code: "hidden" if one.is_hidden else (one.count, one.total) for one in read_report(event)}


def test_the_report_counts_and_says_of_how_many(maria, alice, offer):
    event = make_event(maria, places={Side.MENTEE: 6, Side.MENTOR: 2}, rounds_count=6)
    mentor = come(event, alice, side=Side.MENTOR)
    guests = [come(event, guest) for guest in make_guests(6)]
    for one in (mentor, *guests[:5]):
        Presence.objects.create(registration=one, kind=PresenceKind.IN, at=CLOSED)
    outcomes = [Outcome.HELD] * 4 + [Outcome.MISSED]
    met = zip(guests[:5], outcomes, strict=True)
    pairs = [meet(mentor, one, number, outcome) for number, (one, outcome) in enumerate(met, 1)]
    pairs.append(meet(mentor, guests[5], 6, is_standby=True))
    for one in (guests[0], guests[4]):
        Wish.objects.create(event=event, by=one, about=mentor, kind=WishKind.MUST)
    for pair, useful in zip(pairs[:4], (4, 3, 3, 1), strict=True):
        Answer.objects.create(pairing=pair, registration=pair.other, useful=useful, again=True, at=CLOSED)
    close(event)
    booking = book(offer, guests[0].person)
    Booking.objects.filter(pk=booking.pk).update(created_at=CLOSED + timedelta(days=13))
    Goal.objects.create(registration=guests[0], text="Done", due=CLOSED.date(), set_at=CLOSED, went="done")

    assert report(event) == {
        "came": (6, 7),
        "kept": (4, 5),
        "repaired": (1, 1),
        "musts": (1, 2),
        "useful": "hidden",
        "mutual": "hidden",
        "booked": (1, 5),
        "goals": (1, 6),
        "reached": "hidden",
    }
    Answer.objects.create(pairing=pairs[0], registration=mentor, useful=2, again=True, at=CLOSED)
    assert FEWEST_ANSWERS == 5
    assert report(event)["useful"] == (3, 5)
    assert report(event)["mutual"] == "hidden"
    Booking.objects.filter(pk=booking.pk).update(created_at=CLOSED + timedelta(days=15))
    assert report(event)["booked"] == (0, 5)


def test_an_event_to_which_nobody_came_has_a_report_of_noughts(event):
    close(event)

    assert {code for code, value in report(event).items() if value == "hidden"} == {"useful", "mutual", "reached"}
    assert report(event)["kept"] == (0, 0)
