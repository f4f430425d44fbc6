"""The box of a programme: the same for everyone, without cookies, framed by the sites that its managers named."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programmes.models import Directory, Look, Programme, ProgrammeState
from search.boxes.times import find_box_times
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import elements_in, elements_of, markup_of
from tests.programmes.making import let_in, make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
TABLE = re.compile(r'FROM "(\w+)"')
ORIGINS = ["https://www.example.org", "https://other.example:8443"]


@pytest.fixture
def programme(alice, maria) -> Programme:
    """Managed by alice; five mentors give in it, in New York, and one outside doesn't."""
    made = make_programme(alice, maria)
    make_mentor(make_person("out@example.org", "Otto Outside", "America/New_York"))
    for number in range(5):
        person = make_person(f"in{number}@example.org", f"Inge {number}", "America/New_York")
        make_mentor(person)
        let_in(person, made, alice, gives=True, asks=False)
    return made


def box_of(programme: Programme, client: Client | None = None):
    return (client or Client()).get(reverse("programme_box", args=[programme.slug]))


def test_three_of_its_own_mentors_stand_in_it_and_all_leads_out_of_the_frame(programme):
    markup = markup_of(box_of(programme))

    links = elements_of(markup, "a")
    times = elements_in(markup, "a", data_part="times")
    assert len(times) == 3
    assert all("Inge" in one.text for one in times)
    assert {(one.attributes["target"], one.attributes["rel"]) for one in links} == {("_top", "noopener")}
    [form] = elements_of(markup, "form")
    assert (form.attributes["method"], form.attributes["target"]) == ("get", "_top")
    assert form.attributes["action"] == reverse("mentor_list")
    assert not elements_of(markup, "script")


def test_times_are_those_that_can_be_booked_in_the_zone_of_the_programme(programme):
    [first, *_others] = find_box_times(programme, now=NOW)

    opened = Client().get(first.url)
    assert first.when.endswith("18:00")
    assert opened.status_code == 200


def test_browser_that_is_signed_in_is_answered_as_any_other(programme, client_for, bob):
    mine, others = box_of(programme, client_for(bob)), box_of(programme)

    assert mine.content == others.content
    assert not mine.cookies
    assert not others.cookies


def test_box_that_is_kept_costs_three_statements_and_reads_no_session(programme, client_for, bob):
    client = client_for(bob)
    box_of(programme, client)

    with CaptureQueriesContext(connection) as seen:
        box_of(programme, client)

    read = [TABLE.search(query["sql"])[1] for query in seen.captured_queries]
    assert read == ["programmes_programme", "programmes_look", "django_cache"]


def test_only_named_sites_frame_it(programme):
    Look.objects.create(programme=programme, origins=ORIGINS)

    answer, elsewhere = box_of(programme), Client().get(reverse("home"))

    policy = policies(answer)
    assert policy.pop("frame-ancestors") == ["'self'", *ORIGINS]
    assert policy == {name: value for name, value in policies(elsewhere).items() if name != "frame-ancestors"}
    assert "X-Frame-Options" not in answer.headers
    assert elsewhere.headers["X-Frame-Options"] == "DENY"


def policies(answer) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.parametrize(
    "changes", [{"state": ProgrammeState.DRAFT}, {"directory": Directory.MEMBERS}], ids=["draft", "members only"]
)
def test_programme_that_visitors_do_not_see_has_no_box(programme, changes, client_for, alice):
    Programme.objects.filter(pk=programme.pk).update(**changes)

    assert box_of(programme).status_code == box_of(programme, client_for(alice)).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"state": ProgrammeState.ARCHIVED},
        {"first_day": NOW.date() - timedelta(days=9), "last_day": NOW.date() - timedelta(days=1)},
        {"others_book_ours": False},
    ],
    ids=["archived", "over", "booked by members only"],
)
def test_programme_in_which_a_visitor_books_nothing_shows_no_times(programme, changes):
    Programme.objects.filter(pk=programme.pk).update(**changes)

    answer = box_of(programme)

    assert answer.status_code == 200
    assert not elements_of(markup_of(answer), "", data_part="times")


def test_programme_that_is_not_there_has_no_box(db):
    assert Client().get("/embed/nothing/").status_code == 404
