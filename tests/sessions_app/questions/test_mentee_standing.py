"""The one statement that asks how a mentee stands says the same as the QuerySets do."""

from datetime import timedelta
from itertools import product
from random import Random

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sessions_app.models import (
    AttendanceAct,
    AttendanceKind,
    Booking,
    BookingState,
    Brief,
    Engagement,
    Feedback,
    Occupancy,
)
from sessions_app.models.states import OCCUPYING
from sessions_app.questions.mentee_standing import standing_of
from sessions_app.questions.missed_sessions import missed_ends
from tests.conftest import NOW, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(params=range(4))
def world(request, alice, bob, charlie):
    """Bookings of every state, before, around and after now; some are answered for, some contested and decided."""
    make_mentor(charlie)
    mentors = [alice, charlie, make_mentor(make_person("m@example.org", "Mo Mentor")).person]
    random, mentees = Random(request.param), [bob, make_person("n@example.org", "Nia New")]
    offers = {mentor: mentor.mentor_profile.offers.get() for mentor in mentors}
    for number, (state, mentor) in enumerate(product(BookingState, mentors)):
        mentee = random.choice(mentees)
        start = NOW + random.choice([-200, -40, -3, 3, 9]) * DAY + number * timedelta(minutes=30)
        brief = Brief.objects.create(question=QUESTION, author=mentee)
        closed_at = None if state == BookingState.COMPLETED else NOW
        booking = Booking.objects.create(
            engagement=Engagement.objects.create(mentee=mentee, mentor=mentor, brief=brief, closed_at=closed_at),
            offer=offers[mentor],
            mentor=mentor,
            mentee=mentee,
            during=DateTimeTZRange(start, start + timedelta(minutes=25), "[)"),
            format="video",
            state=state,
            created_at=NOW - 300 * DAY,
            confirmed_at=NOW - 300 * DAY,
            expires_at=NOW + random.choice([-1, 1]) * DAY,
            idempotency_key=str(number),
        )
        if state in OCCUPYING:
            for person in {mentor, mentee}:
                Occupancy.objects.create(person=person, booking=booking, during=booking.during)
        if state == BookingState.MENTEE_NO_SHOW:
            kinds = random.choice([(), (AttendanceKind.CONTESTED,), (AttendanceKind.CONTESTED, AttendanceKind.HELD)])
            for kind in kinds:
                AttendanceAct.objects.create(booking=booking, start=start, person=mentee, kind=kind, at=booking.end)
        if state == BookingState.COMPLETED:
            again = random.choice(["yes", "no"])
            Feedback.objects.create(
                booking=booking, author=mentee, role="mentee", resolution="yes", again=again, created_at=NOW
            )
    return mentors, mentees


def test_standing_is_what_the_querysets_say(world):
    mentors, mentees = world
    one_of_all = Booking.objects.filter(state=BookingState.CONFIRMED).first()
    for mentor, mentee, excluding in product(mentors, mentees, [None, one_of_all]):
        standing = standing_of(mentee, mentor.pk, now=NOW, mark="5", excluding=excluding)

        bookings, own = Booking.objects, Occupancy.objects.filter(person=mentee)
        taken = [taken for taken in own if not excluding or taken.booking_id != excluding.pk]
        assert standing.booked_before == bookings.filter(mentee=mentee, idempotency_key="5").exists()
        assert standing.overdue == bookings.overdue(NOW).filter(occupancies__person__in=[mentor, mentee]).exists()
        assert standing.never_again == Feedback.objects.not_again(mentee).filter(booking__mentor=mentor).exists()
        assert standing.missed_ends == missed_ends(mentee, now=NOW)
        ahead = bookings.open_for(mentee, NOW).values_list("mentor", flat=True)
        assert sorted(standing.mentors_ahead) == sorted(ahead)
        assert sorted(standing.own) == sorted([one.during.lower, one.during.upper] for one in taken)
        assert standing.engaged == Engagement.objects.live().between(mentee, mentor).exists()
