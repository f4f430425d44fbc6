"""What counts against whom: the statement, the QuerySets and the arithmetic say the same over random worlds."""

from datetime import timedelta
from random import Random

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sessions_app.ledger.facts import list_against
from sessions_app.ledger.ledgers import Ledger, ledger_of
from sessions_app.ledger.weights import COUNTS_FOR, FactKind, LedgerFact, number_at
from sessions_app.models import (
    AttendanceAct,
    AttendanceKind,
    Booking,
    BookingEvent,
    BookingState,
    Brief,
    Engagement,
    Excuse,
    ExcuseKind,
    Message,
    Role,
)
from tests.conftest import NOW, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION
from trust.models import Separation, SeparationKind, ordered_pair

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Also exactly at the edges of what is looked at.
DAYS = [-1, 1, 10, 90, 180, COUNTS_FOR.days, COUNTS_FOR.days + 1]
ENDS = {
    BookingState.COMPLETED: BookingState.CONFIRMED,
    BookingState.MENTEE_NO_SHOW: BookingState.CONFIRMED,
    BookingState.MENTOR_NO_SHOW: BookingState.CONFIRMED,
    BookingState.CANCELLED: BookingState.CONFIRMED,
    BookingState.EXPIRED: BookingState.REQUESTED,
    BookingState.DECLINED: BookingState.REQUESTED,
}


@pytest.fixture
def make(alice, bob):
    """make(state, start, …): a booking of alice and bob as it is after that, with its log."""
    offer, number = alice.mentor_profile.offers.get(), iter(range(10_000))

    def write(state, start, *, ended_at=None, before=None, mentor=alice, mentee=bob, **fields) -> Booking:
        brief = Brief.objects.create(question=QUESTION, author=mentee)
        engagement = Engagement.objects.create(mentee=mentee, mentor=mentor, brief=brief, closed_at=NOW)
        booking = Booking.objects.create(
            **{
                "engagement": engagement,
                "offer": mentor.mentor_profile.offers.get() if mentor != alice else offer,
                "mentor": mentor,
                "mentee": mentee,
                "during": DateTimeTZRange(start, start + 25 * MINUTE, "[)"),
                "format": "video",
                "state": state,
                "created_at": start - 2 * DAY,
                "confirmed_at": start - 2 * DAY,
                "expires_at": start - DAY,
                "idempotency_key": str(next(number)),
                **fields,
            }
        )
        BookingEvent.objects.create(
            booking=booking,
            from_state=before or ENDS[state],
            to_state=state,
            during=booking.during,
            at=ended_at or start - HOUR,
        )
        return booking

    return write


@pytest.fixture(params=range(6))
def world(request, make, alice, bob):
    random = Random(request.param)
    nia, mo = make_person("n@example.org", "Nia New"), make_mentor(make_person("m@example.org", "Mo Mentor")).person
    people = [alice, mo], [bob, nia]
    for _booking in range(90):
        mentor, mentee = map(random.choice, people)
        start = NOW - random.choice(DAYS) * DAY + random.choice([0, 1, 30, 700]) * MINUTE
        state = random.choice([*ENDS, BookingState.COMPLETED])
        booking = make(
            state,
            start,
            mentor=mentor,
            mentee=mentee,
            before=random.choice([None, None, BookingState.COUNTERED]) if state == BookingState.EXPIRED else None,
            late=random.choice([True, True, False]),
            ended_by=random.choice([mentor, mentee, None]),
            extended=random.random() < 0.2,
        )
        _add_what_may_come(booking, random)
    for mentor in people[0]:
        first, *others = Booking.objects.filter(mentor=mentor, state=BookingState.EXPIRED).order_by("pk")
        Booking.objects.filter(pk__in=[booking.pk for booking in others[::2]]).update(booked_with=first)
    low, high = ordered_pair(alice.pk, random.choice(people[1]).pk)
    since = NOW - random.choice([5, 100, 400]) * DAY
    kind = SeparationKind.BLOCK
    Separation.objects.create(low_id=low, high_id=high, by=alice, kind=kind, since=since)
    return people


def _add_what_may_come(booking, random) -> None:
    person = random.choice([booking.mentor, booking.mentee])
    for kind in random.choice([(), (), (AttendanceKind.CONTESTED,), (AttendanceKind.CONTESTED, AttendanceKind.HELD)]):
        AttendanceAct.objects.create(booking=booking, start=booking.start, person=person, kind=kind, at=booking.end)
    if random.random() < 0.15:
        Excuse.objects.create(booking=booking, person=person, kind=ExcuseKind.ILL, by=person, at=NOW)
    if random.random() < 0.3:
        sent = booking.expires_at - random.choice([-HOUR, HOUR, timedelta(0)])
        author = random.choice([booking.mentor, booking.mentee])
        Message.objects.create(engagement=booking.engagement, author=author, body="Hello", key="a", sent_at=sent)


