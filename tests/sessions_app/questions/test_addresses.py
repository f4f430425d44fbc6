"""Addresses of a mentor's page: what was chosen and typed goes along, and nothing else."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from mentors.models import Offer
from sessions_app.questions.addresses import address_at, mentor_address

OFFER = Offer()
START = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)
PAGE = "/mentors/alice-adair/"


@pytest.mark.parametrize(
    ("chosen", "query", "fragment"),
    [
        ({}, {}, ""),
        ({"words": "", "follows": "", "offer": None}, {}, ""),
        ({"words": "Ask & answer #1"}, {"q": ["Ask & answer #1"]}, ""),
        ({"book": True}, {}, "book"),
        ({"offer": OFFER, "about": "negotiation"}, {"offer": [str(OFFER.uuid)], "about": ["negotiation"]}, ""),
        ({"start": START}, {"t": ["2026-11-26T14:30Z"]}, "book"),
        ({"start": START, "words": "Pay"}, {"q": ["Pay"], "t": ["2026-11-26T14:30Z"]}, "book"),
    ],
)
def test_an_address_says_what_was_chosen(chosen, query, fragment):
    parts = urlsplit(mentor_address("alice-adair", **chosen))

    assert (parts.path, parse_qs(parts.query), parts.fragment) == (PAGE, query, fragment)


def test_a_start_can_be_chosen_on_an_address_that_is_there_already():
    page = mentor_address("alice-adair", words="Pay")

    assert address_at(page, START) == mentor_address("alice-adair", words="Pay", start=START)
