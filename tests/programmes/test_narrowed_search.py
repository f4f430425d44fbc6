"""A search narrowed to the mentors of one programme, and the ways that lead to it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Format, MentorProfile, Offer
from programmes.models import Nudge, NudgeStage, ProgrammeState
from search.indexing import write_profiles
from search.reminders.kinds import step_address
from search.waitlist_helpers import filters_of
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import elements_of, links_in, markup_of, parts_in
from tests.programmes.making import let_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = reverse("mentor_list")
OUTSIDE, INSIDE = "Ola Oke", "Ines Inner"
NOT_THEIRS = {"unknown": "elsewhere", "not-in": "other", "nul": "\0", "long": "x" * 500, "words": "a b"}


@pytest.fixture
def outside(db) -> MentorProfile:
    return make_mentor(make_person("ola@example.org", OUTSIDE))


@pytest.fixture
def inside(programme, alice) -> MentorProfile:
    """A mentor of the programme."""
    profile = make_mentor(make_person("ines@example.org", INSIDE))
    let_in(profile.person, programme, alice, gives=True, asks=False)
    return profile


@pytest.fixture
def member(programme, inside, outside, alice, bob):
    let_in(bob, programme, alice)
    bob.refresh_from_db()
    return bob


def names_in(page: str) -> set[str]:
    return {one.text for one in elements_of(page, "h3") if (one.attributes.get("id") or "").startswith("m-")}


def queries_of(links) -> list[dict[str, list[str]]]:
    return [parse_qs(urlsplit(link).query) for link in links]


def links_of(page: str, **attributes: str) -> list[str]:
    return [link.attributes["href"] for link in elements_of(page, "a", **attributes)]


def search(client: Client, **asked: object) -> str:
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200
    return markup_of(answer)


def test_only_its_mentors_are_listed_until_that_is_taken_away(client_for, member, programme):
    client = client_for(member)
    page = search(client, programme=programme.slug, later="1")

    assert names_in(page) == {INSIDE}
    assert "programme" in parts_in(page)
    [off] = links_of(page, data_part="programme-off")
    assert queries_of([off]) == [{"later": ["1"]}]
    everyone = markup_of(client.get(PAGE + off))
    assert {INSIDE, OUTSIDE} <= names_in(everyone)
    assert "programme" not in parts_in(everyone)


def test_other_filters_sorting_and_cards_keep_it(client_for, member, programme, alice):
    second = make_mentor(make_person("ivo@example.org", "Ivo Inner"))
    let_in(second.person, programme, alice, gives=True, asks=False)
    page = search(client_for(member), programme=programme.slug)

    [kept] = elements_of(page, "input", name="programme")
    assert (kept.attributes["value"], kept.attributes["form"]) == (programme.slug, "ask")
    sorts = [link for link in links_in(page) if "sort=match" in link]
    to_book = [link for link in links_in(page) if link.startswith(reverse("mentor_detail", args=[second.slug]))]
    for links in (sorts, to_book):
        assert links
        assert all(query["programme"] == [programme.slug] for query in queries_of(links))


def test_the_next_page_keeps_it(client_for, member, programme, alice):
    for number in range(20):
        profile = make_mentor(make_person(f"i{number}@example.org", f"Ida {number}"))
        programme.memberships.create(person=profile.person, gives=True, asks=False, state="live", joined_at=NOW)
    client = client_for(member)
    first = search(client, programme=programme.slug)
    [following] = links_of(first, rel="next")
    second = markup_of(client.get(PAGE + following))

    assert (len(names_in(first)), len(names_in(second))) == (20, 1)
    assert OUTSIDE not in names_in(first) | names_in(second)


def test_what_is_typed_keeps_it_in_the_address(client_for, member, programme):
    typed = {"HX-Request": "true", "HX-Trigger-Name": "q"}
    answer = client_for(member).get(PAGE, {"q": "reorg", "programme": programme.slug}, headers=typed)

    assert queries_of([answer["HX-Replace-Url"]])[0]["programme"] == [programme.slug]
    assert names_in(markup_of(answer)) == {INSIDE}


def test_in_writing_only_its_mentors_are_listed_too(client_for, member, programme, inside, outside):
    for profile in (inside, outside):
        Offer.objects.create(profile=profile, length=15, format=Format.WRITING, position=1)
    write_profiles([inside.pk, outside.pk])
    client = client_for(member)

    assert names_in(search(client, format="writing")) == {INSIDE, OUTSIDE}
    page = search(client, format="writing", programme=programme.slug)
    assert names_in(page) == {INSIDE}
    assert "programme" in parts_in(page)


def test_where_nobody_of_it_fits_the_page_leads_to_those_outside_who_do(client_for, member, programme, outside):
    outside.languages = ["de"]
    outside.save()
    write_profiles([outside.pk])
    page = search(client_for(member), programme=programme.slug, language="de")

    assert names_in(page) == set()
    assert "programme" in parts_in(page)
    [off] = links_of(page, data_part="programme-off")
    # The same way stands in the list of what can be given up.
    assert len([link for link in elements_of(page, "a") if link.attributes["href"] == off]) == 2
    assert names_in(markup_of(client_for(member).get(PAGE + off))) == {OUTSIDE}


@pytest.mark.parametrize("slug", NOT_THEIRS.values(), ids=NOT_THEIRS)
def test_one_that_the_reader_is_not_in_is_as_if_it_were_not_there(client_for, member, other, slug):
    page = search(client_for(member), programme=slug)

    assert {INSIDE, OUTSIDE} <= names_in(page)
    assert "programme" not in parts_in(page)
    assert elements_of(page, "input", name="programme") == []


def test_to_visitors_and_to_people_in_none_it_is_as_if_it_were_not_there(client_for, member, programme, charlie):
    for client in (Client(), client_for(charlie)):
        page = search(client, programme=programme.slug)
        assert {INSIDE, OUTSIDE} <= names_in(page)
        assert "programme" not in parts_in(page)


def test_one_that_is_over_narrows_nothing(client_for, member, programme):
    programme.state = ProgrammeState.ARCHIVED
    programme.save()

    assert {INSIDE, OUTSIDE} <= names_in(search(client_for(member), programme=programme.slug))


def test_who_only_mentors_in_it_searches_everyone(client_for, inside, outside, programme):
    assert OUTSIDE in names_in(search(client_for(inside.person), programme=programme.slug))


def test_its_page_and_reminders_lead_there(client_for, member, programme):
    expected = f"{PAGE}?programme={programme.slug}"
    page = client_for(member).get(reverse("programme", args=[programme.slug]))
    assert expected in links_in(markup_of(page))

    nudge = Nudge(programme=programme, person=member, stage=NudgeStage.NEVER_ASKED, number=1, at=NOW)
    assert step_address(nudge) == expected


def test_a_wait_is_not_bound_to_it(client_for, member, programme):
    wish = client_for(member).get(PAGE, {"q": "reorg", "programme": programme.slug}).context["wish"]

    assert wish.programme == programme.slug
    assert "programme" not in filters_of(wish)


def test_it_takes_one_statement_more(client_for, member, programme):
    """The programme and its mentors are read; what else narrows a reader's searches isn't."""
    client, asked = client_for(member), []
    for address in ({}, {"programme": programme.slug}):
        search(client, **address)
        with CaptureQueriesContext(connection) as statements:
            search(client, **address)
        asked.append(len(statements))

    assert asked[1] == asked[0] + 1