def list_came(person, side) -> list[LedgerFact]:
    came = Booking.objects.filter(**{side.value: person}, state=BookingState.COMPLETED)
    rows = came.filter(during__endswith__gte=NOW - 3 * COUNTS_FOR, during__endswith__lte=NOW)
    return [LedgerFact(booking.end, booking.pk, FactKind.CAME) for booking in rows]


def slowly(person, side) -> Ledger:
    against = list_against(person, side, now=NOW)
    facts = [entry.fact for entry in against] + list_came(person, side)
    newest = max((entry.fact.at for entry in against), default=None)
    # Sessions kept before anything was missed are no credit, so those that are too old to be read change nothing.
    return Ledger(number_at(facts, NOW), newest)


def test_statement_querysets_and_arithmetic_agree(world):
    seen = []
    for side, people in zip((Role.MENTOR, Role.MENTEE), world, strict=True):
        for person in people:
            found = ledger_of(person, side, now=NOW)
            assert found == slowly(person, side)
            seen.append((found.number, len(list_against(person, side, now=NOW))))
    assert len(set(seen)) == len(seen)


def kinds(person, side) -> list[FactKind]:
    return [entry.fact.kind for entry in list_against(person, side, now=NOW)]


def test_missed_session_counts_until_it_is_excused_and_not_while_it_is_in_dispute(make, bob):
    booking = make(BookingState.MENTEE_NO_SHOW, NOW - DAY)
    assert kinds(bob, Role.MENTEE) == [FactKind.MISSED]
    contested = AttendanceAct.objects.create(
        booking=booking, start=booking.start, person=bob, kind=AttendanceKind.CONTESTED, at=booking.end
    )
    assert (kinds(bob, Role.MENTEE), ledger_of(bob, Role.MENTEE, now=NOW)) == ([], Ledger())
    AttendanceAct.objects.create(
        booking=booking, start=booking.start, person=bob, kind=AttendanceKind.MENTEE_MISSED, at=contested.at
    )
    assert kinds(bob, Role.MENTEE) == [FactKind.MISSED]
    Excuse.objects.create(booking=booking, person=bob, kind=ExcuseKind.ILL, by=bob, at=NOW)
    assert kinds(bob, Role.MENTEE) == []


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        pytest.param({"late": True}, [FactKind.LATE], id="late"),
        pytest.param({"late": False}, [], id="in-time"),
        pytest.param({"late": True, "ended_by": None}, [], id="could-not-take-place"),
    ],
)
def test_cancelling_counts_when_it_was_late_and_by_this_person(make, alice, bob, fields, counted):
    make(BookingState.CANCELLED, NOW - DAY, **{"ended_by": bob, **fields})

    assert (kinds(bob, Role.MENTEE), kinds(alice, Role.MENTOR)) == (counted, [])


@pytest.mark.parametrize(
    ("since", "counted"),
    [
        pytest.param(-DAY, [], id="apart-already"),
        pytest.param(DAY, [], id="parts-at-the-last-moment"),
        pytest.param(DAY + timedelta(microseconds=1), [FactKind.LATE], id="parts-later"),
    ],
)
def test_cancelling_late_does_not_count_between_people_who_part(make, alice, bob, since, counted):
    booking = make(BookingState.CANCELLED, NOW - 9 * DAY, late=True, ended_by=bob)
    cancelled = booking.events.get().at
    low, high = ordered_pair(alice.pk, bob.pk)
    Separation.objects.create(low_id=low, high_id=high, by=bob, kind=SeparationKind.BLOCK, since=cancelled + since)

    assert kinds(bob, Role.MENTEE) == counted
    assert ledger_of(bob, Role.MENTEE, now=NOW).number == slowly(bob, Role.MENTEE).number


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        pytest.param({}, [FactKind.UNANSWERED], id="ran-out"),
        pytest.param({"extended": True}, [], id="extended"),
        pytest.param({"before": BookingState.COUNTERED}, [], id="other-times-offered"),
        pytest.param({"before": BookingState.HELD}, [], id="was-a-hold"),
    ],
)
def test_request_counts_against_its_mentor_when_they_did_nothing(make, alice, bob, fields, counted):
    make(BookingState.EXPIRED, NOW - DAY, **fields)

    assert (kinds(alice, Role.MENTOR), kinds(bob, Role.MENTEE)) == (counted, [])


def test_request_does_not_count_when_its_mentor_wrote(make, alice):
    booking = make(BookingState.EXPIRED, NOW - DAY)
    Message.objects.create(
        engagement=booking.engagement, author=alice, body="Monday?", key="a", sent_at=booking.expires_at - HOUR
    )

    assert kinds(alice, Role.MENTOR) == []


def test_pause_ends_fourteen_days_after_the_last_fact_or_when_the_number_has_fallen():
    last = NOW - 3 * DAY

    assert Ledger(3.0, last).paused_until(NOW) == last + 14 * DAY
    assert Ledger(2.2 * 2 ** (1 / 90), last).paused_until(NOW).date() == (NOW + DAY).date()
    assert (Ledger(2.19, last).paused_until(NOW), Ledger(3.0, NOW - 14 * DAY).paused_until(NOW)) == (None, None)
