"""A country changes its clocks after people have agreed on a time."""

import io
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
import tzdata
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from common.zones import zone_names
from notifications.models import InboxItem, Notification
from notifications.registry import Message, Nothing, kind_named
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.zone_changes import WALL_CHANGE, note_zone_changes
from sessions_app.booking.zone_rules import REACH, offset_in, offsets_of
from sessions_app.models import Booking, WallChange, ZoneRules
from tests.conftest import NOW, at
from tests.markup import elements_of, markup_of
from tests.sessions_app.conftest import THURSDAY, book

OLDER = "2026a"
DAY = timedelta(days=1)


@pytest.fixture
def older(db):
    """What an earlier release had: clocks of Kolkata half an hour behind those of now, from Wednesday on."""
    note_zone_changes(now=NOW, release=OLDER)
    wednesday = int(at("2026-11-25 00:00").timestamp() // 60)
    rules = ZoneRules.objects.get(zone="Asia/Kolkata")
    rules.offsets = [*rules.offsets, [wednesday, 300]]
    rules.save()


def told(person) -> Message | Nothing:
    row = Notification.objects.select_related("recipient").get(kind=WALL_CHANGE, recipient=person)
    return kind_named(WALL_CHANGE).render(row, NOW)


@pytest.mark.django_db
def test_the_first_time_there_is_nothing_to_compare_with(booking):
    assert note_zone_changes(now=NOW) == []
    assert set(ZoneRules.objects.values_list("zone", "release")) == {
        (zone, tzdata.IANA_VERSION) for zone in zone_names()
    }


def test_both_are_told_once_of_a_session_that_is_at_another_time_on_the_wall(booking, older, alice, bob):
    changes = [note_zone_changes(now=NOW) for _ in range(3)]

    assert [[(one.booking, one.mentor_before, one.mentee_before) for one in found] for found in changes] == [
        [(booking, None, 300)],
        [],
        [],
    ]
    assert set(Notification.objects.filter(kind=WALL_CHANGE).values_list("recipient", flat=True)) == {alice.pk, bob.pk}
    assert InboxItem.objects.filter(kind=WALL_CHANGE).count() == 2


def test_each_reads_their_own_clock(booking, older, alice, bob):
    note_zone_changes(now=NOW)

    to_bob, to_alice = told(bob), told(alice)

    assert "20:00" in to_bob.subject
    assert "19:30" in to_bob.subject
    assert "Thu 26 Nov, 19:30" in to_bob.text
    assert "14:30" in to_alice.subject
    assert [clock in to_alice.text for clock in ("19:30", "20:00")] == [True, True]


def test_the_inbox_says_it_too(booking, older, bob, alice, client_for):
    note_zone_changes(now=NOW)

    with time_machine.travel(NOW, tick=False):
        pages = [markup_of(client_for(person).get("/notifications/")) for person in (bob, alice)]

    # To Bob it is told of where he is himself, to Alice of where Bob is.
    [own], [theirs] = (elements_of(page, "li", data_kind=WALL_CHANGE) for page in pages)
    assert ("Bob" in own.text, "Bob" in theirs.text) == (False, True)


def test_a_release_that_changes_clocks_again_is_told_of_again(booking, older, bob):
    note_zone_changes(now=NOW)
    ZoneRules.objects.filter(zone="Asia/Kolkata").update(offsets=[[0, 360]])

    assert len(note_zone_changes(now=NOW, release="2999a")) == 1
    assert WallChange.objects.count() == 2
    assert Notification.objects.filter(kind=WALL_CHANGE, recipient=bob).count() == 2


def test_an_older_process_says_nothing_and_forgets_nothing(booking, older):
    note_zone_changes(now=NOW)

    assert note_zone_changes(now=NOW, release=OLDER) == []
    assert set(ZoneRules.objects.values_list("release", flat=True)) == {tzdata.IANA_VERSION}


@pytest.mark.parametrize("act", ["cancelled", "moved", "before"])
def test_who_has_nothing_to_know_any_more_hears_nothing(act, booking, older, bob):
    if act == "before":
        # Before the rules differ
        Booking.objects.filter(pk=booking.pk).update(
            during=type(booking.during)(at("2026-11-24 20:00"), at("2026-11-24 20:25"), "[)")
        )
        assert note_zone_changes(now=NOW) == []
        return
    note_zone_changes(now=NOW)
    if act == "cancelled":
        cancel_booking(booking=booking, by=bob, reason="", now=NOW)
    else:
        move_booking(booking=booking, start=THURSDAY + DAY, by=bob, now=NOW)

    assert told(bob) == Nothing("moved on")


@pytest.mark.django_db
def test_the_command_lists_them(offer, bob):
    start = (timezone.now() + 5 * DAY).replace(hour=12, minute=0, second=0, microsecond=0)
    call_command("zone_changes", stdout=io.StringIO())
    ZoneRules.objects.filter(zone="Asia/Kolkata").update(offsets=[[0, 300]])
    ZoneRules.objects.update(release=OLDER)
    while start.isoweekday() > 5:
        start += DAY
    booked = book(offer, bob, start, now=timezone.now())
    said = io.StringIO()

    call_command("zone_changes", stdout=said)

    assert said.getvalue().splitlines() == [
        f"{start:%Y-%m-%d %H:%M} UTC  {booked.uuid}  Asia/Kolkata",
        "1 session starts at another time on someone's clock.",
    ]


NAMES = st.sampled_from(zone_names())
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@given(NAMES, st.integers(0, REACH // timedelta(minutes=1) - 1))
def test_offsets_are_those_of_the_zone_at_every_minute(zone, minute):
    moment = FIRST + minute * timedelta(minutes=1)
    there = moment.astimezone(zoneinfo.ZoneInfo(zone)).utcoffset()

    assert timedelta(minutes=offset_in(offsets_of(zone, FIRST), moment)) == there
