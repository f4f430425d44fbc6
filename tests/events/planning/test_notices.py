"""The mails and lines about a timetable: who gets them, what each row says, and when they fall silent."""

from datetime import timedelta

import pytest

from events.models import Event, EventState, Outcome, Pairing, Plan, Registration, Side
from events.planning.kinds import KINDS
from events.planning.notices import (
    CHANGED,
    FIRST,
    TIMETABLE_SUBJECT,
    RegistrationForReader,
    render_timetable,
    tell_timetable,
    timetable_line,
)
from events.planning.timetables import own_pairs
from events.planning.wishes import check_counts, is_asked_side, most_refusals, others_of, set_wishes
from notifications.models import InboxItem, Notification, State
from notifications.registry import Message, Nothing, kind_named
from tests.conftest import NOW
from tests.events.making import EVENING, come, make_guests
from tests.events.outcomes import refused

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def plan(evening) -> Plan:
    plan = Plan.objects.create(event=evening.event, number=1, state="published", by=evening.event.by, asked_at=NOW)
    return Plan.objects.select_related("event").get(pk=plan.pk)


def row_of(registration: Registration, kind: str = FIRST) -> Notification:
    return Notification(kind=kind, subject_type=TIMETABLE_SUBJECT, subject_id=registration.pk, date=NOW)


def mail_of(registration: Registration, kind: str = FIRST) -> Message:
    message = render_timetable(row_of(registration, kind), NOW)
    assert isinstance(message, Message)
    return message


def lines_of(registration: Registration, **person) -> list[str]:
    for name, value in person.items():
        setattr(registration.person, name, value)
    reader = RegistrationForReader(registration.person, NOW, registration)
    return [timetable_line(pair, registration, reader) for pair in own_pairs(registration)]


# Who is told


@pytest.mark.parametrize(("is_first", "kind"), [(True, FIRST), (False, CHANGED)])
def test_each_of_these_is_told_once_until_it_begins(evening, plan, is_first, kind):
    people = evening.people[:3]
    for _time in range(2):
        tell_timetable(plan, people, is_first=is_first, now=NOW)

    rows = Notification.objects.filter(subject_type=TIMETABLE_SUBJECT)
    assert {(row.kind, row.recipient_id, row.due_at, row.send_before) for row in rows} == {
        (kind, one.person_id, NOW, EVENING) for one in people
    }
    assert rows.count() == len(people)
    assert {row.subject_version for row in rows} == {plan.event.version}


def test_shortly_before_it_begins_there_are_five_minutes_to_tell(evening, plan):
    late = EVENING - MINUTE

    tell_timetable(plan, evening.people[:1], is_first=False, now=late)

    assert Notification.objects.get(kind=CHANGED).send_before == late + 5 * MINUTE


def test_a_newer_timetable_silences_the_mail_of_the_one_before(evening, plan):
    tell_timetable(plan, evening.people[:1], is_first=True, now=NOW)
    plan.event.version += 1
    tell_timetable(plan, evening.people[:1], is_first=False, now=NOW)

    states = dict(Notification.objects.filter(subject_type=TIMETABLE_SUBJECT).values_list("kind", "state"))
    assert states == {FIRST: State.OBSOLETE, CHANGED: State.PENDING}


# What it says


def test_a_row_says_when_where_and_with_whom_by_the_readers_clock(evening):
    mentee = evening.mentees[3]

    assert [line.split(":")[-1].strip().split(" – ")[0] for line in lines_of(mentee)] == ["Mentor 2", "Mentor 1"]
    in_london, in_kolkata = lines_of(mentee), lines_of(mentee, timezone="Asia/Kolkata")
    assert "Table 2" in in_london[0]
    assert "17:00" in in_london[0]
    assert "22:30" in in_kolkata[0]


def test_only_who_brings_a_question_is_read_with_one(evening):
    [of_mentee, *_] = lines_of(evening.mentees[3])
    [of_mentor, *_] = lines_of(evening.mentors[1])

    assert "Which offer do I take?" in of_mentor
    assert "“" not in of_mentee


def test_a_meeting_without_a_table_is_online(evening):
    Pairing.objects.update(table=None)

    [line, *_] = lines_of(evening.mentees[3])

    assert "Table" not in line
    assert line.count(",") == 1


@pytest.mark.parametrize("kind", [FIRST, CHANGED])
def test_the_mail_lists_the_rows_and_leads_to_the_page(evening, kind):
    mentee = evening.mentees[3]

    message = mail_of(mentee, kind)

    for line in lines_of(mentee):
        assert line in message.text
    assert f"/events/{evening.event.slug}/timetable/" in message.text
    assert message.subject != mail_of(mentee, CHANGED if kind == FIRST else FIRST).subject


