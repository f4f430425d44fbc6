"""Every call of the contract: what it takes, what it answers, whom it refuses."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import DataExport
from accounts.privacy.exports import write_due_copies
from notifications.models import Group
from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.booking.series import book_further
from sessions_app.models import AttendanceAct, Booking, BookingState
from tests.conftest import NOW, at
from tests.sessions_app.conftest import QUESTION, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
THURSDAY = "2026-11-26T14:30:00Z"


def wish(offer, start: str = THURSDAY, **brief) -> dict:
    return {"offer": str(offer.uuid), "start": start, "brief": {"question": QUESTION, **brief}}


def test_topics_are_a_tree(program, topic):
    status, topics = program().get("topics/")

    leaf = {"slug": "negotiation", "name": "Negotiation"}
    assert (status, topics) == (200, [{"slug": "work", "name": "Work", "topics": [leaf]}])


def test_one_mentor_with_offers(program, offer, topic):
    offer.profile.topics.add(topic)

    status, mentor = program().get("mentors/alice-adair/")

    assert status == 200
    assert mentor == {
        "slug": "alice-adair",
        "name": "Alice Adair",
        "headline": "Engineering director",
        "topics": [{"slug": "negotiation", "name": "Negotiation"}],
        "languages": ["en"],
        "offers": [{"id": str(offer.uuid), "title": "25 minutes", "length": 25, "format": "video", "instant": True}],
        "asks": ["Should I take the counter-offer?", "How do I ask for the level?", "My first reorg"],
        "how_i_work": "Bring the letter.",
    }


def test_slots_are_of_the_readers_dates(program, offer):
    query = {"offer": offer.uuid, "from": "2026-11-26", "to": "2026-11-26", "timezone": "Asia/Kolkata"}

    status, answer = program().get("mentors/alice-adair/slots/", **query)

    # 09:00–17:00 in London is 14:30–22:30 in Kolkata: all on the same date there.
    assert (status, answer["timezone"], len(answer["slots"])) == (200, "Asia/Kolkata", 16)
    first = {"start": "2026-11-26T09:00:00Z", "end": "2026-11-26T09:25:00Z", "busy_in_your_calendar": False}
    assert answer["slots"][0] == first


def test_slots_say_when_a_calendar_of_the_readers_says_busy(program, offer, bob):
    spans = [(at("2026-11-26 09:20"), at("2026-11-26 09:30"))]
    replace_busy_times(person=bob, calendar=7, spans=spans, now=NOW)
    query = {"offer": offer.uuid, "from": "2026-11-26", "to": "2026-11-26", "timezone": "Europe/London"}

    slots = program(bob).get("mentors/alice-adair/slots/", **query)[1]["slots"]

    assert [slot["busy_in_your_calendar"] for slot in slots] == [True] + [False] * 15


def test_slots_leave_out_what_the_reader_has_elsewhere(program, offer, bob, booking):
    query = {"offer": offer.uuid, "from": "2026-11-26", "to": "2026-11-26", "timezone": "Europe/London"}

    starts = {slot["start"] for slot in program(bob).get("mentors/alice-adair/slots/", **query)[1]["slots"]}

    assert THURSDAY not in starts


def test_booking_answers_all_of_it(program, offer, bob):
    status, booked = program(bob).post("bookings/", wish(offer, situation="Two letters.", needed_by="2026-12-01"))

    stored = Booking.objects.get()
    address = f"http://localhost:8000/api/v1/bookings/{stored.uuid}/"
    assert status == 201
    assert booked == {
        "uuid": str(stored.uuid),
        "state": "confirmed",
        "start": THURSDAY,
        "end": "2026-11-26T14:55:00Z",
        "length": 25,
        "answer_by": None,
        "other_times": [],
        "timezone": "Asia/Kolkata",
        "mentor": {"slug": "alice-adair", "name": "Alice Adair"},
        "mentee": {"name": "Bob Bose"},
        "offer": {"id": str(offer.uuid), "title": "25 minutes", "format": "video"},
        "brief": {
            "question": QUESTION,
            "issue_type": "",
            "situation": "Two letters.",
            "tried": "",
            "done_when": "",
            "needed_by": "2026-12-01",
        },
        "join_url": None,
        "engagement": str(stored.engagement.uuid),
        "programme": None,
        "version": 0,
        "sequence": 0,
        "links": {
            "self": address,
            "page": f"http://localhost:8000/sessions/{stored.uuid}/",
            "cancel": f"{address}cancel/",
            "reschedule": f"{address}reschedule/",
        },
    }


def test_a_taken_time_is_409_with_alternatives(program, offer, charlie, booking):
    status, refused = program(charlie).post("bookings/", wish(offer))

    assert (status, refused["code"], refused["fields"]) == (409, "taken", {})
    assert [slot["start"] for slot in refused["alternatives"]] == [
        "2026-11-26T13:30:00Z",
        "2026-11-26T14:00:00Z",
        "2026-11-26T15:00:00Z",
    ]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2026-11-24T15:00:00Z", "notice"),
        ("2027-02-24T15:00:00Z", "horizon"),
        ("2026-11-28T15:00:00Z", "outside_windows"),
        ("2026-11-26T14:31:00Z", "off_grid"),
        ("2026-11-20T15:00:00Z", "past"),
    ],
)
def test_what_the_present_state_refuses_is_409(program, offer, bob, start, code):
    status, refused = program(bob).post("bookings/", wish(offer, start))

    assert (status, refused["code"], Booking.objects.count()) == (409, code, 0)


def test_ones_own_profile_and_made_up_offers_are_422(program, offer, alice, bob):
    own = program(alice).post("bookings/", wish(offer))
    offer.is_active = False
    offer.save()
    gone = program(bob).post("bookings/", wish(offer))

    assert [(status, body["code"], list(body["fields"])) for status, body in (own, gone)] == [
        (422, "own_profile", ["offer"]),
        (422, "unknown_offer", ["offer"]),
    ]


def test_join_url_is_there_while_the_call_is_open(program, bob, booking, settings):
    asked = program(bob)
    with time_machine.travel(booking.start - timedelta(minutes=5), tick=False):
        found = asked.get(f"bookings/{booking.uuid}/")[1]

    assert found["join_url"] == f"{settings.SITE_URL}/sessions/{booking.uuid}/room/"


def test_join_url_is_the_room_of_a_service(program, bob, booking, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    asked = program(bob)
    with time_machine.travel(booking.start - timedelta(minutes=5), tick=False):
        found = asked.get(f"bookings/{booking.uuid}/")[1]

    assert found["join_url"] == f"https://meet.example.org/Quarterhour-{booking.room}"


def test_join_url_is_our_page_where_the_room_asks_for_a_token(program, bob, booking, settings):
    settings.JITSI_DOMAIN = "meet.example.org"
    asked = program(bob)
    with time_machine.travel(booking.start - timedelta(minutes=5), tick=False):
        found = asked.get(f"bookings/{booking.uuid}/")[1]
        listed = asked.get("bookings/")[1]

    assert found["join_url"] == f"{settings.SITE_URL}/sessions/{booking.uuid}/join/"
    assert "meet.example.org" not in str(listed)


def test_cancel_and_its_reason(program, bob, booking):
    status, cancelled = program(bob).act(f"bookings/{booking.uuid}/cancel/", {"reason": "I know now."})

    booking.refresh_from_db()
    assert (status, cancelled["state"], cancelled["sequence"], booking.reason) == (200, "cancelled", 1, "I know now.")


def test_cancel_takes_a_request_back(program, bob, request_for):
    assert program(bob).act(f"bookings/{request_for.uuid}/cancel/")[1]["state"] == "withdrawn"


def test_a_mentor_answers_a_request_and_does_not_cancel_it(program, alice, request_for):
    status, refused = program(alice).act(f"bookings/{request_for.uuid}/cancel/", {"reason": "Ill"})

    request_for.refresh_from_db()
    assert (status, refused["code"], request_for.state) == (409, "not_confirmed", "requested")


def test_cancel_with_all_that_lies_ahead_for_the_question(program, bob, booking):
    book_further(booking=booking, starts=[booking.start + timedelta(weeks=1)], by=bob, now=NOW)

    status, cancelled = program(bob).act(f"bookings/{booking.uuid}/cancel/", {"all": True})

    assert (status, cancelled["state"]) == (200, "cancelled")
    assert list(Booking.objects.values_list("state", flat=True)) == ["cancelled", "cancelled"]


def test_late_cancelling_needs_a_reason(program, bob, offer):
    late = book(offer, bob)
    Booking.objects.update(during=(NOW + timedelta(hours=2), NOW + timedelta(hours=3)))

    status, refused = program(bob).act(f"bookings/{late.uuid}/cancel/", {})

    assert (status, refused["code"], list(refused["fields"])) == (422, "reason_needed", ["reason"])


def test_reschedule_and_its_refusal(program, bob, booking):
    moved = program(bob).act(f"bookings/{booking.uuid}/reschedule/", {"start": "2026-11-27T10:00:00+00:00"})
    refused = program(bob).act(f"bookings/{booking.uuid}/reschedule/", {"start": "2026-11-28T10:00:00Z"})
    same = program(bob).act(f"bookings/{booking.uuid}/reschedule/", {"start": "2026-11-27T10:00:00Z"})

    assert (moved[0], moved[1]["start"], moved[1]["sequence"]) == (200, "2026-11-27T10:00:00Z", 1)
    assert (refused[0], refused[1]["code"], len(refused[1]["alternatives"])) == (409, "outside_windows", 3)
    assert (same[0], same[1]["code"]) == (422, "same_time")
    assert "2026-11-27T10:00:00Z" not in [slot["start"] for slot in same[1]["alternatives"]]


def test_accept_and_decline_are_the_mentors(program, alice, bob, request_for):
    links = program(alice).get(f"bookings/{request_for.uuid}/")[1]["links"]
    by_mentee = program(bob).act(f"bookings/{request_for.uuid}/accept/")
    accepted = program(alice).act(f"bookings/{request_for.uuid}/accept/")
    again = program(alice).act(f"bookings/{request_for.uuid}/decline/", {"reason": "No."})

    assert set(links) == {"self", "page", "accept", "counter", "decline"}
    assert by_mentee[0] == 404
    assert (accepted[0], accepted[1]["state"]) == (200, "confirmed")
    assert (again[0], again[1]["code"]) == (409, "not_waiting")


def test_decline_tells_why(program, alice, request_for):
    nothing = program(alice).act(f"bookings/{request_for.uuid}/decline/", {})
    declined = program(alice).act(f"bookings/{request_for.uuid}/decline/", {"reason": "Not my field."})

    assert (nothing[0], nothing[1]["fields"]) == (400, {"reason": ["This field is required."]})
    assert (declined[0], declined[1]["state"]) == (200, "declined")


def test_a_request_that_ran_out_has_expired(program, bob, request_for):
    Booking.objects.update(expires_at=NOW - timedelta(minutes=1))

    assert program(bob).get(f"bookings/{request_for.uuid}/")[1]["state"] == "expired"


@pytest.fixture
def nine(offer, bob) -> list[Booking]:
    """Of five days that are over and four to come, as if the limit of open ones weren't there."""
    pattern = book(offer, bob)
    found = []
    for day in (16, 17, 18, 19, 20, 25, 26, 27, 30):
        start = NOW.replace(day=day, hour=10, minute=0)
        state = BookingState.CONFIRMED if start > NOW else BookingState.COMPLETED
        pattern.pk, pattern.uuid, pattern.state = None, uuid4(), state
        pattern.during = (start, start + timedelta(minutes=25))
        pattern.save(force_insert=True)
        found.append(Booking.objects.get(uuid=pattern.uuid))
    Booking.objects.exclude(pk__in=[one.pk for one in found]).update(state=BookingState.EXPIRED, mentee=None)
    return found


