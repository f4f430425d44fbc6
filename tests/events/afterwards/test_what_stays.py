"""After an evening: what its people see of each other, who is mailed what and when, the report, what is forgotten."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.services import choose_zone
from events.afterwards.answers import AnswerInput, answer, held_pairs, mutual_meetings, takes_answers
from events.afterwards.clock import ask_after_event, ask_after_events
from events.afterwards.emails import render_again, render_asked, render_goal_due, render_in_touch
from events.afterwards.forgetting import archive_event, forget_old_events
from events.afterwards.goals import (
    agree_to_witness,
    is_due,
    may_have_goal,
    say_how_it_went,
    say_in_touch,
    set_goal,
    takes_goals,
    witnesses_of,
)
from events.afterwards.kinds import KINDS
from events.afterwards.notices import AGAIN, ASKED, ASKED_AGAIN, GOAL_DUE, IN_TOUCH, WITNESS_ASKED
from events.afterwards.report import FEWEST_ANSWERS, Measure, read_report
from events.models import (
    Answer,
    Chair,
    Event,
    EventKind,
    EventState,
    Goal,
    Outcome,
    Pairing,
    Presence,
    Registration,
    Side,
    Went,
    Wish,
)
from events.pages.after_page import AfterPage
from notifications.models import InboxItem, Notification, State
from notifications.registry import Message, Nothing, kind_named
from sessions_app.models import Booking
from tests.conftest import at
from tests.events.making import come, make_event, make_guests
from tests.events.outcomes import refused, told
from tests.sessions_app.conftest import book

from .evening import CLOSED, close, meet

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
SECOND, MINUTE, HOUR, DAY = (timedelta(**{name: 1}) for name in ("seconds", "minutes", "hours", "days"))
YES, NO, USEFUL = AnswerInput(again=True), AnswerInput(again=False), AnswerInput(useful=4)


def say(registration: Registration, pair: Pairing, said: AnswerInput, now=CLOSED) -> None:
    answer(registration=registration, said={pair.pk: said}, now=now)


def page_of(registration: Registration, now=CLOSED) -> AfterPage:
    known = Registration.objects.select_related("event", "person").get(pk=registration.pk)
    return AfterPage(known.event, known, now)


def rows(kind: str) -> list[Notification]:
    return list(Notification.objects.filter(kind=kind).exclude(state=State.OBSOLETE).order_by("recipient"))


# Answers


@pytest.mark.parametrize("state", EventState)
def test_answers_are_taken_while_it_runs_and_a_month_long(over, state):
    Event.objects.filter(pk=over.event.pk).update(state=state)
    event = Event.objects.get()

    moments = (CLOSED, CLOSED + 30 * DAY - SECOND, CLOSED + 30 * DAY)
    taken = [takes_answers(event, moment) for moment in moments]

    is_done = state in (EventState.OVER, EventState.ARCHIVED)
    assert taken == ([True] * 3 if state == EventState.LIVE else [is_done, is_done, False])


@pytest.mark.parametrize("outcome", [one for one in Outcome if one != Outcome.HELD])
def test_only_meetings_that_took_place_are_there_to_speak_of(over, outcome):
    Pairing.objects.update(outcome=outcome)

    assert held_pairs(over.bob) == []
    assert refused(lambda: say(over.bob, over.pair, YES)) == "stranger"
    assert not Answer.objects.exists()


def test_meetings_are_listed_as_they_came(over, event):
    guests = [come_after(event, guest) for guest in make_guests(2)]
    later, middle = meet(over.alice, guests[0], 3), meet(over.alice, guests[1], 2)

    assert held_pairs(over.alice) == [over.pair, middle, later]
    assert held_pairs(guests[0]) == [later]


def come_after(event: Event, person) -> Registration:
    """Another who was at an event that is over; `come` would be refused."""
    place = event.places.create(side=Side.MENTEE, number=50 + event.places.count())
    fields = {"side": Side.MENTEE, "state": "in", "place": place, "board_name": person.name, "registered_at": CLOSED}
    return Registration.objects.create(event=event, person=person, **fields)


def test_nobody_answers_for_meetings_of_others(over, event):
    other = come_after(event, make_guests(1)[0])

    assert refused(lambda: say(other, over.pair, YES)) == "stranger"


@pytest.mark.parametrize(
    ("of_bob", "of_alice", "both"),
    [(YES, YES, True), (YES, NO, False), (NO, YES, False), (YES, USEFUL, False), (NO, NO, False)],
)
def test_again_takes_two(over, of_bob, of_alice, both):
    say(over.bob, over.pair, of_bob)
    say(over.alice, over.pair, of_alice)

    assert bool(mutual_meetings(over.event)) == both
    assert bool(page_of(over.bob).mutual) == bool(page_of(over.alice).mutual) == both
    assert len(rows(AGAIN)) == (2 if both else 0)


@pytest.mark.parametrize("said", [NO, AnswerInput(), None])
def test_a_no_and_silence_leave_the_same(over, said):
    """What the one who said yes can see doesn't depend on what the other said, as long as it isn't yes."""
    say(over.bob, over.pair, YES)
    if said:
        say(over.alice, over.pair, said)

    assert page_of(over.bob).mutual == []
    assert (rows(AGAIN), list(InboxItem.objects.filter(kind=AGAIN))) == ([], [])


def test_whoever_says_yes_last_reads_of_it_in_a_line_that_is_not_new_to_them(over):
    say(over.bob, over.pair, YES)
    say(over.alice, over.pair, YES)

    unread = {item.recipient.name: item.read_at is None for item in InboxItem.objects.filter(kind=AGAIN)}
    assert unread == {"Bob Bose": True, "Alice Adair": False}


def test_mails_of_a_yes_wait_until_people_are_home(over):
    for one in (over.bob, over.alice):
        say(one, over.pair, YES, now=CLOSED + MINUTE)
    assert {row.due_at for row in rows(AGAIN)} == {CLOSED + 2 * HOUR}
    assert {item.at for item in InboxItem.objects.filter(kind=AGAIN)} == {CLOSED + 10 * MINUTE}


def test_a_late_yes_is_told_at_once(over):
    for one in (over.bob, over.alice):
        say(one, over.pair, YES, now=CLOSED + DAY)

    assert {row.due_at for row in rows(AGAIN)} == {CLOSED + DAY}
    assert {row.send_before for row in rows(AGAIN)} == {CLOSED + 8 * DAY}


@pytest.mark.parametrize("state", [one for one in EventState if one not in (EventState.OVER, EventState.ARCHIVED)])
def test_nobody_hears_of_a_yes_before_it_is_over(over, state):
    for one in (over.bob, over.alice):
        Answer.objects.create(pairing=over.pair, registration=one, again=True, at=CLOSED)
    Event.objects.filter(pk=over.event.pk).update(state=state)

    assert mutual_meetings(Event.objects.get()) == {}
    assert page_of(over.bob).mutual == []


# Being asked


def test_those_who_met_someone_are_asked_by_a_line_a_mail_and_one_more(over):
    assert ask_after_events(now=CLOSED + MINUTE) == 1

    due = {
        (row.kind, row.due_at - CLOSED, row.send_before - CLOSED) for kind in (ASKED, ASKED_AGAIN) for row in rows(kind)
    }
    assert due == {(ASKED, 2 * HOUR, 7 * DAY), (ASKED_AGAIN, 48 * HOUR, 7 * DAY)}
    assert sorted(told(ASKED)) == ["alice@example.org", "bob@example.org"]
    assert InboxItem.objects.filter(kind__in=[ASKED, ASKED_AGAIN]).count() == 2


@pytest.mark.parametrize("state", [one for one in EventState if one != EventState.OVER])
def test_nobody_is_asked_about_what_is_not_over(over, state):
    Event.objects.filter(pk=over.event.pk).update(state=state)

    assert ask_after_events(now=CLOSED) == 0
    assert ask_after_event(event=over.event, now=CLOSED) is False
    assert rows(ASKED) == []


@pytest.mark.parametrize("outcome", [one for one in Outcome if one != Outcome.HELD])
def test_who_waited_in_vain_is_not_asked_how_it_was(over, outcome):
    Pairing.objects.update(outcome=outcome)

    assert ask_after_events(now=CLOSED) == 1
    assert rows(ASKED) == []
    assert Event.objects.get().asked_at == CLOSED


def test_who_has_said_yes_already_is_told_with_the_question(over):
    for one in (over.bob, over.alice):
        Answer.objects.create(pairing=over.pair, registration=one, again=True, at=CLOSED)

    ask_after_events(now=CLOSED)

    assert sorted(told(AGAIN)) == ["alice@example.org", "bob@example.org"]


@pytest.mark.parametrize(
    ("fields", "is_mailed"),
    [({}, True), ({"useful": 4}, False), ({"again": True}, True), ({"takeaway": "Ask"}, True)],
)
def test_the_mail_is_for_those_who_have_not_said_how_it_was(over, fields, is_mailed):
    ask_after_events(now=CLOSED)
    if fields:
        Answer.objects.create(pairing=over.pair, registration=over.bob, at=CLOSED, **fields)
    [row] = [row for row in rows(ASKED) if row.recipient == over.bob.person]

    assert isinstance(render_asked(row, CLOSED), Message if is_mailed else Nothing)


def test_who_said_how_it_was_while_it_ran_is_not_asked_by_mail_or_line(over):
    Answer.objects.create(pairing=over.pair, registration=over.bob, useful=4, at=CLOSED)

    ask_after_events(now=CLOSED)

    assert told(ASKED) == ["alice@example.org"]
    assert not InboxItem.objects.filter(kind=ASKED, recipient=over.bob.person).exists()


def test_mails_of_what_is_gone_are_not_written(over):
    ask_after_events(now=CLOSED)
    [row] = [row for row in rows(ASKED) if row.recipient == over.bob.person]
    Registration.objects.filter(pk=over.bob.pk).update(state="removed", place=None)
    assert isinstance(render_asked(row, CLOSED), Nothing)

    row.subject_id += 1000

    for render in (render_asked, render_again, render_goal_due, render_in_touch):
        assert isinstance(render(row, CLOSED), Nothing)


def test_a_mail_of_a_yes_names_those_who_said_so_and_no_other(over, event):
    other = come_after(event, make_guests(1)[0])
    pair = meet(over.alice, other, 2)
    for one, met in ((over.bob, over.pair), (over.alice, over.pair), (over.alice, pair)):
        say(one, met, YES)
    [row] = [row for row in rows(AGAIN) if row.recipient == over.alice.person]

    mail = render_again(row, CLOSED)

    assert ("Bob" in mail.text, other.board_name in mail.text) == (True, False)
    say(other, pair, YES)
    assert other.board_name in render_again(row, CLOSED).text


def test_a_reminder_quotes_the_goal_and_names_the_witness(over):
    goal = goal_of(over)
    [due], [touch] = rows(GOAL_DUE), rows(IN_TOUCH)

    to_bob, to_alice = render_goal_due(due, due.due_at), render_in_touch(touch, touch.due_at)

    assert (goal.text in to_bob.text, "Bob" in to_alice.text) == (True, True)
    assert f"/events/{over.event.slug}/goal/" in to_bob.text
    Registration.objects.filter(pk=over.alice.pk).delete()
    assert isinstance(render_in_touch(touch, touch.due_at), Nothing)
    assert isinstance(render_goal_due(due, due.due_at), Message)


# What one sees


def test_a_mentee_books_the_mentor_and_the_question_goes_along(over):
    for one in (over.bob, over.alice):
        say(one, over.pair, YES)

    [of_bob], [of_alice] = page_of(over.bob).mutual, page_of(over.alice).mutual

    assert (of_bob.partner, of_alice.partner) == (over.alice, over.bob)
    assert "/mentors/alice-adair/" in of_bob.book_url
    assert "Which" in of_bob.book_url
    # Who came as a mentor is booked, and books nobody.
    assert of_alice.book_url == ""
    assert (of_bob.contact, of_alice.contact) == ("", "")


def test_a_mentor_who_is_not_live_any_more_cannot_be_booked(over):
    for one in (over.bob, over.alice):
        say(one, over.pair, YES)
    profile = over.alice.person.mentor_profile
    profile.state = "draft"
    profile.save()

    assert [one.book_url for one in page_of(over.bob).mutual] == [""]


@pytest.mark.parametrize("kind", [EventKind.SPEED, EventKind.NETWORKING])
def test_contacts_are_shared_by_both_at_gatherings_only(over, kind):
    Event.objects.filter(pk=over.event.pk).update(kind=kind)
    Registration.objects.filter(pk=over.alice.pk).update(contact="alice@contact.example")
    say(over.bob, over.pair, YES)
    assert page_of(over.bob).mutual == []
    say(over.alice, over.pair, YES)

    [found] = page_of(over.bob).mutual

    assert found.contact == ("alice@contact.example" if kind == EventKind.NETWORKING else "")


def test_the_page_is_there_from_the_first_meeting_on(over):
    seen = []
    for state in (EventState.SCHEDULED, EventState.LIVE, EventState.OVER, EventState.CANCELLED):
        Event.objects.filter(pk=over.event.pk).update(state=state)
        seen.append(page_of(over.bob).has_page)

    assert seen == [False, True, True, False]
    Event.objects.update(state=EventState.OVER)
    late = page_of(over.bob, CLOSED + 60 * DAY)
    assert (late.has_page, late.is_open, late.can_set_goal) == (True, False, False)


# Goals


def goal_of(over, *, is_witnessed: bool = True) -> Goal:
    goal = set_goal(registration=over.bob, text="Ask", witness=over.alice, now=CLOSED)
    return agree_to_witness(goal=goal, witness=over.alice, now=CLOSED) if is_witnessed else goal


def test_a_goal_is_asked_about_in_the_morning_of_where_each_of_the_two_is_now(over):
    goal = goal_of(over)
    before = dict(Notification.objects.filter(subject_type="event_goal").values_list("recipient", "due_at"))
    bob, alice = over.bob.person, over.alice.person
    with time_machine.travel(CLOSED, tick=False):
        choose_zone(bob, "America/Los_Angeles")
    after = dict(Notification.objects.filter(subject_type="event_goal").values_list("recipient", "due_at"))

    assert after[bob.pk] == datetime.combine(goal.due, time(9), ZoneInfo("America/Los_Angeles"))
    assert after[bob.pk] != before[bob.pk]
    assert after[alice.pk] == before[alice.pk]


@pytest.mark.parametrize("state", EventState)
def test_goals_are_set_in_the_month_after(over, state):
    Event.objects.filter(pk=over.event.pk).update(state=state)
    event = Event.objects.get()

    taken = [takes_goals(event, moment) for moment in (CLOSED, CLOSED + 30 * DAY - SECOND, CLOSED + 30 * DAY)]

    is_done = state in (EventState.OVER, EventState.ARCHIVED)
    assert taken == [is_done, is_done, False]


@pytest.mark.parametrize(
    ("side", "state", "may"),
    [
        (Side.MENTEE, "in", True),
        (Side.GUEST, "in", True),
        (Side.MENTOR, "in", False),
        (Side.MENTEE, "cancelled", False),
        (Side.MENTEE, "over", False),
    ],
)
def test_who_may_have_a_goal(side, state, may):
    assert may_have_goal(Registration(side=side, state=state)) == may


def test_a_mentee_is_nobodys_witness_but_a_guest_is(over):
    assert witnesses_of(over.bob) == [over.alice]
    assert witnesses_of(over.alice) == []
    Registration.objects.update(side=Side.GUEST, place=None, state="cancelled")
    assert [one.pk for one in witnesses_of(over.alice)] == [over.bob.pk]


def test_both_are_reminded_on_the_morning_where_they_are(over):
    """Bob is in Kolkata, where it was the next day already; Alice in London."""
    goal = goal_of(over)

    assert goal.due == date(2027, 3, 4)
    assert [(row.recipient, row.due_at) for kind in (GOAL_DUE, IN_TOUCH) for row in rows(kind)] == [
        (over.bob.person, at("2027-03-04 03:30")),
        (over.alice.person, at("2027-03-04 09:00")),
    ]
    assert {row.send_before - row.due_at for kind in (GOAL_DUE, IN_TOUCH) for row in rows(kind)} == {7 * DAY}


def test_its_day_comes_where_each_of_them_is(over):
    goal = goal_of(over)
    # Midnight in Kolkata is 18:30 in London the day before.
    moment = at("2027-03-03 18:30")

    bob, alice = (Registration.objects.select_related("person").get(pk=one.pk) for one in (over.bob, over.alice))
    dues = [
        [is_due(goal, one, now) for one in (bob, alice)] for now in (moment - SECOND, moment, at("2027-03-04 00:00"))
    ]

    assert dues == [[False, False], [True, False], [True, True]]


def test_a_reminder_that_was_answered_is_not_mailed(over):
    goal = goal_of(over)
    [due], [touch] = rows(GOAL_DUE), rows(IN_TOUCH)
    assert isinstance(render_goal_due(due, due.due_at), Message)
    say_how_it_went(goal=goal, went=Went.PARTLY, now=due.due_at)

    assert isinstance(render_goal_due(due, due.due_at), Nothing)
    assert isinstance(render_in_touch(touch, touch.due_at), Message)
    Goal.objects.update(is_witnessed=False)
    assert isinstance(render_in_touch(touch, touch.due_at), Nothing)
    Goal.objects.update(is_witnessed=True, in_touch=False)
    assert isinstance(render_in_touch(touch, touch.due_at), Nothing)


def test_a_goal_without_a_witness_asks_its_owner_alone(over):
    set_goal(registration=over.bob, text="Ask", witness=None, now=CLOSED)

    assert (len(rows(GOAL_DUE)), rows(IN_TOUCH)) == (1, [])
    assert not InboxItem.objects.filter(kind=WITNESS_ASKED).exists()


def test_only_who_agreed_speaks_as_a_witness(over, event):
    late = CLOSED + 120 * DAY
    goal = goal_of(over, is_witnessed=False)
    other = come_after(event, make_guests(1)[0])
    for witness in (over.alice, other, over.bob):
        assert refused(lambda one=witness: say_in_touch(goal=goal, witness=one, in_touch=True, now=late)) == "closed"
    assert refused(lambda: agree_to_witness(goal=goal, witness=other, now=CLOSED)) == "closed"

    goal = agree_to_witness(goal=goal, witness=over.alice, now=CLOSED)

    assert refused(lambda: say_in_touch(goal=goal, witness=other, in_touch=True, now=late)) == "closed"
    say_in_touch(goal=goal, witness=over.alice, in_touch=True, now=late)
    assert Goal.objects.get().in_touch is True


def test_a_goal_set_again_is_due_three_months_from_then(over):
    goal_of(over)

    again = set_goal(registration=over.bob, text="Ask twice", witness=over.alice, now=CLOSED + 10 * DAY)

    assert (again.due, again.is_witnessed) == (date(2027, 3, 14), True)
    assert len(rows(GOAL_DUE)) == 1


def test_the_page_asks_about_a_goal_from_its_day_on(over):
    assert not page_of(over.bob, CLOSED + 200 * DAY).asks_how_it_went
    goal_of(over)

    seen = [page_of(over.bob, CLOSED + days * DAY).asks_how_it_went for days in (1, 89, 91)]
    witnessed = [[one.is_due for one in page_of(over.alice, CLOSED + days * DAY).witnessed] for days in (1, 91)]

    assert seen == [False, False, True]
    assert witnessed == [[False], [True]]
    assert page_of(over.bob).witnessed == []


def test_a_goal_is_seen_after_its_month_and_a_mentor_has_no_such_page(over):
    late = CLOSED + 60 * DAY
    assert [page_of(over.bob, moment).has_goal_page for moment in (CLOSED, late)] == [True, False]
    goal_of(over)

    assert page_of(over.bob, late).has_goal_page
    assert not page_of(over.alice).has_goal_page


# Lines of the inbox


@pytest.mark.parametrize("kind", [ASKED, AGAIN])
def test_lines_about_an_event_are_for_its_person(over, kind, charlie):
    item = InboxItem(pk=1, kind=kind, subject_id=over.bob.pk)
    write = kind_named(kind).lines

    assert write([item], over.bob.person, CLOSED)[1].url == f"/events/{over.event.slug}/after/"
    assert over.event.title in write([item], over.bob.person, CLOSED)[1].text
    assert write([item], charlie, CLOSED) == {}


@pytest.mark.parametrize(("kind", "page"), [(WITNESS_ASKED, "after"), (GOAL_DUE, "goal"), (IN_TOUCH, "after")])
def test_lines_about_a_goal_are_for_the_two_of_it(over, kind, page, charlie):
    goal = goal_of(over)
    items = [InboxItem(pk=1, kind=kind, subject_id=goal.pk), InboxItem(pk=2, kind=kind, subject_id=goal.pk + 1000)]
    write = kind_named(kind).lines

    for reader in (over.bob.person, over.alice.person):
        assert {pk: line.url for pk, line in write(items, reader, CLOSED).items()} == {
            1: f"/events/{over.event.slug}/{page}/"
        }
    assert write(items, charlie, CLOSED) == {}
    Goal.objects.update(witness=None)
    assert write(items, over.alice.person, CLOSED) == {}


def test_the_words_of_a_goal_are_in_no_line(over):
    goal = goal_of(over)
    for kind in (WITNESS_ASKED, GOAL_DUE, IN_TOUCH):
        lines = kind_named(kind).lines([InboxItem(pk=1, kind=kind, subject_id=goal.pk)], over.alice.person, CLOSED)
        assert goal.text not in lines[1].text


def test_every_kind_after_an_event_is_known_once():
    names = [kind.name for kind in KINDS]

    assert sorted(names) == sorted({ASKED, ASKED_AGAIN, AGAIN, WITNESS_ASKED, GOAL_DUE, IN_TOUCH})
    assert [kind.name for kind in KINDS if kind.lines is None] == [ASKED_AGAIN]
    assert [kind.name for kind in KINDS if kind.render is None] == [WITNESS_ASKED]


# The report


def report(event: Event) -> dict[str, Measure]:
    return {one.code: one for one in read_report(event)}


def figures(event: Event, code: str) -> tuple[int, int]:
    one = report(event)[code]
    return one.count, one.total


def test_came_are_those_with_a_place_who_were_checked_in_once_or_more(over, event):
    gone, other = (come_after(event, guest) for guest in make_guests(2))
    for one in (over.bob, over.bob, gone):
        Presence.objects.create(registration=one, kind="in", at=CLOSED)
    Presence.objects.create(registration=over.alice, kind="gone", at=CLOSED)
    Registration.objects.filter(pk=gone.pk).update(state="removed", place=None)

    assert other.is_in
    assert figures(over.event, "came") == (1, 3)


@pytest.mark.parametrize(
    ("outcome", "is_standby", "kept", "repaired"),
    [
        (Outcome.HELD, False, (2, 2), (0, 0)),
        (Outcome.MISSED, False, (1, 2), (0, 1)),
        (Outcome.DROPPED, False, (1, 2), (0, 1)),
        (Outcome.HELD, True, (1, 1), (1, 0)),
        (Outcome.MISSED, True, (1, 1), (0, 0)),
    ],
)
def test_planned_meetings_and_those_put_in_for_others(over, event, outcome, is_standby, kept, repaired):
    meet(over.alice, come_after(event, make_guests(1)[0]), 2, outcome, is_standby=is_standby)

    assert (figures(over.event, "kept"), figures(over.event, "repaired")) == (kept, repaired)


def test_who_is_kept_apart_is_in_no_figure(over, event):
    other = come_after(event, make_guests(1)[0])
    Pairing.objects.create(event=over.event, one=over.alice, other=other, is_apart=True)

    assert (figures(over.event, "kept"), figures(over.event, "booked")) == ((1, 1), (0, 1))


@pytest.mark.parametrize(("kind", "musts"), [("must", (1, 1)), ("like", (0, 0)), ("no", (0, 0))])
def test_only_must_meets_are_counted_as_such(over, kind, musts):
    Wish.objects.create(event=over.event, by=over.bob, about=over.alice, kind=kind)

    assert figures(over.event, "musts") == musts


def test_four_answers_are_too_few_to_show_and_five_are_enough(over, event):
    guests = make_guests(FEWEST_ANSWERS)
    for number, guest in enumerate(guests, start=1):
        one = come_after(event, guest)
        pair = Pairing.objects.create(
            event=over.event, one=over.alice, other=one, round=over.pair.round, outcome="held"
        )
        is_hidden = report(over.event)["useful"].is_hidden
        assert (is_hidden, report(over.event)["mutual"].is_hidden) == (True, True)
        Answer.objects.create(pairing=pair, registration=one, useful=min(number, 4), again=True, at=CLOSED)
        Answer.objects.create(pairing=pair, registration=over.alice, again=number < 3, at=CLOSED)

    assert figures(over.event, "useful") == (3, 5)
    assert figures(over.event, "mutual") == (2, 5)


@pytest.mark.parametrize(("days", "count"), [(-1, 0), (0, 1), (14, 1), (15, 0)])
def test_sessions_count_that_two_who_met_booked_within_two_weeks(over, offer, days, count):
    booking = book(offer, over.bob.person)
    Booking.objects.filter(pk=booking.pk).update(created_at=CLOSED + days * DAY)

    assert figures(over.event, "booked") == (count, 1)


def test_a_session_of_two_who_did_not_meet_counts_for_nobody(over, event, offer, charlie):
    come_after(event, charlie)
    booking = book(offer, charlie)
    Booking.objects.filter(pk=booking.pk).update(created_at=CLOSED)

    assert figures(over.event, "booked") == (0, 1)


def test_goals_are_of_those_who_could_set_one(over):
    assert figures(over.event, "goals") == (0, 1)
    goal_of(over)
    assert figures(over.event, "goals") == (1, 1)
    assert report(over.event)["reached"].is_hidden


@pytest.mark.parametrize(
    ("measure", "percent", "has_percent"),
    [
        (Measure("a", 0, 0), 0, False),
        (Measure("a", 1, 3), 33, True),
        (Measure("a", 2, 3), 67, True),
        (Measure("a", 3, 3), 100, True),
        (Measure("a", 1, 3, is_hidden=True), 33, False),
    ],
)
def test_a_percentage_is_of_something(measure, percent, has_percent):
    assert (measure.percent, measure.has_percent) == (percent, has_percent)


def test_each_figure_is_of_its_own_event(over, maria, bob):
    other = make_event(maria, start=CLOSED + 5 * DAY)
    come(other, bob)
    close(other)

    assert {code: (one.count, one.total) for code, one in report(other).items() if not one.is_hidden} == {
        "came": (0, 1),
        **dict.fromkeys(("kept", "repaired", "musts", "booked"), (0, 0)),
        "goals": (0, 1),
    }


# Forgetting


@pytest.mark.parametrize("wish", ["must", "like", "no"])
def test_of_wishes_only_refusals_go_after_a_month(over, wish):
    Wish.objects.create(event=over.event, by=over.bob, about=over.alice, kind=wish)

    forget_old_events(now=over.event.end + 30 * DAY + SECOND)

    assert Wish.objects.exists() == (wish != "no")


def test_what_is_ahead_or_of_late_is_not_forgotten(over, maria, bob):
    other = make_event(maria, start=CLOSED + 40 * DAY)
    one = come(other, bob, access_needs="A ramp")

    forget_old_events(now=CLOSED + 41 * DAY)

    one.refresh_from_db()
    assert one.access_needs == "A ramp"


def test_two_years_to_the_second(over):
    limit = over.event.end + 730 * DAY

    forget_old_events(now=limit)
    assert Pairing.objects.exists()
    forget_old_events(now=limit + SECOND)
    assert not Pairing.objects.exists()
    assert Event.objects.get().state == EventState.ARCHIVED


def test_goals_and_that_people_came_outlive_who_met_whom(over):
    goal_of(over)
    Presence.objects.create(registration=over.bob, kind="in", at=CLOSED)
    Chair.objects.create(round=over.pair.round, registration=over.bob)
    Registration.objects.filter(pk=over.bob.pk).update(contact="bob@contact.example")

    archive_event(event=over.event)

    assert (Goal.objects.count(), Presence.objects.count(), Chair.objects.count()) == (1, 1, 0)
    one = Registration.objects.get(pk=over.bob.pk)
    assert (one.question, one.contact, one.board_name, one.state) == ("", "", "", "in")
    assert Answer.objects.count() == 0


def test_only_the_old_event_is_archived(over, maria, bob):
    other = make_event(maria, start=CLOSED + 5 * DAY)
    come(other, bob)

    archive_event(event=over.event)

    assert Registration.objects.get(event=other).question == "Which offer do I take?"
