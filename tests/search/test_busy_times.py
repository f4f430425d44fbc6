"""What the search keeps of mentors whose calendars elsewhere say other times than before."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.indexing import rebuild_index, refresh_stale_rows
from search.models import MentorIndex
from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.models import ReservedTime
from sessions_app.waiting.acts import wait_for_mentor
from tests.conftest import NOW, at

pytestmark = pytest.mark.django_db
THURSDAY = at("2026-11-26 14:30")


def say_busy(person, *starts):
    spans = [(start, start + timedelta(hours=1)) for start in starts]
    return replace_busy_times(person=person, calendar=7, spans=spans, now=NOW)


def test_freed_time_loosens_the_search_and_is_reserved_for_those_who_wait(alice, bob):
    profile = alice.mentor_profile
    say_busy(alice, THURSDAY)
    rebuild_index(now=NOW)
    wait_for_mentor(profile=profile, words="", known=[], person=bob, now=NOW)
    refresh_stale_rows(now=NOW)
    assert MentorIndex.objects.get(profile=profile).fresh_until > NOW

    say_busy(alice)

    assert MentorIndex.objects.get(profile=profile).fresh_until <= NOW
    assert ReservedTime.objects.filter(person=alice, during__contains=THURSDAY).exists()


def test_time_that_is_taken_writes_nothing_to_the_search(alice):
    rebuild_index(now=NOW)
    with CaptureQueriesContext(connection) as queries:
        say_busy(alice, THURSDAY)

    assert [one["sql"] for one in queries if "search_" in one["sql"]] == []
