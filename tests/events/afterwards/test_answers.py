from datetime import timedelta

import pytest
from django.utils import timezone

from events.afterwards.answers import AnswerInput, answer, mutual_meetings
from events.afterwards.clock import ask_after_events
from events.afterwards.notices import AGAIN, ASKED, ASKED_AGAIN
from events.errors import EventError
from events.models import Answer, Event, EventState, Outcome, Registration, Side
from events.registering.notices import REMINDER_KINDS, STILL_COMING
from notifications.models import InboxItem, Notification, State
from notifications.registry import Message, Nothing, kind_named
from tests.events.making import come, make_event, make_guests

from .evening import CLOSED, close, meet

pytestmark = pytest.mark.django_db
LATER = CLOSED + timedelta(hours=1)
YES, NO = AnswerInput(useful=4, again=True), AnswerInput(useful=1, again=False)


def say(registration: Registration, pair, said: AnswerInput, now=LATER) -> None:
    answer(registration=registration, said={pair.pk: said}, now=now)


def rows(kind: str) -> list[tuple[str, int]]:
    return list(Notification.objects.filter(kind=kind).values_list("recipient__email", "subject_version"))


def test_the_last_answer_stands_and_an_empty_one_takes_it_back(over):
    say(over.bob, over.pair, AnswerInput(useful=3, takeaway="Ask for the level"))
    say(over.bob, over.pair, AnswerInput())

    [kept] = Answer.objects.all()
    assert (kept.useful, kept.again, kept.takeaway) == (None, None, "")


def test_nothing_said_leaves_no_row(over):
    say(over.bob, over.pair, AnswerInput())

    assert not Answer.objects.exists()


def test_two_who_both_say_yes_are_told_and_a_no_looks_like_silence(over):
    say(over.bob, over.pair, YES)
    assert mutual_meetings(over.event) == {}
    say(over.alice, over.pair, NO)
    assert (mutual_meetings(over.event), rows(AGAIN)) == ({}, [])

    say(over.alice, over.pair, YES)

    assert mutual_meetings(over.event) == {over.alice.pk: [over.pair.pk], over.bob.pk: [over.pair.pk]}
    assert sorted(rows(AGAIN)) == [("alice@example.org", 1), ("bob@example.org", 1)]
    own, theirs = (InboxItem.objects.get(kind=AGAIN, recipient=one.person) for one in (over.alice, over.bob))
    assert (own.read_at is None, theirs.read_at is None) == (False, True)


def test_before_the_event_is_over_nobody_hears_of_anything(over):
    Event.objects.filter(pk=over.event.pk).update(state=EventState.LIVE, ended_at=None)
    over.event.refresh_from_db()
    say(over.bob, over.pair, YES)
    say(over.alice, over.pair, YES)
    assert (mutual_meetings(over.event), rows(AGAIN)) == ({}, [])

    close(over.event)
    assert ask_after_events(now=CLOSED) == 1

    assert sorted(rows(AGAIN)) == [("alice@example.org", 1), ("bob@example.org", 1)]
    due = Notification.objects.filter(kind=AGAIN).values_list("due_at", flat=True)
    assert set(due) == {CLOSED + timedelta(hours=2)}


def test_each_mail_names_all_who_want_to_talk_again(event, alice, over):
    guest = come(event := make_event_of(over), make_guests(1)[0])
    second = meet(over.alice, guest, number=2)
    close(event)
    for registration, pair in ((over.alice, over.pair), (over.bob, over.pair)):
        say(registration, pair, YES)
    for registration in (over.alice, guest):
        say(registration, second, YES)

    pending = Notification.objects.filter(kind=AGAIN, recipient=alice).exclude(state=State.OBSOLETE)

    [row] = pending
    mail = kind_named(AGAIN).render(row, row.due_at)
    assert isinstance(mail, Message)
    assert all(name in mail.text for name in ("Bob", "Guest"))
    assert InboxItem.objects.filter(kind=AGAIN, recipient=alice).count() == 1


