"""What nobody should send: it is refused in one shape, and nothing breaks."""

import json

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer

from common.api.errors import validation_answer
from common.api.fields import Input
from mentors.models import Format
from sessions_app.models import Booking
from tests.api.conftest import V1
from tests.api.test_calls import SCHEDULE, wish
from tests.hostile import HOSTILE, RAW_QUERIES
from tests.test_access import ACCESS, clients, scene  # noqa: F401 - fixtures
from tests.test_project import routes

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
DEEP = 100_000
BODIES = {
    "nothing": "",
    "not json": "{",
    "not utf-8": b"\xff\xfe",
    "nan": '{"offer": NaN}',
    "infinite": '{"offer": 1e999}',
    "a number past python": '{"offer": ' + "9" * 5000 + "}",
    "deep lists": "[" * DEEP + "]" * DEEP,
    "deep objects": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "a name twice": '{"offer": 1, "offer": 2}',
    "a list": "[]",
    "null": "null",
    "text": '"offer"',
    "large": '"' + "x" * 256 * 1024 + '"',
    "larger": '"' + "x" * 2 * 1024 * 1024 + '"',
    "surrogate": '{"\\ud800": "\\ud800"}',
    "a name of anything": json.dumps({"\x00\u202e" * 500: 1}),
}
CHANGES = [("POST", "bookings/"), ("PUT", "me/schedule/"), ("PATCH", "me/")]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_that_cannot_be_read(program, alice, body):
    asked = program(alice)

    answers = [asked.send(method, path, body) for method, path in CHANGES]
    keyed = [asked.send(method, path, body, key="k") for method, path in CHANGES]

    harmless = body == ""  # a change of nothing
    assert [status for status, _said in answers] == [400, 400, 200 if harmless else 400]
    assert [status for status, _said in keyed] == [400, 400, 200 if harmless else 400]
    assert all(set(said) == {"code", "message", "fields"} for status, said in answers if status == 400)


def list_inputs(kind: type[Input] = Input) -> list[type[Input]]:
    """Every body and query that a call reads, and their parts."""
    below = kind.__subclasses__()
    return [*below, *(further for one in below for further in list_inputs(one))]


@pytest.mark.parametrize("wrapped", [False, True], ids=["a text", "a list"])
def test_half_a_character_in_any_field_is_answered(wrapped):
    """JSON can name half of a pair (U+D800), which no answer can hold: neither may what quotes it."""
    get_resolver().url_patterns  # noqa: B018 - loads every call
    text = "\ud800"
    refused = set()
    for kind in list_inputs():
        said = kind(data=dict.fromkeys(kind().fields, [text] if wrapped else text))
        if not said.is_valid():
            answer = validation_answer(ValidationError(said.errors))
            refused.add(kind.__name__)
            assert b"fields" in JSONRenderer().render(answer.data)

    assert {"ReportInput", "RosterIn"} <= refused


def test_half_a_character_over_the_wire(program, alice):
    """As json.dumps writes it; the call names the choice that it doesn't know."""
    status, said = program(alice).send("POST", "me/calendars/", '{"kind": "\\ud800", "address": "https://a.example/"}')

    assert (status, said["code"], list(said["fields"])) == (400, "malformed", ["kind"])


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_in_every_field(program, alice, bob, offer, text):
    asked, mentor = program(bob), program(alice)
    body = wish(offer, situation="", tried="", done_when="", needed_by="2026-12-01", issue_type="career")
    brief = body["brief"]
    found = [asked.post("bookings/", {**body, name: text}) for name in ("offer", "start", "brief", text)]
    for name in brief:
        found.append(asked.post("bookings/", {**body, "brief": {**brief, name: text}}))
    found += [mentor.save_schedule({**SCHEDULE, name: text}) for name in SCHEDULE]
    found += [mentor.send("PATCH", "me/", {name: text}) for name in ("name", "timezone", "language", "preferences")]

    assert {status for status, _said in found} <= {200, 201, 400, 409, 422}
    assert [row.question for row in Booking.objects.with_people() if "\x00" in row.question] == []


