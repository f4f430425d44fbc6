"""Who can't book anyone at the moment is told so beside the times, not only one click later."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.markup import alerts_in, markup_of, refusals_in
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGES = [reverse("mentor_list"), reverse("home"), f"{reverse('mentor_list')}?when=today"]


@pytest.fixture
def at_limit(offer, bob, dora, settings):
    """Bob has as much open as may be at one time, and dora is free."""
    settings.MAX_OPEN_BOOKINGS = 1
    book(offer, bob)
    return bob


@pytest.mark.parametrize("page", PAGES)
def test_it_stands_beside_the_times_without_interrupting(at_limit, client_for, page):
    told = markup_of(client_for(at_limit).get(page))

    assert (refusals_in(told), alerts_in(told)) == (["too_many_open"], [])


def test_it_stands_in_the_part_that_a_filter_brings(at_limit, client_for):
    part = client_for(at_limit).get(reverse("mentor_list"), headers={"HX-Request": "true", "HX-Target": "found"})

    assert refusals_in(markup_of(part)) == ["too_many_open"]


@pytest.mark.parametrize("page", PAGES)
def test_nobody_else_reads_it(offer, bob, charlie, dora, client_for, page):
    book(offer, bob)

    answers = [one.get(page) for one in (Client(), client_for(charlie), client_for(bob))]
    assert [refusals_in(markup_of(answer)) for answer in answers] == [[], [], []]