def test_my_bookings_upcoming_first_page_by_page(program, bob, nine):
    asked = program(bob)
    first = asked.get("bookings/", limit=6)[1]
    second = asked.get("bookings/", **dict(parse_qsl(urlsplit(first["next"]).query)))[1]

    days = [[one["start"][8:10] for one in page["results"]] for page in (first, second)]
    assert days == [["25", "26", "27", "30", "20", "19"], ["18", "17", "16"]]
    assert second["next"] is None


def test_lists_take_the_same_queries_however_long(program, bob, nine):
    asked = program(bob)
    asked.get("bookings/")
    counts = []
    for limit in (1, 9):
        with CaptureQueriesContext(connection) as found:
            asked.get("bookings/", limit=limit)
        counts.append(len(found))

    assert counts[0] <= counts[1] <= 9


def at_minute(minutes: int):
    """So many minutes after Thursday's start."""
    return time_machine.travel(NOW.fromisoformat(THURSDAY) + timedelta(minutes=minutes), tick=False)


def test_who_came_is_said_as_on_the_page(program, alice, bob, booking):
    mentor, mentee, address = program(alice), program(bob), f"bookings/{booking.uuid}/attendance/"
    with at_minute(-30):
        assert mentee.act(address, {"outcome": "late"})[0] == 200
        assert mentee.act(address, {"outcome": "joined"})[1]["code"] == "not_open"
    with at_minute(6):
        assert mentor.act(address, {"outcome": "absent"})[1]["code"] == "not_there"
        said = [mentor.act(address, {"outcome": outcome})[0] for outcome in ("joined", "absent")]
        assert "attendance" in mentor.get(f"bookings/{booking.uuid}/")[1]["links"]
    with at_minute(8):
        missed = mentee.act(address, {"outcome": "missed", "words": "The train stood still."})
        nothing = mentee.act(address, {"outcome": "explained"})
        contested = mentee.act(address, {"outcome": "contested", "words": "I was there."})

    assert (said, missed[1]["state"]) == ([200, 200], "mentee_no_show")
    assert (nothing[0], list(nothing[1]["fields"])) == (422, ["words"])
    assert contested[0] == 200
    acts = list(AttendanceAct.objects.values_list("person__name", "kind", "words"))
    assert acts == [
        ("Bob Bose", "late", ""),
        ("Alice Adair", "joined", ""),
        ("Alice Adair", "absent", ""),
        ("Bob Bose", "missed", "The train stood still."),
        ("Bob Bose", "contested", "I was there."),
    ]


