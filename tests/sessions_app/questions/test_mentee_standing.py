"""The one statement that asks how a mentee stands says the same as the QuerySets do."""

from dataclasses import astuple, fields, replace
from datetime import timedelta
from itertools import product
from random import Random

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import User
from programmes.models import Membership, Programme
from sessions_app.ledger.ledgers import ledger_of
from sessions_app.models import (
    AttendanceAct,
    AttendanceKind,
    Booking,
    BookingState,
    Brief,
    Engagement,
    Occupancy,
    Role,
    WrittenQuestion,
    WrittenState,
)
from sessions_app.models.states import OCCUPYING, OPEN, OPEN_OR_OVER
from sessions_app.questions.mentee_standing import STANDING, MenteeStanding, standing_of, standing_parameters
from tests.apart import keep_apart
from tests.conftest import NOW, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION
from tests.sessions_app.helpers.programmes import let_in, make_programme
from trust.models import Case, Sanction
from trust.sanctions import Doing, why_barred
from trust.separations import are_apart

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(params=range(4))
def world(request, alice, bob, charlie):
    """Bookings of every state, before, around and after now; some are answered for, some contested and decided."""
    make_mentor(charlie)
    mentors = [alice, charlie, make_mentor(make_person("m@example.org", "Mo Mentor")).person]
    random, mentees = Random(request.param), [bob, make_person("n@example.org", "Nia New")]
    offers = {mentor: mentor.mentor_profile.offers.get() for mentor in mentors}
    programmes = [make_programme(number, most_sessions=3, most_open=2) for number in range(2)]
    # Both programmes are shared with one mentor, and one with another; the second mentee's has mentors of its own.
    for programme, gives in ((programmes[0], mentors[:2]), (programmes[1], mentors[1:2])):
        let_in(mentees[0], programme, asks=True)
        for mentor in gives:
            let_in(mentor, programme, gives=True)
    let_in(mentees[1], make_programme(2, members_book_outside=False), asks=True)
    late = random.choice([BookingState.HELD, BookingState.REQUESTED]), random.choice(mentors)
    for number, (state, mentor) in enumerate(product(BookingState, mentors)):
        mentee = mentees[0] if state == BookingState.COMPLETED else random.choice(mentees)
        days = [-3] if state == BookingState.COMPLETED else [-200, -40, -3, 3, 9]
        start = NOW + random.choice(days) * DAY + number * timedelta(minutes=30)
        brief = Brief.objects.create(question=QUESTION, author=mentee)
        closed_at = None if state == BookingState.COMPLETED else NOW
        booking = Booking.objects.create(
            engagement=Engagement.objects.create(mentee=mentee, mentor=mentor, brief=brief, closed_at=closed_at),
            offer=offers[mentor],
            mentor=mentor,
            mentee=mentee,
            programme=programmes[0] if number % 9 else None,
            during=DateTimeTZRange(start, start + timedelta(minutes=25), "[)"),
            format="video",
            state=state,
            created_at=NOW - random.choice([HOUR / 2, 5 * HOUR, 300 * DAY]),
            confirmed_at=NOW - 300 * DAY,
            expires_at=NOW if (state, mentor) == late else NOW + DAY,
            idempotency_key=str(number),
        )
        if state in OCCUPYING:
            for person in {mentor, mentee}:
                Occupancy.objects.create(person=person, booking=booking, during=booking.during)
        if state == BookingState.MENTEE_NO_SHOW:
            kinds = random.choice([(), (AttendanceKind.CONTESTED,), (AttendanceKind.CONTESTED, AttendanceKind.HELD)])
            for kind in kinds:
                AttendanceAct.objects.create(booking=booking, start=start, person=mentee, kind=kind, at=booking.end)
    ended, unanswered = [(random.choice(mentees), random.choice(mentors)) for _ in range(2)]
    for number, (mentee, mentor, state) in enumerate(product(mentees, mentors, WrittenState)):
        asked_at = NOW - random.choice([1, 30, 3000]) * timedelta(minutes=1)
        brief = Brief.objects.create(question=QUESTION, author=mentee)
        WrittenQuestion.objects.create(
            engagement=Engagement.objects.create(mentee=mentee, mentor=mentor, brief=brief, closed_at=NOW),
            offer=offers[mentor],
            mentor=mentor,
            mentee=mentee,
            state=state,
            asked_at=asked_at,
            due_at=NOW if (mentee, mentor) == unanswered else NOW + DAY,
            settled_at=None if state == WrittenState.ASKED else NOW,
            mark=str(number),
        )
    keep_apart(*random.sample(ended, 2))
    for barred, decider in ((mentees[0], mentors[0]), (mentors[0], mentees[0])):
        bar(barred, by=decider)
    return mentors, mentees


def bar(person, *, by) -> None:
    """A break, which keeps a mentee from asking and a mentor from meeting."""
    facts = {"kind": "other", "state": "decided", "outcome": "break", "rule": "other", "text": "x"}
    moments = dict.fromkeys(("opened_at", "due_at", "taken_at", "decided_at"), NOW)
    case = Case.objects.create(about=person, taken_by=by, decided_by=by, **facts, **moments)
    until = NOW + DAY
    Sanction.objects.create(case=case, person=person, kind="break", begins=NOW - HOUR, until=until, decided_by=by)