@pytest.mark.parametrize(
    ("value", "status", "said"),
    [
        ("2026-11-26T14:30:00", 400, "Include the offset: …Z for UTC, or …+01:00."),
        ("2026-11-26", 400, "Send a date and time with its offset, such as 2026-11-26T14:30:00Z."),
        (1795527000, 400, "Send a date and time with its offset, such as 2026-11-26T14:30:00Z."),
        ("0001-01-01T00:00:00+14:00", 422, "That date and time is out of range."),
        ("2026-02-30T10:00:00Z", 422, "That date and time is out of range."),
        ("9999-12-31T23:59:59-14:00", 422, "That date and time is out of range."),
    ],
)
def test_moments(program, bob, offer, value, status, said):
    answer = program(bob).post("bookings/", {**wish(offer), "start": value})

    assert (answer[0], answer[1]["fields"]) == (status, {"start": [said]})


def test_a_moment_may_be_written_with_any_offset(program, bob, offer):
    booked = program(bob).post("bookings/", wish(offer, "2026-11-26T20:00:00+05:30"))[1]

    assert booked["start"] == "2026-11-26T14:30:00Z"


@pytest.mark.parametrize("value", [-1, 0, 10**30, 1.5, "5", True, None, [], {}, 366])
def test_numbers_are_bounded_numbers(program, alice, value):
    status, refused = program(alice).save_schedule({**SCHEDULE, "horizon_days": value})

    assert (status, list(refused["fields"])) == (400, ["horizon_days"])


@pytest.mark.parametrize(
    ("sent", "kept"), [("Asia/Calcutta", "Asia/Kolkata"), ("America/Godthab", "America/Nuuk"), ("Etc/UTC", "UTC")]
)
def test_retired_names_of_zones_are_taken_for_those_that_we_keep(program, alice, offer, sent, kept):
    program(alice).save_schedule({**SCHEDULE, "timezone": sent})
    program(alice).send("PATCH", "me/", {"timezone": sent})
    slots = program().get("mentors/alice-adair/slots/", **{**DAYS, "offer": offer.uuid, "timezone": sent})

    alice.refresh_from_db()
    offer.profile.schedule.refresh_from_db()
    assert (alice.timezone, offer.profile.schedule.timezone, slots[1]["timezone"]) == (kept, kept, kept)


@pytest.mark.parametrize("zone", ["EST", "Etc/GMT+5", "../UTC", "Europe/Nowhere", "europe/london"])
def test_zones_are_those_that_we_know(program, alice, offer, zone):
    refused = [
        program(alice).save_schedule({**SCHEDULE, "timezone": zone}),
        program(alice).send("PATCH", "me/", {"timezone": zone}),
        program().get("mentors/alice-adair/slots/", **{**DAYS, "offer": offer.uuid, "timezone": zone}),
    ]

    assert [(status, list(body["fields"])) for status, body in refused] == [(422, ["timezone"])] * 3


DAYS = {"from": "2026-11-26", "to": "2026-11-27", "timezone": "Europe/London"}


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"to": "2026-11-25"}, 422, "to"),
        ({"to": "2027-01-27"}, 422, "to"),
        ({"to": "2027-01-26"}, 200, None),
        # Sixty-two dates in which clocks go back are an hour longer.
        ({"from": "2027-09-01", "to": "2027-11-01"}, 200, None),
        ({"from": "2027-09-01", "to": "2027-11-01", "timezone": "Australia/Lord_Howe"}, 200, None),
        ({"from": "2027-02-15", "to": "2027-04-17", "timezone": "Australia/Sydney"}, 200, None),
        ({"from": "2001-01-01", "to": "2001-01-02"}, 200, None),
        ({"from": "2099-12-30", "to": "2099-12-31", "timezone": "Pacific/Kiritimati"}, 200, None),
        ({"from": "yesterday"}, 400, "from"),
        ({"offer": "1"}, 400, "offer"),
        ({"sort": "name"}, 400, "sort"),
        ({"to": ["2026-11-27", "2026-11-28"]}, 400, "to"),
        ({"timezone": ""}, 422, "timezone"),
    ],
)
def test_what_is_asked_of_slots(program, offer, change, status, field):
    answer = program().get("mentors/alice-adair/slots/", **{"offer": offer.uuid, **DAYS, **change})

    assert (answer[0], list(answer[1].get("fields", {}))) == (status, [field] if field else [])