def test_who_came_is_linked_as_long_as_it_can_be_said(program, alice, booking):
    mentor, linked = program(alice), []
    for minutes in (-90, -30, 30, 60, 30 * 60):
        with at_minute(minutes):
            one, [listed] = mentor.get(f"bookings/{booking.uuid}/")[1], mentor.get("bookings/")[1]["results"]
        linked.append(["attendance" in found["links"] for found in (one, listed)])

    # Later only someone who was in the call could say anything.
    assert linked == [[False] * 2, [True] * 2, [True] * 2, [False] * 2, [False] * 2]


def test_the_other_arrives_after_all(program, alice, booking):
    mentor, address = program(alice), f"bookings/{booking.uuid}/attendance/"
    with at_minute(6):
        said = [mentor.act(address, {"outcome": outcome})[0] for outcome in ("joined", "absent", "arrived")]

    assert said == [200, 200, 200]


def test_what_the_api_does_not_name_of_a_schedule_stays(program, alice):
    schedule = alice.mentor_profile.schedule
    kept = {"move_notice": 61, "cancel_notice": 62, "meeting_url": "https://meet.example.org/alice"}
    type(schedule).objects.filter(pk=schedule.pk).update(**kept)

    assert program(alice).save_schedule(SCHEDULE)[0] == 200
    assert type(schedule).objects.values(*kept).get() == kept


