"""Titles of busy times: kept only if their person says so, seen by nobody else, and gone as soon as they say so."""

import json
import logging
from datetime import timedelta

import pytest

from calendars.connecting import disconnect, switch_calendar
from calendars.errors import CalendarError
from calendars.looking import LONGEST_TITLE, claim_connection, look_at
from calendars.models import STOPS_AFTER, AllDay, Connection
from sessions_app.availability.busy_week import busy_week_of
from sessions_app.models import BusySpan
from tests.accounts.privacy.canary import dump
from tests.accounts.privacy.test_exports import read_copy
from tests.calendars.feeds import connect, read_now, write_calendar
from tests.calendars.test_page import PAGE, press
from tests.conftest import NOW
from tests.sessions_app.conftest import THURSDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HOUR = timedelta(hours=1)
SECRET = "Secret plans"
AS_IT_IS = {"treats_tentative": True, "treats_all_day": AllDay.SAID}
AVAILABILITY = "/mentor/availability/"


def write_titles(*titles, every=timedelta()):
    """An hour for each, one after the other's beginning."""
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}@example.org\r\nDTSTART:{THURSDAY + number * every:%Y%m%dT%H%M%SZ}\r\n"
        f"DURATION:PT1H\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
        for number, title in enumerate(titles)
    )
    return f"BEGIN:VCALENDAR\r\nX-WR-CALNAME:Work\r\n{events}END:VCALENDAR\r\n".encode()


def switch(calendar, *, counts=True, keeps=True):
    switch_calendar(calendar=calendar, counts=counts, keeps_titles=keeps, now=NOW, **AS_IT_IS)
    read_now()


@pytest.fixture
def kept(alice, feed):
    """A calendar of alice whose titles are kept."""
    feed.content = write_calendar(THURSDAY)
    calendar = connect(alice, feed).calendars.get()
    switch(calendar)
    return calendar


def titles():
    return sorted(span.title for span in BusySpan.objects.all())


def sealed():
    return list(BusySpan.objects.exclude(sealed_title=""))


def test_no_title_is_kept_unless_the_person_says_so(alice, feed):
    feed.content = write_calendar(THURSDAY)
    calendar = connect(alice, feed).calendars.get()
    assert titles() == [""]

    switch(calendar)

    assert titles() == [SECRET]


def test_titles_are_stored_encrypted(kept):
    assert SECRET not in "".join(dump().values())


def test_a_title_that_no_key_opens_is_none(kept, settings):
    settings.SECRET_KEY = "another"

    assert titles() == [""]


def test_a_title_that_changes_is_another_although_its_time_stays(kept, feed):
    feed.content = write_titles("Dentist")
    read_now(NOW + HOUR)
    assert titles() == ["Dentist"]

    feed.content = write_titles("")
    read_now(NOW + 2 * HOUR)
    assert (titles(), sealed()) == ([""], [])


@pytest.mark.parametrize(
    ("written", "kept_as"),
    [
        (["Lunch\\, with Ben\\; Café\\nRoom 2"], "Lunch, with Ben; Café Room 2"),
        (["Zero\u200bwidth \u202ebackwards\ufeff"], "Zerowidth backwards"),
        (["Two", "at once", "Two"], "Two · at once"),
        (["x" * 5000], "x" * LONGEST_TITLE),
    ],
    ids=["escaped", "unseen", "several", "long"],
)
def test_titles_are_cleaned_and_bounded(kept, feed, written, kept_as):
    feed.content = write_titles(*written)
    read_now(NOW + HOUR)

    assert set(titles()) == {kept_as}


@pytest.mark.parametrize("counts", [True, False], ids=["titles", "calendar"])
def test_switched_off_they_are_gone_at_once(kept, feed, counts):
    feed.status = 500
    switch(kept, keeps=False, counts=counts)

    assert sealed() == []
    assert BusySpan.objects.count() == counts


def test_a_reading_that_began_before_the_switch_brings_none_back(kept, feed):
    Connection.objects.update(next_at=NOW)
    begun = claim_connection(NOW)
    switch_calendar(calendar=kept, counts=True, keeps_titles=False, now=NOW, **AS_IT_IS)

    look_at(begun, NOW)

    assert sealed() == []


def test_disconnected_they_are_gone(kept):
    disconnect(connection=kept.connection, now=NOW)

    assert BusySpan.objects.count() == 0


def test_not_read_for_a_week_they_are_gone(kept, feed):
    feed.status = 500
    for hours in range(0, 24 * (STOPS_AFTER.days + 1), 6):
        read_now(NOW + hours * HOUR)

    assert BusySpan.objects.count() == 0


def test_only_their_person_sees_them(kept, alice, bob, maria, client_for):
    pages = [PAGE, AVAILABILITY, f"/mentors/{alice.mentor_profile.slug}/"]
    assert [SECRET in client_for(alice).get(page).content.decode() for page in pages] == [True, True, False]

    for person in (bob, maria):
        shown = [client_for(person).get(page).content.decode() for page in pages]
        assert not any(SECRET in page for page in shown)


def test_events_that_overlap_are_told_apart_by_their_titles(kept, feed, alice):
    feed.content = write_titles("Dentist", "Standup", every=HOUR / 2)
    read_now(NOW + HOUR)

    [day] = busy_week_of(alice, zone="Europe/London", now=NOW).days
    assert [time.title for time in day.times] == ["Dentist", "Standup"]


def test_they_are_in_their_persons_copy_alone(kept, alice, bob):
    [row] = json.loads(read_copy(alice)["busy-times.json"])

    assert row["text"] == SECRET
    assert SECRET in read_copy(alice)["index.html"]
    assert SECRET not in "".join(read_copy(bob).values())


def test_times_without_titles_are_in_no_copy(alice, feed):
    feed.content = write_calendar(THURSDAY)
    connect(alice, feed)

    assert json.loads(read_copy(alice)["busy-times.json"]) == []


def test_nothing_of_them_is_logged(kept, feed, caplog, monkeypatch):
    def break_down(*_args, **_kwargs):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("calendars.looking.replace_busy_times", break_down)
    with caplog.at_level(logging.DEBUG):
        read_now(NOW + HOUR)

    assert SECRET not in caplog.text


def test_the_page_keeps_them_as_its_person_says(alice, feed, client_for):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)
    client, prefix = client_for(alice), f"c{made.calendars.get().pk}"
    on = {f"{prefix}-counts": "on", f"{prefix}-treats_tentative": "on", f"{prefix}-treats_all_day": "said"}

    press(client, made, "switch", **on, **{f"{prefix}-keeps_titles": "on"})
    read_now()
    assert titles() == [SECRET]

    press(client, made, "switch", **on)
    assert titles() == [""]


def test_google_has_none_to_keep(alice, feed):
    feed.content = write_calendar(THURSDAY)
    made = connect(alice, feed)
    Connection.objects.update(kind="google")

    with pytest.raises(CalendarError) as refused:
        switch(made.calendars.get())

    assert (refused.value.code, refused.value.field) == ("no_titles", "calendars")
