from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine

from common.pages.kept import find_kept, keep_in_session, take_kept
from tests.conftest import NOW


@pytest.fixture
def request_of(now):
    request = SimpleNamespace(session={})
    keep_in_session(request, "wish", {"q": "Which?"})
    return request


@pytest.mark.parametrize(("minutes", "found"), [(0, {"q": "Which?"}), (59, {"q": "Which?"}), (60, None)])
def test_what_a_visitor_wants_is_kept_for_an_hour(request_of, minutes, found):
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        assert (find_kept(request_of, "wish"), find_kept(request_of, "other")) == (found, None)
        assert (take_kept(request_of, "wish"), request_of.session) == (found, {})


@pytest.mark.parametrize("kept", ["a-slug", {"q": "Which?"}, None])
def test_what_was_kept_in_another_way_is_not_found(request_of, kept):
    """By an earlier version of this site."""
    request_of.session["wish"] = kept

    assert (find_kept(request_of, "wish"), take_kept(request_of, "wish"), request_of.session) == (None, None, {})