def test_a_stranger_finds_nothing(program, charlie, booking):
    asked, nobody = program(charlie), uuid4()
    calls = [("GET", "", None), ("POST", "cancel/", {}), ("POST", "reschedule/", {"start": THURSDAY})]
    calls += [("POST", "accept/", None), ("POST", "decline/", {"reason": "x"})]
    calls += [("POST", "attendance/", {"outcome": "joined"})]

    real = [asked.send(method, f"bookings/{booking.uuid}/{act}", body) for method, act, body in calls]
    made_up = [asked.send(method, f"bookings/{nobody}/{act}", body) for method, act, body in calls]

    assert real == made_up == [(404, {"code": "not_found", "message": "There’s nothing here.", "fields": {}})] * 6
    assert asked.get("bookings/")[1] == {"results": [], "next": None}


SCHEDULE = {
    "timezone": "Europe/Berlin",
    "windows": [{"weekday": 1, "start": "09:00", "end": "12:00"}, {"weekday": 5, "start": "20:00", "end": "24:00"}],
    "overrides": [
        {"date": "2026-12-01", "windows": []},
        {"date": "2026-12-02", "windows": [{"start": "08:00", "end": "09:00"}]},
    ],
    "time_off": [{"first": "2026-12-24", "last": "2027-01-02"}],
    "buffer": 10,
    "notice": 600,
    "horizon_days": 60,
    "max_per_day": 2,
    "max_per_week": None,
    "paused_until": "2026-12-05",
}


