"""The guide to the kind of help that fits: every path of answers ends in something that can be done."""

from collections.abc import Iterator
from urllib.parse import urlencode, urljoin

import pytest
from django.test import Client

from about.guide import Ending, ending_of, read_answers
from about.models import TextKind
from about.texts import publish_text, version_mark
from tests.conftest import NOW
from tests.markup import elements_in, elements_of, forms_in, links_in, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
GUIDE = "/guide/"


def walk(client: Client, path: str = GUIDE) -> Iterator[tuple[str, str]]:
    """Follow every answer of every question. Yields the address and the markup of each page that asks nothing more."""
    page = markup_of(client.get(path))
    steps = [one.attributes["data-step"] for one in elements_of(page, "div") if "data-step" in one.attributes]
    if not steps:
        yield path, page
        return
    for answer in elements_in(page, "a", data_step=steps[0]):
        yield from walk(client, urljoin(path, answer.attributes["href"]))


def ending_shown(page: str) -> str:
    [ending] = [one.attributes["data-ending"] for one in elements_of(page, "div") if "data-ending" in one.attributes]
    return ending


def next_addresses(page: str, ending: str) -> list[str]:
    """Where the ending's links and its question lead."""
    searches = [one for one in elements_in(page, "form", data_ending=ending) if one.attributes.get("role") == "search"]
    hidden = {
        one.attributes["name"]: one.attributes["value"]
        for one in elements_in(page, "input", data_ending=ending)
        if one.attributes.get("type") == "hidden"
    }
    asked = urlencode({"q": "my raise", **hidden})
    links = links_in(page, data_ending=ending) - {GUIDE}
    return [*(f"{one.attributes['action']}?{asked}" for one in searches), *(one for one in links if one[0] == "/")]


def test_every_path_of_answers_ends_in_a_real_next_step(client):
    ends = list(walk(client))
    found = [ending_shown(page) for _path, page in ends]
    answers = {
        (path, address): client.get(address).status_code
        for path, page in ends
        for address in next_addresses(page, ending_shown(page))
    }

    assert set(found) == {ending.value for ending in Ending}
    # Two end with the first question and one with the second; the other two each have two ends and two more.
    assert len(found) == 2 + 1 + 2 * (2 + 2)
    assert {path for path, _address in answers} == {path for path, _page in ends}
    assert set(answers.values()) == {200}


@pytest.mark.parametrize(
    ("query", "ending"),
    [
        ("", None),
        ("about=question", None),
        ("about=direction", Ending.LONG_TERM),
        ("about=other", Ending.ELSEWHERE),
        ("about=question&time=year", Ending.LONG_TERM),
        ("about=question&time=hour&way=write", Ending.WRITING),
        ("about=question&time=weeks&way=meet", Ending.EVENTS),
        ("about=question&time=hour&way=talk&views=one", Ending.SEARCH),
        ("about=question&time=weeks&way=talk&views=one", Ending.SERIES),
        ("about=question&time=weeks&way=talk&views=several", Ending.SEVERAL),
        # What was answered after an unknown answer, or after the last one needed, counts for nothing.
        ("about=cats&time=year", None),
        ("time=year", None),
        ("about=other&time=year", Ending.ELSEWHERE),
        ("about=question&about=direction", Ending.LONG_TERM),
    ],
)
def test_answers_lead_to_one_ending(rf, query, ending):
    assert ending_of(read_answers(rf.get(f"{GUIDE}?{query}").GET)) == ending


def test_each_page_leads_back_to_the_question_before(client):
    page = client.get(f"{GUIDE}?about=question&time=hour&way=write")
    [back] = elements_of(markup_of(page), "a", class_="back")

    assert back.attributes["href"] == f"{GUIDE}?about=question&time=hour"


def test_the_organisation_says_where_long_term_mentors_are(client, maria):
    page = f"{GUIDE}?about=direction"
    before = elements_of(markup_of(client.get(page)), "div", data_text="long_term")
    publish_text(
        kind=TextKind.LONG_TERM,
        body="Write to https://mentors.example/",
        by=maria,
        now=NOW,
        seen=version_mark(None),
    )

    assert before == []
    assert links_in(markup_of(client.get(page)), data_text="long_term") == {"https://mentors.example/"}


def test_the_guide_asks_nobody_to_sign_in_and_keeps_nothing(client):
    answer = client.get(f"{GUIDE}?about=question")

    assert forms_in(markup_of(answer)) == []
    assert "sessionid" not in answer.cookies