def test_who_has_no_meeting_is_told_too(evening):
    Pairing.objects.update(outcome=Outcome.DROPPED)

    message = mail_of(evening.mentees[3])

    assert "Mentor" not in message.text


@pytest.mark.parametrize("state", ["cancelled", "removed", "over"])
def test_who_does_not_come_any_more_hears_nothing(evening, state):
    one = evening.mentees[0]
    Registration.objects.filter(pk=one.pk).update(state=state, place=None)

    assert isinstance(render_timetable(row_of(one), NOW), Nothing)
    Registration.objects.filter(pk=one.pk).delete()
    assert isinstance(render_timetable(row_of(one), NOW), Nothing)


@pytest.mark.parametrize("kind", [FIRST, CHANGED])
def test_a_line_leads_its_own_person_to_the_timetable(evening, kind):
    one, other = evening.mentees[:2]
    items = [
        InboxItem(pk=number, kind=kind, subject_id=pk) for number, pk in enumerate((one.pk, other.pk, one.pk + 1000))
    ]

    found = kind_named(kind).lines(items, one.person, NOW)

    assert {pk: line.url for pk, line in found.items()} == {0: f"/events/{evening.event.slug}/timetable/"}
    assert evening.event.title in found[0].text
    assert {kind.name for kind in KINDS} == {FIRST, CHANGED}


# Wishes


def test_one_chooses_among_those_on_the_other_side_who_come(evening):
    mentee, mentor = evening.mentees[0], evening.mentors[0]
    Registration.objects.filter(pk=evening.mentors[1].pk).update(state="cancelled", place=None)

    assert others_of(mentee) == [mentor]
    assert set(others_of(mentor)) == set(evening.mentees)
    assert (is_asked_side(Side.MENTOR), is_asked_side(Side.MENTEE), is_asked_side(Side.GUEST)) == (True, False, False)


def test_mentors_are_listed_by_name_and_mentees_by_question(event, alice, dora):
    come(event, dora, side=Side.MENTOR)
    come(event, alice, side=Side.MENTOR)
    first, second = (come(event, guest, question=words) for guest, words in zip(make_guests(2), "BA", strict=True))

    assert [one.board_name for one in others_of(first)] == ["Alice", "Dora"]
    mentor = Registration.objects.get(person=alice)
    assert others_of(mentor) == [second, first]


@pytest.mark.parametrize(("others", "most"), [(0, 1), (1, 1), (5, 1), (9, 1), (10, 2), (14, 2), (15, 3), (500, 100)])
def test_a_fifth_can_be_refused_and_always_one(others, most):
    assert most_refusals(others) == most
    check_counts(dict.fromkeys(range(most), "no"), others)
    assert refused(lambda: check_counts(dict.fromkeys(range(most + 1), "no"), others)) == "too_many_noes"


@pytest.mark.parametrize(("kind", "most", "code"), [("must", 2, "too_many_musts"), ("like", 8, "too_many_likes")])
def test_wishes_of_each_kind_have_a_limit(kind, most, code):
    check_counts(dict.fromkeys(range(most), kind), 500)
    assert refused(lambda: check_counts(dict.fromkeys(range(most + 1), kind), 500)) == code


@pytest.mark.parametrize("state", EventState)
def test_wishes_are_taken_before_there_is_a_timetable(evening, state):
    mentee, mentor = evening.mentees[0], evening.mentors[0]
    Event.objects.filter(pk=evening.event.pk).update(state=state)
    wish = lambda now: set_wishes(registration=mentee, wishes={mentor.pk: "must"}, now=now)  # noqa: E731
    until = evening.event.wishes_until

    assert refused(lambda: wish(until)) == "closed"
    if state in (EventState.OPEN, EventState.CLOSED):
        wish(until - SECOND)
        assert mentee.wishes.get().about == mentor
    else:
        assert refused(lambda: wish(until - SECOND)) == "closed"


@pytest.mark.parametrize("who", ["own side", "oneself", "left", "elsewhere"])
def test_nobody_wishes_for_whom_they_cannot_meet(evening, event, charlie, who):
    mentee = evening.mentees[0]
    Event.objects.filter(pk=evening.event.pk).update(state=EventState.OPEN)
    Registration.objects.filter(pk=evening.mentors[1].pk).update(state="cancelled", place=None)
    about = {
        "own side": evening.mentees[1],
        "oneself": mentee,
        "left": evening.mentors[1],
        "elsewhere": come(event, charlie),
    }[who]

    act = lambda: set_wishes(  # noqa: E731
        registration=mentee, wishes={evening.mentors[0].pk: "like", about.pk: "must"}, now=NOW
    )

    assert refused(act) == "stranger"
    assert not mentee.wishes.exists()