def test_a_schedule_is_saved_whole_and_read_back(program, alice):
    asked = program(alice)

    saved = asked.save_schedule(SCHEDULE)
    other = {**SCHEDULE, "overrides": SCHEDULE["overrides"][1:], "time_off": [], "paused_until": None}
    after = asked.save_schedule(other)

    versions = [answer[1].pop("version") for answer in (saved, after)]
    assert versions[0] != versions[1]
    assert (saved, after) == ((200, SCHEDULE), (200, other))
    assert asked.get("me/schedule/") == (200, {**other, "version": versions[1]})


def test_a_schedule_that_cannot_be_is_refused_whole(program, alice):
    asked = program(alice)
    before = asked.get("me/schedule/")
    overlap = [{"weekday": 1, "start": "09:00", "end": "12:00"}, {"weekday": 1, "start": "11:00", "end": "13:00"}]
    past = [{"date": "2026-11-01", "windows": []}]
    twice = [{"first": "2026-12-24", "last": "2027-01-02"}, {"first": "2026-12-31", "last": "2027-01-05"}]

    wrong = {"windows": overlap, "overrides": past, "time_off": twice, "paused_until": "2026-11-24"}
    refused = {name: asked.save_schedule({**SCHEDULE, name: value})[1] for name, value in wrong.items()}

    assert {name: (body["code"], list(body["fields"])) for name, body in refused.items()} == {
        "windows": ("overlap", ["windows"]),
        "overrides": ("past", ["overrides"]),
        "time_off": ("overlap", ["time_off"]),
        "paused_until": ("away", ["paused_until"]),
    }
    assert asked.get("me/schedule/") == before


def test_who_does_not_mentor_has_no_schedule(program, bob):
    assert [program(bob).get("me/schedule/")[0], program(bob).save_schedule(SCHEDULE)[0]] == [404, 404]


def test_me_and_what_i_change(program, bob):
    asked = program(bob)
    change = {"name": "Bobby Bose", "preferences": {"mails": {"afterwards": False}, "reminders": [60], "clock": "12"}}

    status, me = asked.send("PATCH", "me/", change)

    assert status == 200
    assert me == asked.get("me/")[1]
    assert me == {
        "name": "Bobby Bose",
        "timezone": "Asia/Kolkata",
        "language": "en",
        "preferences": {
            "clock": "12",
            "mails": {group: group not in ("afterwards", "news") for group in Group.values},
            "reminders": [60],
            "quiet_hours": None,
        },
    }