def said_by_querysets(mentee, mentor, excluding) -> MenteeStanding:
    """Lists in order, since the statement promises none. `ledger_of` is compared in tests/sessions_app/ledger."""
    ledger = ledger_of(mentee, Role.MENTEE, now=NOW)
    bookings, written = mentee.bookings_as_mentee.all(), WrittenQuestion.objects.filter(mentee=mentee)
    taken = Occupancy.objects.filter(person=mentee).exclude(booking=excluding)
    booked = [*bookings.values_list("mentor", "created_at"), *written.values_list("mentor", "asked_at")]
    in_theirs = Programme.objects.filter(memberships__in=mentor.memberships.filter(gives=True))
    shared = in_theirs.filter(memberships__in=mentee.memberships.filter(asks=True))
    programme = shared.get() if shared.count() == 1 else None
    stays = mentee.memberships.filter(programme__members_book_outside=False).exists()
    within = bookings.filter(programme=programme) if programme else bookings.none()
    within = within.exclude(pk__in=Booking.objects.overdue(NOW))
    return MenteeStanding(
        booked_before=bookings.filter(idempotency_key="5").exists(),
        overdue=Booking.objects.overdue(NOW).filter(occupancies__person__in=[mentor, mentee]).exists(),
        is_apart=are_apart(mentee.pk, mentor.pk, now=NOW),
        is_barred=why_barred(mentee, Doing.ASK, now=NOW) is not None,
        mentor_is_barred=why_barred(mentor, Doing.MEET, now=NOW) is not None,
        number=ledger.number,
        last_fact=ledger.last_fact,
        mentors_ahead=list(Booking.objects.mentors_ahead(mentee, NOW)),
        own=sorted([during.lower, during.upper] for during in taken.values_list("during", flat=True)),
        engaged=Engagement.objects.live().between(mentee, mentor).exists(),
        in_writing=written.open(NOW).exclude(mentor=mentor).count(),
        booked_lately=sorted(at for _mentor, at in booked if at > NOW - HOUR),
        together_lately=sorted(at for whom, at in booked if whom == mentor.pk and at > NOW - DAY),
        shut_by="own" if stays and not shared.exists() else None,
        shares_programme=shared.exists(),
        programme_id=programme.pk if programme else None,
        most_sessions=3 if programme else None,
        most_open=2 if programme else None,
        counted=sorted(
            within.filter(state__in=OPEN_OR_OVER, created_at__gt=NOW - 28 * DAY).values_list("created_at", flat=True)
        ),
        open_with=sorted(
            within.filter(state__in=OPEN, during__endswith__gt=NOW).values_list("mentor", flat=True).distinct()
        ),
    )


IN_NO_ORDER = ("mentors_ahead", "own", "booked_lately", "together_lately", "counted", "open_with")


def in_order(standing: MenteeStanding) -> MenteeStanding:
    return replace(standing, **{name: sorted(getattr(standing, name)) for name in IN_NO_ORDER})


def test_standing_is_what_the_querysets_say(world):
    mentors, mentees = world
    one_of_all = Booking.objects.filter(state=BookingState.CONFIRMED).first()
    seen = []
    for mentor, mentee, excluding in product(mentors, mentees, [None, one_of_all]):
        standing = standing_of(mentee, mentor.pk, now=NOW, mark="5", excluding=excluding)

        assert in_order(standing) == said_by_querysets(mentee, mentor, excluding)
        seen.append(astuple(in_order(standing)))
    # A column that says the same of everyone would have been compared with nothing.
    columns = zip(*seen, strict=True)
    assert [len(set(map(str, column))) > 1 for column in columns] == [True] * len(fields(MenteeStanding))


def test_short_form_says_the_same_as_the_whole_or_nothing(world):
    mentors, mentees = world
    newcomer = make_person("f@example.org", "Fay Fresh")
    Membership.objects.filter(person=mentees[1]).delete()
    Membership.objects.filter(person=mentors[1]).delete()
    theirs = Booking.objects.filter(mentee=mentees[1])
    theirs.filter(state=BookingState.MENTEE_NO_SHOW).update(state=BookingState.MENTOR_NO_SHOW)
    seen = set()
    for change in (
        {},
        {"late": True},
        {"state": BookingState.MENTEE_NO_SHOW, "during": (NOW - 3 * DAY, NOW - 2 * DAY)},
    ):
        theirs.filter(pk=theirs.latest("pk").pk).update(**{"state": BookingState.CANCELLED} | change)
        for mentor, mentee in product(mentors, [*mentees, newcomer]):
            short, whole = ask_both_forms(mentee, mentor)
            is_member = mentor.memberships.exists() or mentee.memberships.exists()
            if is_member or whole.last_fact:
                assert short is None
            if short:
                assert in_order(short) == in_order(whole)
            seen.add((short is None, is_member, whole.last_fact is not None))
    assert {(False, False, False), (True, True, False), (True, False, True), (True, False, False)} <= seen


def ask_both_forms(mentee, mentor) -> list[MenteeStanding | None]:
    asked, found = standing_parameters(mentee.pk, mentor.pk, now=NOW, mark="5"), []
    for form in (STANDING.short, STANDING.whole):
        with connection.cursor() as cursor:
            form.execute(cursor, asked)
            row = cursor.fetchone()
        found.append(MenteeStanding(*row) if row else None)
    return found


def test_who_has_joined_a_programme_since_they_were_read_is_told_what_it_says(alice, bob):
    let_in(User.objects.get(pk=bob.pk), make_programme(0, members_book_outside=False), asks=True)

    assert not bob.is_in_programmes
    assert standing_of(bob, alice.pk, now=NOW).shut_by == "own"
