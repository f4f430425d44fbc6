"""What a person is told when their sessions can't be put into their calendar for a day, and when that is over."""

import pytest

from calendars.connecting import disconnect
from calendars.models import TOLD_AFTER, Connection
from calendars.notices import UNWRITTEN
from calendars.writing.choosing import choose_calendar, stop_writing
from notifications.inbox import build_entries
from notifications.models import InboxItem, Notification, State
from notifications.registry import Message, Nothing, kind_named
from tests.calendars.writing.conftest import HOUR, connect_account, work
from tests.conftest import NOW, at
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
FRIDAY = at("2026-11-27 10:00")
# Rows wait up to six hours, and a bit by chance, for their next try.
OVER = NOW + TOLD_AFTER + 8 * HOUR


def work_until(end, *, begin=NOW):
    """Workers try every hour, with what is due then."""
    moment = begin
    while moment <= end:
        work(moment)
        moment += HOUR


@pytest.fixture
def failing(diary, shelf, offer, bob):
    """alice's calendar, whose server is away; her session is in three days."""
    shelf.failing = "unreachable"
    book(offer, bob, start=FRIDAY)
    return diary


def told():
    return sorted(Notification.objects.filter(kind=UNWRITTEN).values_list("recipient__name", "state"))


def lines_for(person, now):
    items = list(InboxItem.objects.shown_to(person, now).filter(kind=UNWRITTEN))
    return build_entries(items, reader=person, now=now)


def render(now):
    return kind_named(UNWRITTEN).render(Notification.objects.latest("pk"), now)


def test_its_person_is_told_after_a_day_and_once(failing, alice):
    work_until(NOW + TOLD_AFTER - HOUR)
    assert told() == []

    work_until(NOW + 2 * TOLD_AFTER - HOUR, begin=NOW + TOLD_AFTER)

    assert told() == [(alice.name, State.PENDING)]
    assert len(lines_for(alice, OVER)) == 1


def test_the_mail_says_where_and_what_to_do(failing):
    work_until(OVER)

    mail = render(OVER)

    assert isinstance(mail, Message)
    for text in (mail.text, mail.html):
        assert all(part in text for part in ("/settings/calendars/", "/sessions/", failing.shown_name))


def test_once_it_works_again_it_is_taken_back(failing, shelf, alice):
    work_until(OVER)
    shelf.failing = ""
    later = OVER + 8 * HOUR
    work_until(later, begin=OVER)

    assert told() == [(alice.name, State.OBSOLETE)]
    assert lines_for(alice, later) == []
    assert isinstance(render(later), Nothing)


@pytest.mark.parametrize("act", ["stop", "other", "disconnect"])
def test_choosing_otherwise_takes_it_back(failing, alice, act):
    work_until(OVER)
    if act == "stop":
        stop_writing(person=alice, now=OVER)
    elif act == "other":
        [other] = connect_account(alice, "other")
        choose_calendar(calendar=other, now=OVER)
    else:
        disconnect(connection=failing.connection, now=OVER)

    assert told() == [(alice.name, State.OBSOLETE)]
    assert lines_for(alice, OVER) == []


def test_another_time_is_told_of_again(failing, shelf, alice):
    work_until(OVER)
    stop_writing(person=alice, now=OVER)
    choose_calendar(calendar=failing, now=OVER)

    work_until(OVER + TOLD_AFTER + 8 * HOUR, begin=OVER)

    assert told() == [(alice.name, State.OBSOLETE), (alice.name, State.PENDING)]


def test_what_cannot_be_read_either_is_told_of_by_reading(failing):
    since = NOW - HOUR
    Connection.objects.update(state="failing", failing_since=since, failures=1, failure="unreachable")

    work_until(OVER)

    assert told() == []
