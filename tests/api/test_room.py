"""Joining a call by the API: the page's script and programs do it by the same two calls."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import Scope
from mentors.models import Format
from sessions_app.models import AttendanceAct, RoomSeat, RoomSignal
from tests.sessions_app.room.conftest import CANDIDATE, DESCRIPTION

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
NOBODY = "8d0f5c0e-7b1c-4e0e-9a55-0d6d0f2f6b11"


@pytest.fixture
def running(booking):
    with time_machine.travel(booking.start + timedelta(minutes=1), tick=False):
        yield booking


def join(program, booking, person) -> dict:
    status, found = program(person).post(f"bookings/{booking.uuid}/room/", {"tab": "one"})
    assert status == 200
    return found


def signals(program, booking, person, **body) -> tuple[int, dict]:
    return program(person).post(f"bookings/{booking.uuid}/room/signals/", body)


def test_two_programs_meet(program, running, alice, bob, settings):
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org:3478"], "s" * 32
    mine, theirs = join(program, running, bob), join(program, running, alice)
    assert (mine["gives_way"], theirs["gives_way"], mine["video"], mine["relay_only"]) == (True, False, True, False)
    assert mine["signals"] == f"{settings.SITE_URL}/api/v1/bookings/{running.uuid}/room/signals/"
    assert [server["urls"] for server in mine["ice_servers"]] == [["turn:turn.example.org:3478"]]

    offer = {"kind": "offer", "to": mine["seat"], "body": DESCRIPTION}
    status, sent = signals(program, running, alice, seat=theirs["seat"], signals=[offer])
    assert (status, sent["other"], sent["signals"], "ice_servers" in sent) == (200, mine["seat"], [], False)
    status, heard = signals(program, running, bob, seat=mine["seat"], after=0, servers=True)
    assert heard["signals"] == [{"kind": "offer", "sender": theirs["seat"], "body": DESCRIPTION}]
    assert (heard["starts_in"], heard["ends_in"], heard["closes_in"]) == (-60, 24 * 60, 39 * 60)
    assert (heard["ice_servers"], heard["other"]) == (mine["ice_servers"], theirs["seat"])
    signals(program, running, alice, seat=theirs["seat"], leaves=True)
    assert signals(program, running, bob, seat=mine["seat"], after=heard["last"])[1]["other"] is None
    assert {act.person for act in AttendanceAct.objects.all()} == {alice, bob}


def test_audio_call_asks_for_no_camera(program, running, bob):
    running.format = Format.PHONE
    running.save()

    assert join(program, running, bob)["video"] is False


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"seat": "x"}, ["seat"]),
        ({"seat": None}, ["seat"]),
        ({"after": -1}, ["after"]),
        ({"after": 2**63}, ["after"]),
        ({"after": True}, ["after"]),
        ({"leaves": "yes"}, ["leaves"]),
        ({"signals": "offer"}, ["signals"]),
        ({"signals": [{"kind": "offer", "to": NOBODY, "body": DESCRIPTION}] * 21}, ["signals"]),
        ({"signals": [{"kind": "hello", "to": NOBODY, "body": DESCRIPTION}]}, ["signals.0.kind"]),
        ({"signals": [{"kind": "offer", "to": "you", "body": DESCRIPTION}]}, ["signals.0.to"]),
        ({"signals": [{"kind": "offer", "to": NOBODY, "body": 7}]}, ["signals.0.body"]),
        ({"signals": [{"kind": "offer", "to": NOBODY, "body": "v=0\r\n" + "a" * 16_400}]}, ["signals.0.body"]),
        ({"signals": [{"kind": "offer", "to": NOBODY, "body": "v=0\r\ns=\x00\r\n"}]}, ["signals.0.body"]),
        ({"signals": [{"kind": "candidate", "to": NOBODY, "body": CANDIDATE, "from": NOBODY}]}, ["signals.0.from"]),
        ({"markup": "<b>"}, ["markup"]),
    ],
)
def test_input_of_a_wrong_kind_is_named_and_changes_nothing(program, running, bob, wrong, fields):
    seat = join(program, running, bob)["seat"]
    heard_at = RoomSeat.objects.get().heard_at
    with time_machine.travel(heard_at + timedelta(seconds=5), tick=False):
        status, refused = signals(program, running, bob, **({"seat": seat} | wrong))

    assert (status in (400, 422), list(refused["fields"])) == (True, fields)
    assert (RoomSignal.objects.count(), RoomSeat.objects.get().heard_at) == (0, heard_at)


@pytest.mark.parametrize("tab", ["", " ", "x" * 37, 7, None, "\u202e", ["one"]])
def test_windows_have_short_plain_names(program, running, bob, tab):
    status, _refused = program(bob).post(f"bookings/{running.uuid}/room/", {"tab": tab})

    assert (status in (400, 422), RoomSeat.objects.count()) == (True, 0)


def test_strangers_find_nothing_and_a_token_for_reading_is_refused(program, running, alice, bob, charlie, maria):
    seat = join(program, running, bob)["seat"]
    for person in (charlie, maria):
        assert program(person).post(f"bookings/{running.uuid}/room/", {"tab": "one"})[0] == 404
        assert signals(program, running, person, seat=seat)[0] == 404
    reads = program(alice, Scope.READ)
    assert reads.post(f"bookings/{running.uuid}/room/", {"tab": "one"})[1]["code"] == "read_only_token"
    assert reads.post(f"bookings/{running.uuid}/room/signals/", {"seat": seat})[1]["code"] == "read_only_token"
    assert signals(program, running, alice, seat=seat)[1]["code"] == "seat_lost"
    assert RoomSeat.objects.count() == 1


@pytest.mark.parametrize("minutes", [-11, 40])
def test_outside_its_time_there_is_no_seat_and_no_credential(program, booking, bob, settings, minutes):
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org:3478"], "s" * 32
    asked = program(bob)
    with time_machine.travel(booking.start + timedelta(minutes=minutes), tick=False):
        status, refused = asked.post(f"bookings/{booking.uuid}/room/", {"tab": "one"})

    assert (status, refused["code"]) == (409, "not_open")
    assert "credential" not in str(refused)
