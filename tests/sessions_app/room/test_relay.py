"""The relay: its credential, which servers a browser is told of, and settings that don't go together."""

import base64
import hashlib
import hmac
from uuid import UUID

import pytest

from sessions_app.room.checks import check_relay, warn_of_no_relay
from sessions_app.room.relay import ice_servers, probe_urls
from tests.conftest import at

SEAT = UUID("8d0f5c0e-7b1c-4e0e-9a55-0d6d0f2f6b11")
UNTIL = at("2026-11-26 15:10")
SECRET = "s" * 32
RELAY = {"TURN_URLS": ["turn:turn.example.org:3478", "turns:turn.example.org:443?transport=tcp"], "TURN_SECRET": SECRET}


def given(settings, **values):
    for name, value in values.items():
        setattr(settings, name, value)


def test_credential_is_what_coturn_expects_and_ends_with_the_call(settings):
    given(settings, **RELAY)
    [server] = ice_servers(SEAT, until=UNTIL)

    ends, seat = server["username"].split(":")
    assert (int(ends), UUID(seat), server["urls"]) == (UNTIL.timestamp(), SEAT, RELAY["TURN_URLS"])
    expected = hmac.new(SECRET.encode(), server["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(server["credential"]) == expected


def test_no_server_of_others_is_asked_unless_someone_says_so(settings):
    assert (ice_servers(SEAT, until=UNTIL), probe_urls()) == ([], [])
    settings.STUN_URLS = ["stun:stun.example.org"]
    assert ice_servers(SEAT, until=UNTIL) == [{"urls": ["stun:stun.example.org"]}]


def test_network_is_tried_without_a_credential(settings):
    given(settings, **RELAY)
    assert probe_urls() == ["stun:turn.example.org:3478"]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, []),
        (RELAY, []),
        ({"TURN_URLS": RELAY["TURN_URLS"]}, ["sessions_app.E004"]),
        ({"TURN_SECRET": SECRET}, ["sessions_app.E004"]),
        (RELAY | {"TURN_URLS": ["turn.example.org"]}, ["sessions_app.E005"]),
        ({"STUN_URLS": ["https://stun.example.org"]}, ["sessions_app.E006"]),
        (RELAY | {"TURN_SECRET": "short"}, ["sessions_app.E007"]),
        ({"TURN_ONLY": True}, ["sessions_app.E008"]),
    ],
)
def test_half_a_relay_is_refused(settings, values, found):
    given(settings, **values)

    assert [error.id for error in check_relay()] == found


@pytest.mark.parametrize(
    ("values", "warned"),
    [
        ({}, True),
        (RELAY, False),
        ({"MEETING_URL": "https://m.example.org/{token}"}, False),
        ({"JITSI_DOMAIN": "m"}, False),
    ],
)
def test_calls_without_a_relay_are_warned_of(settings, values, warned):
    given(settings, **values)

    assert bool(warn_of_no_relay()) == warned