@pytest.mark.parametrize("group", Group.values)
def test_each_group_of_mails_is_switched_off_and_on_alone(program, bob, group):
    asked = program(bob)
    before = asked.get("me/")[1]["preferences"]["mails"]

    answers = [
        asked.send("PATCH", "me/", {"preferences": {"mails": {group: value}}})[1]["preferences"]["mails"]
        for value in (False, True)
    ]

    assert answers == [before | {group: False}, before | {group: True}]


def test_quiet_hours_come_and_go(program, bob):
    asked, quiet = program(bob), {"from": "22:00", "until": "07:00"}

    hours = [
        asked.send("PATCH", "me/", {"preferences": {"quiet_hours": value}})[1]["preferences"]["quiet_hours"]
        for value in (quiet, None)
    ]

    assert hours == [quiet, None]


def test_the_inbox(program, alice, booking):
    status, answer = program(alice).get("me/notifications/")

    line = answer["results"][0]
    assert (status, len(answer["results"]), answer["next"]) == (200, 1, None)
    assert (line["kind"], line["at"], line["read"]) == ("booked", "2026-11-24T13:46:00Z", False)
    assert line["url"] == f"http://localhost:8000/sessions/{booking.uuid}/"


def test_what_a_program_reads_is_in_its_persons_zone_as_on_pages(program, bob, booking, client_for):
    by_session = client_for(bob).get("/api/v1/me/notifications/").json()

    assert program(bob).get("me/notifications/")[1] == by_session
    assert "20:00" in by_session["results"][0]["text"]


def test_head_is_get_without_its_body(client_for, bob):
    response = client_for(bob).head("/api/v1/bookings/?limit=5")

    assert (response.status_code, response.content) == (200, b"")


def test_a_copy_of_ones_data_is_asked_for_once_a_day(program, bob, client_for, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    status, asked = program(bob).post("me/export/", {})

    assert (status, asked["state"], asked["expires_at"]) == (202, "asked", None)
    assert asked["url"].endswith("/settings/data/")
    assert program(bob).post("me/export/", {})[0] == 202  # the same one, which is still being prepared
    DataExport.objects.update(state="failed")
    program(bob).post("me/export/", {})
    write_due_copies(now=NOW)
    status, refused = program(bob).post("me/export/", {})
    assert (status, refused["code"]) == (429, "too_often")
    export = DataExport.objects.get(person=bob, state="ready")
    download = client_for(bob).get(f"/settings/data/copy/{export.uuid}/")
    assert b"".join(download.streaming_content).startswith(b"PK")


def test_further_dates_are_booked_together_or_not_at_all(program, booking, bob):
    here, dates = f"bookings/{booking.uuid}/further/", ["2026-12-03T14:30:00Z", "2026-12-10T14:30:00Z"]

    refused = program(bob).post(here, {"starts": [dates[0], "2026-12-06T14:30:00Z"]})
    status, made = program(bob).post(here, {"starts": dates}, key="once")
    again = program(bob).post(here, {"starts": dates}, key="once")

    assert (refused[0], refused[1]["code"]) == (409, "outside_windows")
    assert (status, [row["start"] for row in made], again) == (201, dates, (201, made))
    assert {row["engagement"] for row in made} == {str(booking.engagement.uuid)}
    assert Booking.objects.count() == 3
    status, answer = program(bob).post(here, {"starts": ["2026-12-11T09:00:00Z", "2026-12-11T10:00:00Z"]})
    assert (status, answer["code"], Booking.objects.count()) == (409, "too_many_dates", 3)


@pytest.mark.parametrize("starts", [[], ["Thursday"], ["2026-12-03T14:30"], "2026-12-03T14:30:00Z"])
def test_further_dates_that_cannot_be_read_book_nothing(program, booking, bob, starts):
    assert program(bob).post(f"bookings/{booking.uuid}/further/", {"starts": starts})[0] == 400
    assert Booking.objects.count() == 1


def test_further_dates_are_the_mentees(program, booking, alice, charlie):
    for person in (alice, charlie):
        answer = program(person).post(f"bookings/{booking.uuid}/further/", {"starts": ["2026-12-03T14:30:00Z"]})
        assert answer[0] == 404