def test_an_offer_in_writing_has_no_slots(program, offer):
    written = offer.profile.offers.create(length=15, format=Format.WRITING)

    status, answer = program().get("mentors/alice-adair/slots/", **DAYS, offer=written.uuid)

    assert (status, list(answer["fields"])) == (422, ["offer"])


def test_an_offer_of_another_mentor_has_no_slots_here(program, offer, charlie):
    from tests.conftest import make_mentor

    other = make_mentor(charlie).offers.get()

    assert program().get("mentors/alice-adair/slots/", **DAYS, offer=other.uuid)[0] == 404


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=-1", "limit=x", "limit=٣", "limit=5&limit=6", "page=2"),
        *("cursor=", "cursor=x", "cursor=eyJhIjoxfQ:1abc:defg", *RAW_QUERIES.values()),
    ],
)
def test_what_is_asked_of_lists(bob, client_for, query):
    statuses = [client_for(bob).get(f"{V1}{path}?{query}").status_code for path in ("bookings/", "me/notifications/")]

    assert set(statuses) in ({400}, {422})


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""])
def test_what_is_not_json_is_415(bob, client_for, kind):
    response = client_for(bob).generic("POST", f"{V1}bookings/", "a=1", content_type=kind)

    assert (response.status_code, response.json()["code"]) == (415, "not_json")


def test_body_without_its_length_is_not_taken_for_an_empty_one(bob, client_for):
    headers = {"Transfer-Encoding": "chunked"}

    response = client_for(bob).generic("PATCH", f"{V1}me/", "", content_type="application/json", headers=headers)

    assert (response.status_code, response.json()["code"]) == (400, "malformed")
    assert "Content-Length" in response.json()["message"]


def test_other_methods_are_405_on_every_call(client_for, bob):
    calls = [(where, pattern) for where, pattern in routes(get_resolver()) if getattr(pattern.callback, "cls", None)]
    for where, pattern in calls:
        name = pattern.name
        if ACCESS[name].at:
            continue
        view = pattern.callback.cls
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            if method != "OPTIONS" and hasattr(view, method.lower()):
                continue
            response = client_for(bob).generic(method, reverse(name))
            assert (where, response.status_code) == (where, 405)


@pytest.mark.parametrize("path", ["", "nothing/", "bookings", "bookings/1/", "topics/x/", "mentors/a/../b/", "me/%00/"])
def test_within_the_api_what_is_not_there_says_so_as_json(path):
    found = [getattr(Client(), method)(V1 + path) for method in ("get", "post", "delete")]

    body = {"code": "not_found", "message": "There’s nothing here.", "fields": {}}
    assert [(response.status_code, response.json()) for response in found] == [(404, body)] * 3


def test_answers_are_kept_out_of_caches(client_for, bob):
    answers = [client_for(bob).get(f"{V1}me/"), Client().get(f"{V1}topics/"), Client().get(f"{V1}me/")]

    assert {response["Cache-Control"] for response in answers} == {"private, no-store"}


def test_the_description_is_whole_and_31(program):
    found = program().get("schema/")[1]

    assert found["openapi"] == "3.1.1"
    responses = {
        (path, method, status): response
        for path, calls in found["paths"].items()
        for method, call in calls.items()
        for status, response in call["responses"].items()
    }
    files = {at for at, said in responses.items() if "application/json" not in said["content"]}
    assert files == {("/api/v1/files/{uuid}/", "get", "200")}
    told = {at: said["content"]["application/json"] for at, said in responses.items() if at not in files}
    assert {at for at, said in told.items() if "examples" not in said} == set()
    assert {at for at, said in responses.items() if at[2] >= "400" and not said["description"]} == set()


def test_the_page_that_shows_it_is_made_of_our_own_files(client):
    page = client.get(f"{V1}docs/")
    text = page.content.decode()
    script = client.get(f"{V1}docs/?script=")

    assert "//" not in text.replace("<!DOCTYPE", "").replace('"/static/', '"')
    assert "style-src 'self' 'unsafe-inline'" in page["Content-Security-Policy"]
    assert "script-src 'self';" in page["Content-Security-Policy"] + ";"
    assert (script.status_code, script["Content-Type"]) == (200, "application/javascript")
    assert "unsafe" not in client.get("/help/")["Content-Security-Policy"]
