from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from live.context_processors import live_context
from live.pages import let_page_hear
from live.streams import StreamKind, disguise, name_person_stream, name_stream
from live.tickets import read_ticket

THREAD = name_stream(StreamKind.THREAD, UUID("0b6c1c9e-58a8-4d3a-9e0e-3d1c8a4c7f11"))


@pytest.fixture
def request_of(rf):
    def make(user):
        request = rf.get("/")
        request.user = user
        return request

    return make


@pytest.mark.django_db
def test_page_gets_a_ticket_for_what_its_view_allows(request_of, bob):
    request = request_of(bob)
    drawn = live_context(request)
    own = name_person_stream(bob.pk)

    let_page_hear(request, own)
    let_page_hear(request, THREAD)

    ticket = read_ticket(str(drawn["live_ticket"]), now=timezone.now())
    assert (ticket.streams, ticket.person) == ({own, THREAD}, disguise(bob.pk))


def test_visitor_gets_a_ticket_for_what_all_may_see(request_of):
    request = request_of(AnonymousUser())

    let_page_hear(request, THREAD)

    assert read_ticket(str(live_context(request)["live_ticket"]), now=timezone.now()).person is None


def test_page_with_nothing_to_hear_has_no_ticket(request_of):
    assert str(live_context(request_of(AnonymousUser()))["live_ticket"]) == ""


def test_without_a_live_server_no_page_has_a_ticket(request_of, settings):
    settings.LIVE_URL = ""
    request = request_of(AnonymousUser())

    let_page_hear(request, THREAD)

    assert str(live_context(request)["live_ticket"]) == ""
