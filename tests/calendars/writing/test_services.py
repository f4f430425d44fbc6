"""Sessions in calendars of Google and Microsoft, at a stand-in that speaks their APIs: put, moved, found, removed."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from calendars.fetching import FetchError
from calendars.sources.contract import KnownEvent, WrittenEvent
from calendars.writing.google import GoogleWriter, id_of
from calendars.writing.microsoft import MicrosoftWriter
from tests.calendars.sources.conftest import open_service
from tests.calendars.stand_in_service import ACCOUNT, Answer, serving_calendars
from tests.conftest import NOW

HOUR = timedelta(hours=1)
UID = "0f8fad5b-d9cb-469f-a165-70867728950e@mentors.example.org"
EVENT = WrittenEvent(UID, 0, NOW, NOW + HOUR, "Session with Priya", "About pensions", "https://example.org/s/1", b"")


@pytest.fixture(params=["google", "microsoft"])
def service(request):
    with serving_calendars(request.param) as found:
        yield found


def writer_of(service):
    return (GoogleWriter if service.slug == "google" else MicrosoftWriter)(open_service(service))


def standing(service):
    """Titles and starts of what stands there."""
    return sorted(
        (one.get("summary") or one["subject"], one["start"]["dateTime"].removesuffix("+00:00"))
        for one in service.written.values()
        if one.get("status") != "cancelled"
    )


def failure_of(act, *args):
    with pytest.raises(FetchError) as error:
        act(*args)
    return error.value.code


def start_of(event):
    return f"{event.start:%Y-%m-%dT%H:%M:%S}"


def test_a_session_is_put_there_moved_and_removed(service):
    writer = writer_of(service)

    known = writer.put_event(ACCOUNT, EVENT, None)
    assert standing(service) == [(EVENT.title, start_of(EVENT))]
    assert writer.find_event(ACCOUNT, known) == known

    moved = replace(EVENT, sequence=1, start=NOW + HOUR, end=NOW + 2 * HOUR)
    again = writer.put_event(ACCOUNT, moved, known)
    assert standing(service) == [(EVENT.title, start_of(moved))]
    assert (again.remote_id, again.etag != known.etag) == (known.remote_id, True)

    writer.remove_event(ACCOUNT, again)
    assert standing(service) == []
    assert writer.find_event(ACCOUNT, again) is None
    writer.remove_event(ACCOUNT, again)


def test_what_we_never_heard_of_is_found_by_its_uid(service):
    """The worker died before the answer came."""
    writer = writer_of(service)
    writer.put_event(ACCOUNT, EVENT, None)

    assert failure_of(writer.put_event, ACCOUNT, EVENT, None) == "changed"
    found = writer.find_event(ACCOUNT, KnownEvent(UID))
    assert found
    writer.put_event(ACCOUNT, replace(EVENT, title="Another"), KnownEvent(UID))
    assert standing(service) == [("Another", start_of(EVENT))]

    writer.remove_event(ACCOUNT, KnownEvent(UID))
    assert standing(service) == []
    writer.remove_event(ACCOUNT, KnownEvent(UID))


def test_what_was_changed_there_is_not_written_over_unasked(service):
    writer = writer_of(service)
    known = writer.put_event(ACCOUNT, EVENT, None)
    writer.put_event(ACCOUNT, replace(EVENT, title="By hand"), replace(known, etag=""))

    assert failure_of(writer.put_event, ACCOUNT, EVENT, known) == "changed"
    assert standing(service) == [("By hand", start_of(EVENT))]


def test_what_was_deleted_there_can_be_put_there_again(service):
    writer = writer_of(service)
    known = writer.put_event(ACCOUNT, EVENT, None)
    writer.remove_event(ACCOUNT, known)

    assert writer.put_event(ACCOUNT, replace(EVENT, sequence=2), replace(known, etag=""))
    assert standing(service) == [(EVENT.title, start_of(EVENT))]


def test_what_was_deleted_there_and_forgotten_here_too(service):
    writer = writer_of(service)
    writer.remove_event(ACCOUNT, writer.put_event(ACCOUNT, EVENT, None))

    writer.put_event(ACCOUNT, EVENT, None)

    assert standing(service) == [(EVENT.title, start_of(EVENT))]


def test_a_calendar_that_is_gone(service):
    writer = writer_of(service)
    known = writer.put_event(ACCOUNT, EVENT, None)
    service.calendars.clear()
    service.written.clear()

    assert failure_of(writer.put_event, ACCOUNT, EVENT, None) == "calendar_gone"
    assert failure_of(writer.put_event, ACCOUNT, EVENT, known) == "calendar_gone"
    assert failure_of(writer.find_event, ACCOUNT, known) == "calendar_gone"
    writer.remove_event(ACCOUNT, known)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, {"error": {"errors": [{"reason": "requiredAccessLevel"}]}}, "read_only"),
        (403, {"error": {"code": "ErrorAccessDenied"}}, "read_only"),
        (403, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}, "limited"),
        (401, {}, "refused"),
        (429, {}, "limited"),
        (500, {}, "broken"),
        (400, {}, "broken"),
    ],
)
def test_answers_that_are_none(service, status, body, code):
    writer = writer_of(service)
    known = writer.put_event(ACCOUNT, EVENT, None)
    service.answers = [Answer("/events", status, body, times=100)]

    assert failure_of(writer.put_event, ACCOUNT, EVENT, known) == code
    assert failure_of(writer.find_event, ACCOUNT, known) == code
    assert failure_of(writer.remove_event, ACCOUNT, known) == code


def test_no_guest_is_told(service):
    """We ask for nobody to be invited: each side has the session in a calendar of their own."""
    writer_of(service).put_event(ACCOUNT, EVENT, None)

    [kept] = service.written.values()
    assert "attendees" not in kept
    assert not any("sendUpdates" in path for _method, path, _headers, _body in service.asked)


def test_ids_of_google_have_its_digits():
    number = id_of(UID)

    assert set(number) <= set("0123456789abcdefghijklmnopqrstuv")
    assert 5 <= len(number) <= 1024
    assert number != id_of(f"{UUID(int=1)}@mentors.example.org")
