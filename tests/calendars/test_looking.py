"""Reading calendars by the clock: what is due, what fails and for how long, and two workers at one of them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from accounts.models import User
from calendars.connecting import connect_address, count_connection, switch_calendar
from calendars.looking import EVERY, JITTER, LEASE, LONGEST_WAIT, WHOLE_EVERY, claim_connection, look_at
from calendars.models import AllDay, Connection
from calendars.reading.entries import day_start
from calendars.sources import address
from notifications.models import InboxItem, Notification, State
from sessions_app.models import BusySpan
from tests.calendars.feeds import connect, read_now, write_calendar
from tests.calendars.servers import BODY
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def starts():
    return sorted(BusySpan.objects.values_list("during__startswith", flat=True))


def told():
    return sorted(Notification.objects.filter(subject_type="calendar_connection").values_list("kind", "state"))


def state_of(connection):
    connection.refresh_from_db()
    return connection.state, connection.failure, connection.failures


def run_until(end, *, begin=NOW):
    """Read whatever is due until then, at the moment at which it is. Returns the moments."""
    moments = []
    while (due := Connection.objects.order_by("next_at").first()) and due.next_at <= end:
        moments.append(max(due.next_at, begin))
        read_now(moments[-1])
    return moments


def test_it_is_read_every_ten_minutes_or_so(alice, feed):
    feed.content = BODY
    made = connect(alice, feed)

    for _number in range(5):
        wait = made.next_at - (made.synced_at or NOW)
        assert EVERY * (1 - JITTER) <= wait <= EVERY * (1 + JITTER)
        assert read_now(made.next_at - timedelta(seconds=1)) == 0
        assert read_now(made.next_at) == 1
        made.refresh_from_db()


def test_what_changed_is_replaced(alice, feed):
    feed.content = write_calendar(THURSDAY, THURSDAY + 3 * HOUR)
    connect(alice, feed)

    feed.content = write_calendar(THURSDAY, THURSDAY + 5 * HOUR)
    read_now(NOW + HOUR)

    assert starts() == [THURSDAY, THURSDAY + 5 * HOUR]


def test_a_server_may_say_that_nothing_has_changed(alice, feed):
    feed.content, feed.etag = write_calendar(THURSDAY), '"1"'
    made = connect(alice, feed)

    read_now(NOW + HOUR)

    assert feed.asked[-1]["If-None-Match"] == '"1"'
    made.refresh_from_db()
    assert (made.synced_at, starts()) == (NOW + HOUR, [THURSDAY])


@pytest.mark.parametrize("mark", ['"a\x00"', '"café"', '"a\x1b[0m"', f'"{"a" * 500}"'])
def test_a_mark_that_cannot_be_kept_is_none(alice, feed, mark):
    feed.content, feed.etag = write_calendar(THURSDAY), mark
    made = connect(alice, feed)

    read_now(NOW + HOUR)

    assert "If-None-Match" not in feed.asked[-1]
    made.refresh_from_db()
    assert (made.synced_at, starts()) == (NOW + HOUR, [THURSDAY])


def test_but_the_days_ahead_are_others_tomorrow(alice, feed):
    """The calendar stays as it is, and what it says comes into the range that is read."""
    alice.mentor_profile.schedule.horizon_days = 5
    alice.mentor_profile.schedule.save()
    later = NOW + 14 * DAY
    feed.content, feed.etag = write_calendar(later), '"1"'
    connect(alice, feed)
    assert starts() == []

    read_now(NOW + WHOLE_EVERY - timedelta(seconds=1))
    read_now(NOW + 2 * DAY)

    assert starts() == [later]


def test_nor_does_it_tell_whether_days_that_can_be_booked_from_now_on_are_busy(alice, feed):
    """The calendar is as it was, but it was not read as far ahead as sessions can now be booked."""
    schedule = alice.mentor_profile.schedule
    schedule.horizon_days = 5
    schedule.save()
    later = NOW + 30 * DAY
    feed.content, feed.etag = write_calendar(later), '"1"'
    connect(alice, feed)
    assert starts() == []

    schedule.horizon_days = 60
    schedule.save()
    read_now(NOW + HOUR)

    assert starts() == [later]


def test_nor_when_a_whole_day_begins_for_a_person_who_has_moved_to_another_zone(alice, feed):
    feed.content = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261130\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    feed.etag = '"1"'
    connect(alice, feed)
    assert starts() == [day_start(date(2026, 11, 30), alice.zone)]

    alice.timezone = "America/New_York"
    alice.save()
    read_now(NOW + HOUR)

    assert starts() == [at("2026-11-30 05:00")]


def test_a_closed_account_is_not_read(alice, feed):
    feed.content = BODY
    connect(alice, feed)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert claim_connection(NOW + DAY) is None


def test_a_failure_keeps_what_was_read_and_is_tried_again_later_and_later(alice, feed):
    feed.content = write_calendar(THURSDAY + 7 * DAY)
    made = connect(alice, feed)
    feed.status = 503

    moments = run_until(NOW + 20 * HOUR)

    assert starts() == [THURSDAY + 7 * DAY]
    assert state_of(made)[:2] == ("failing", "broken")
    waits = [later - earlier for earlier, later in pairwise(moments)]
    for number, wait in enumerate(waits):
        usual = min(EVERY * 2**number, LONGEST_WAIT / (1 + JITTER))
        assert usual * (1 - JITTER) <= wait <= min(usual * (1 + JITTER), LONGEST_WAIT)
    assert told() == []


def test_after_a_day_its_person_is_told_and_after_a_week_it_counts_no_longer(alice, feed):
    feed.content = write_calendar(THURSDAY + 14 * DAY)
    made = connect(alice, feed)
    feed.status = 503
    begin = made.next_at

    run_until(begin + DAY - timedelta(seconds=1))
    assert told() == []
    run_until(begin + DAY)
    assert told() == [("calendar_away", State.PENDING)]
    run_until(begin + 7 * DAY - timedelta(seconds=1))
    assert starts() == [THURSDAY + 14 * DAY]
    run_until(begin + 7 * DAY)

    made.refresh_from_db()
    assert (starts(), made.stopped_at) == ([], begin + 7 * DAY)
    assert told() == [("calendar_away", State.PENDING), ("calendar_stopped", State.PENDING)]


def test_well_again_it_counts_again_and_what_was_said_is_taken_back(alice, feed):
    feed.content, feed.etag = write_calendar(THURSDAY + 14 * DAY), '"1"'
    made = connect(alice, feed)
    feed.status, feed.etag = 503, ""
    run_until(NOW + 8 * DAY)
    feed.status, feed.etag = 200, '"1"'

    read_now(NOW + 9 * DAY)

    assert state_of(made) == ("active", "", 0)
    assert starts() == [THURSDAY + 14 * DAY]
    assert {state for _kind, state in told()} == {State.OBSOLETE}
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize("status", [401, 404, 410])
def test_what_only_its_person_can_mend_is_said_at_once(alice, feed, status):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)
    feed.status = status

    read_now(NOW + HOUR)

    assert state_of(made) == ("needs_you", "refused", 1)
    assert told() == [("calendar_refused", State.PENDING)]
    assert starts() == [THURSDAY]


def test_a_key_that_is_gone_needs_its_person(alice, feed, settings):
    feed.content = BODY
    made = connect(alice, feed)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []

    read_now(NOW + HOUR)

    assert state_of(made) == ("needs_you", "key", 1)


def test_a_key_that_was_replaced_still_opens(alice, feed, settings):
    feed.content = BODY
    made = connect(alice, feed)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]

    read_now(NOW + HOUR)

    assert state_of(made) == ("active", "", 0)


@pytest.mark.parametrize(
    ("content", "code"), [(b"<!doctype html>", "not_a_calendar"), (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "cut_off")]
)
def test_what_is_no_whole_calendar_changes_nothing(alice, feed, content, code):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)
    feed.content = content

    read_now(NOW + HOUR)

    assert state_of(made) == ("failing", code, 1)
    assert starts() == [THURSDAY]


def test_an_error_of_ours_is_logged_without_what_it_says(alice, feed, monkeypatch, caplog):
    def break_down(*_args, **_kwargs):
        raise RuntimeError("Secret plans")

    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)
    monkeypatch.setattr(address, "read_busy_times", break_down)

    read_now(NOW + HOUR)

    assert state_of(made) == ("failing", "broken", 1)
    assert "Secret plans" not in caplog.text
    assert "s3cr3t" not in caplog.text


def test_a_worker_that_died_is_replaced_and_writes_nothing_any_more(alice, feed):
    feed.content = write_calendar(THURSDAY)
    connect(alice, feed)
    late = claim_connection(NOW + HOUR)
    assert claim_connection(NOW + HOUR) is None

    feed.content = write_calendar(THURSDAY + HOUR)
    assert read_now(NOW + HOUR + LEASE) == 1
    feed.content = write_calendar(THURSDAY + 9 * HOUR)
    look_at(late, NOW + HOUR)

    assert starts() == [THURSDAY + HOUR]


def test_what_is_switched_while_it_is_read_is_read_again(alice, feed):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)
    held = claim_connection(NOW + HOUR)
    calendar = made.calendars.get()
    as_it_is = {"treats_tentative": True, "treats_all_day": AllDay.SAID, "keeps_titles": False}
    switch_calendar(calendar=calendar, counts=False, now=NOW + HOUR, **as_it_is)

    look_at(held, NOW + HOUR)
    assert starts() == []
    assert read_now(NOW + HOUR) == 1
    assert starts() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_what_is_due(alice, bob, feed):
    feed.content = write_calendar(THURSDAY)
    for number, person in enumerate([alice, alice, bob, bob]):
        connect_address(person=person, address=f"{feed.url}?{number}", now=NOW)
    read_now()
    for made in Connection.objects.all():
        count_connection(connection=made, now=NOW)
    asked = len(feed.asked)

    assert race([read_now] * 4) == {"won": 4}

    assert len(feed.asked) == asked + 4
    assert starts() == [THURSDAY] * 4