def make_event_of(over) -> Event:
    """Open again, so that another can come."""
    Event.objects.filter(pk=over.event.pk).update(state=EventState.OPEN)
    return Event.objects.get(pk=over.event.pk)


def test_a_wish_taken_back_before_the_mail_leaves_says_nothing(over):
    say(over.bob, over.pair, YES)
    say(over.alice, over.pair, YES)
    say(over.alice, over.pair, NO)

    row = Notification.objects.get(kind=AGAIN, recipient=over.bob.person)
    assert isinstance(kind_named(AGAIN).render(row, row.due_at), Nothing)


def test_only_ones_own_meetings_that_took_place_can_be_answered(over, event):
    with pytest.raises(EventError, match="didn’t take place"):
        answer(registration=over.bob, said={over.pair.pk + 1: YES}, now=LATER)
    over.pair.outcome = Outcome.MISSED
    over.pair.save()
    with pytest.raises(EventError) as error:
        say(over.bob, over.pair, YES)
    assert error.value.code == "stranger"


@pytest.mark.parametrize("days", [-30, 30])
def test_answers_have_a_time(over, days):
    if days < 0:
        Event.objects.filter(pk=over.event.pk).update(state=EventState.SCHEDULED, ended_at=None)

    with pytest.raises(EventError) as error:
        say(over.bob, over.pair, YES, now=CLOSED + timedelta(days=days))

    assert error.value.code == "closed"


def test_who_met_somebody_is_asked_once(over, maria):
    make_event(maria)

    assert [ask_after_events(now=CLOSED), ask_after_events(now=CLOSED)] == [1, 0]

    asked = Notification.objects.filter(kind__in=[ASKED, ASKED_AGAIN]).order_by("kind", "recipient")
    hours = [(row.kind, row.due_at - CLOSED) for row in asked]
    assert hours == [(ASKED, timedelta(hours=2))] * 2 + [(ASKED_AGAIN, timedelta(hours=48))] * 2
    assert {item.at - CLOSED for item in InboxItem.objects.filter(kind=ASKED)} == {timedelta(minutes=10)}


def test_who_has_answered_is_not_asked(over):
    ask_after_events(now=CLOSED)
    say(over.bob, over.pair, YES)

    said = {
        row.recipient.name: type(kind_named(ASKED_AGAIN).render(row, row.due_at))
        for row in Notification.objects.filter(kind=ASKED_AGAIN)
    }
    assert (said["Bob Bose"], said["Alice Adair"]) == (Nothing, Message)


@pytest.mark.parametrize("minutes", [pytest.param(5, id="before-it-shows"), pytest.param(60, id="while-it-shows")])
def test_who_has_answered_has_no_line_that_asks(over, minutes):
    ask_after_events(now=CLOSED)
    say(over.bob, over.pair, YES, now=CLOSED + timedelta(minutes=minutes))

    unread = InboxItem.objects.filter(kind=ASKED, at__lte=CLOSED + timedelta(days=1)).unread()
    assert list(unread.values_list("recipient__email", flat=True)) == [over.alice.person.email]


def test_nobody_is_reminded_in_the_inbox_of_an_event_that_is_over(over):
    reminding = InboxItem.objects.filter(kind__in=[*REMINDER_KINDS.values(), STILL_COMING], at__lte=CLOSED)
    before = reminding.count()

    ask_after_events(now=CLOSED)

    assert (before, reminding.count()) == (6, 0)
    assert InboxItem.objects.filter(kind="event_registered").count() == 2


def test_who_met_nobody_is_not_asked(event, bob):
    come(event, bob)
    close(event)

    assert (ask_after_events(now=timezone.now()), rows(ASKED)) == (1, [])


def test_mentors_of_one_event_are_not_of_another(over, maria):
    other = make_event(maria, start=over.event.start + timedelta(days=1))
    come(other, over.alice.person, side=Side.MENTOR)

    assert mutual_meetings(other) == {}
