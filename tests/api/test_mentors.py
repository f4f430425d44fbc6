"""From a question to mentors who can be booked, page by page."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mentors.models import Offer
from search.indexing import write_profiles
from search.models import UnmetSearch
from tests.apart import keep_apart
from tests.conftest import make_mentor, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def dora():
    person = make_person("dora@example.org", "Dora Dane", "America/New_York")
    asks = ("My talk is too long", "Stage fright", "Slides")
    return make_mentor(person, length=45, headline="Speaker coach", asks=asks)


def names(answer) -> list[str]:
    return [mentor["name"] for mentor in answer[1]["results"]]


def test_each_with_its_next_three_slots(program, offer, topic):
    offer.profile.topics.add(topic)
    write_profiles([offer.profile_id])

    status, answer = program().get("mentors/")

    assert status == 200
    starts = ["2026-11-25T09:00:00Z", "2026-11-25T09:30:00Z", "2026-11-25T10:00:00Z"]
    ends = ["2026-11-25T09:25:00Z", "2026-11-25T09:55:00Z", "2026-11-25T10:25:00Z"]
    assert answer == {
        "next": None,
        "understood": [],
        "results": [
            {
                "slug": "alice-adair",
                "name": "Alice Adair",
                "headline": "Engineering director",
                "topics": [{"slug": "negotiation", "name": "Negotiation"}],
                "languages": ["en"],
                "offers": [
                    {"id": str(offer.uuid), "title": "25 minutes", "length": 25, "format": "video", "instant": True}
                ],
                "slots": [
                    {"start": start, "end": end, "offer": str(offer.uuid)}
                    for start, end in zip(starts, ends, strict=True)
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Dora Dane", "Alice Adair"]),
        ({"q": "counter-offer"}, ["Alice Adair"]),
        ({"length": 45}, ["Dora Dane"]),
        ({"topic": "work"}, ["Alice Adair"]),
        ({"language": "fr"}, []),
        ({"format": "phone"}, []),
        ({"within_hours": 12}, ["Dora Dane"]),
    ],
)
def test_what_is_asked_for(program, alice, dora, topic, query, found):
    alice.mentor_profile.topics.add(topic)
    write_profiles([alice.mentor_profile.pk])

    assert names(program().get("mentors/", **query)) == found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"topic": "nothing"}, 422),
        ({"length": 26}, 422),
        ({"length": "x"}, 400),
        ({"language": "xx"}, 400),
        ({"within_hours": 0}, 400),
        ({"within_hours": 10**9}, 400),
        ({"cursor": "!"}, 422),
        ({"sort": "match"}, 400),
        ({"q": "x" * 501}, 400),
        ({"q": "a\u202eb"}, 422),
    ],
)
def test_what_cannot_be_asked_for(program, alice, query, status):
    assert program().get("mentors/", **query)[0] == status


def test_page_by_page(program):
    for number in range(5):
        make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}"))
    asked, found, query = program(), [], {"limit": "2"}
    while True:
        answer = asked.get("mentors/", **query)
        found.append(names(answer))
        if answer[1]["next"] is None:
            break
        query = dict(parse_qsl(urlsplit(answer[1]["next"]).query))

    assert [len(page) for page in found] == [2, 2, 1]
    assert sorted(name for page in found for name in page) == [f"Mentor {number}" for number in range(5)]


def test_a_longer_page_takes_no_more_queries(program, topic):
    for number in range(6):
        profile = make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}"))
        profile.topics.add(topic)
        Offer.objects.create(profile=profile, length=45)
    asked = program()
    asked.get("mentors/")
    counts = []
    for limit in (1, 6):
        with CaptureQueriesContext(connection) as found:
            asked.get("mentors/", limit=limit)
        counts.append(len(found))

    # All six are free at the same moments, so that the short page looks at some twice before it says who comes first.
    assert counts[1] <= counts[0] <= 11


def test_whom_a_person_never_wants_to_meet_again_they_do_not_find(program, alice, bob):
    keep_apart(bob, alice)

    assert (names(program(bob).get("mentors/")), names(program().get("mentors/"))) == ([], ["Alice Adair"])


def test_what_nobody_has_written_about_is_counted(program, alice):
    program().get("mentors/", q="quantum gravity")

    assert UnmetSearch.objects.count() == 1
