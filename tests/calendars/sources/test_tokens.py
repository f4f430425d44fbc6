"""Tokens that end, are taken back, or are renewed by two at once; and limits of a service."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from calendars.fetching import FetchError
from calendars.sources.asking import LONGEST_WAIT, read_wait
from calendars.sources.tokens import Tokens
from tests.calendars.sources.conftest import MemoryKeeper, new_tokens, open_source
from tests.calendars.stand_in_service import Answer

LIST = "/calendar"


def failure_of(stand_in, keeper=None) -> FetchError:
    with pytest.raises(FetchError) as error:
        open_source(stand_in, keeper=keeper).list_calendars()
    return error.value


def kept_tokens(keeper) -> Tokens:
    return Tokens.from_secret(keeper.secret)


def test_tokens_that_last_are_not_renewed(either):
    open_source(either).list_calendars()

    assert either.asked_of("/token") == []


def test_tokens_that_end_are_renewed_and_kept(either):
    old = replace(new_tokens(either), ends=time.time() + 10)
    keeper = MemoryKeeper(old.as_secret())

    assert open_source(either, keeper=keeper).list_calendars()

    new = kept_tokens(keeper)
    assert (new.access != old.access, new.refresh != old.refresh) == (True, either.rotates)
    assert 3000 < new.ends - time.time() < 3600


def test_a_token_that_is_refused_is_renewed_once(either):
    keeper = MemoryKeeper(new_tokens(either).as_secret())
    either.access.clear()

    assert open_source(either, keeper=keeper).list_calendars()
    assert len(either.asked_of("/token")) == 1

    either.answers = [Answer(LIST, 401, times=100)]
    assert failure_of(either, keeper).code == "refused"
    assert len(either.asked_of("/token")) == 2


def test_consent_that_was_taken_back_needs_the_person(either):
    keeper = MemoryKeeper(new_tokens(either).as_secret())
    either.revoke()

    assert failure_of(either, keeper).code == "refused"


def test_where_another_worker_was_faster_its_tokens_count(microsoft):
    """Each token to refresh with works once: the slower one must not think that consent was taken back."""
    old = new_tokens(microsoft).as_ended()
    keeper = MemoryKeeper(old.as_secret())
    slow, fast = open_source(microsoft, keeper=keeper), open_source(microsoft, keeper=keeper)

    assert fast.list_calendars() == slow.list_calendars()

    assert slow.secret == fast.secret == keeper.secret


def test_tokens_of_a_new_consent_are_not_overwritten(google):
    """The person connects again while a worker renews what it had."""
    keeper = MemoryKeeper(new_tokens(google).as_ended().as_secret())
    source = open_source(google, keeper=keeper)
    keeper.secret = new_tokens(google).as_secret()

    source.list_calendars()

    assert source.secret == keeper.secret


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (429, {}, "limited"),
        (503, {}, "limited"),
        (403, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}}, "limited"),
        (403, {"error": {"errors": [{"reason": "quotaExceeded"}]}}, "limited"),
        (403, {"error": {"errors": [{"reason": "accessNotConfigured"}]}}, "broken"),
        (403, {"error": {"details": [{"reason": "SERVICE_DISABLED"}]}}, "broken"),
        (403, {"error": {"errors": [{"reason": "insufficientPermissions"}]}}, "refused"),
        (403, {"error": {"code": "ErrorAccessDenied"}}, "refused"),
        (403, {"error": ["?"]}, "refused"),
        (500, {}, "broken"),
        (302, {}, "broken"),
        (400, {"error": "?"}, "broken"),
    ],
)
def test_answers_that_are_none(either, status, body, code):
    either.answers = [Answer(LIST, status, body, {"Location": "http://127.0.0.1:9/"}, times=2)]

    assert failure_of(either).code == code


def test_a_service_says_for_how_long_to_leave_it_alone(either):
    either.answers = [Answer(LIST, 429, {}, {"Retry-After": "1800"})]

    assert failure_of(either).wait == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta()),
        ("9" * 40, LONGEST_WAIT),
        ("-5", None),
        ("soon", None),
        ("", None),
        (format_datetime(datetime(2001, 1, 1, tzinfo=UTC), usegmt=True), timedelta()),
        (format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True), LONGEST_WAIT),
    ],
)
def test_how_waits_are_written(text, wait):
    assert read_wait(text) == wait


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": "invalid_grant"}, "refused"),
        (400, {"error": "interaction_required"}, "refused"),
        (401, {"error": "invalid_client"}, "broken"),
        (400, {}, "broken"),
        (400, {"error": {"of": "another kind"}}, "broken"),
        (429, {}, "limited"),
        (503, {}, "limited"),
        (500, {"error": "invalid_grant"}, "broken"),
        (200, {}, "broken"),
        (200, {"access_token": ""}, "broken"),
        (200, {"access_token": "a\nb"}, "broken"),
        (200, {"access_token": 5}, "broken"),
        (200, b"<html>", "broken"),
        (200, [], "broken"),
    ],
    ids=str,
)
def test_what_the_token_endpoint_may_answer(either, status, body, code, caplog):
    keeper = MemoryKeeper(new_tokens(either).as_ended().as_secret())
    before = keeper.secret
    either.answers = [Answer("/token", status, body)]

    assert failure_of(either, keeper).code == code
    assert keeper.secret == before
    assert "refresh-" not in caplog.text


def test_an_answer_may_be_only_so_large(either):
    either.answers = [Answer(LIST, 200, b" " * (4 * 1024 * 1024 + 1))]

    assert failure_of(either).code == "too_large"


def test_nobody_there(either):
    source = open_source(either)
    either.server.shutdown()
    either.server.server_close()

    with pytest.raises(FetchError) as error:
        source.list_calendars()
    assert error.value.code == "unreachable"


@pytest.mark.parametrize("writes", [True, False])
def test_what_was_allowed_outlasts_the_tokens(either, writes):
    keeper = MemoryKeeper(new_tokens(either, writes=writes).as_ended().as_secret())

    open_source(either, keeper=keeper).list_calendars()

    assert kept_tokens(keeper).writes is writes
