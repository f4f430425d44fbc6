"""The page of a call: who is led where, and what browsers allow it."""

from datetime import timedelta

import pytest
import time_machine

from sessions_app.booking.changes import cancel_booking
from tests.conftest import NOW
from tests.sessions_app.helpers.attendance import after

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_only_the_page_of_a_call_may_ask_for_camera_microphone_and_screen(booking, bob, client_for):
    room, session = (client_for(bob).get(f"/sessions/{booking.uuid}/{end}") for end in ("room/", ""))
    allowed = {
        page: {part for part in response["Permissions-Policy"].split(", ") if not part.endswith("=()")}
        for page, response in (("room", room), ("session", session))
    }

    assert allowed == {"room": {"camera=(self)", "microphone=(self)", "display-capture=(self)"}, "session": set()}
    assert room["Content-Security-Policy"] == session["Content-Security-Policy"]
    assert "unsafe" not in room["Content-Security-Policy"]


@pytest.mark.parametrize("how", ["cancelled", "over", "own room", "service"])
def test_without_a_call_of_ours_the_page_leads_to_the_session(booking, alice, bob, client_for, settings, how):
    moment = after(41) if how == "over" else after(0)
    match how:
        case "cancelled":
            cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW)
        case "own room":
            alice.mentor_profile.schedule.meeting_url = "https://zoom.us/j/1"
            alice.mentor_profile.schedule.save()
        case "service":
            settings.MEETING_URL = "https://meet.example.org/{token}"
    with time_machine.travel(moment, tick=False):
        response = client_for(bob).get(f"/sessions/{booking.uuid}/room/")

    assert response["Location"] == f"/sessions/{booking.uuid}/"


def test_press_without_scripts_counts_as_joining_and_opens_the_chat(booking, bob, client_for):
    with time_machine.travel(booking.start - timedelta(minutes=1), tick=False):
        client = client_for(bob)
        pressed = client.post(f"/sessions/{booking.uuid}/join/")
        assert client.get(f"/sessions/{booking.uuid}/join/")["Location"] == f"/sessions/{booking.uuid}/room/"

    assert pressed["Location"] == f"/sessions/{booking.uuid}/#messages"
    assert [act.kind for act in booking.attendance.all()] == ["joined"]
