"""The page of saved mentors, the button on results, and the filter."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from accounts.models import User
from mentors.models import Format, MentorProfile, Offer, ProfileState
from mentors.saved import save_mentor
from search.criteria import SearchCriteria
from search.finding import find_mentors
from tests.apart import keep_apart
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_of, links_in, markup_of, parts_in, text_of
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/saved/"


@pytest.fixture
def ola(db) -> MentorProfile:
    return make_mentor(make_person("ola@example.org", "Ola Oke"))


def save(person: User, *profiles: MentorProfile) -> None:
    for number, profile in enumerate(profiles):
        save_mentor(profile=profile, person=person, now=NOW + timedelta(minutes=number))


def names_in(page: str) -> list[str]:
    return [one.text for one in elements_of(page, "h2")]


def starts_in(page: str) -> list[str]:
    links = [one for one in elements_of(page, "a") if (one.attributes.get("class") or "") == "slot"]
    return [one.attributes["href"].partition("t=")[2][:16] for one in links]


def test_page_shows_the_newest_first_with_their_next_times(offer, ola, bob, client_for):
    save(bob, offer.profile, ola)
    book(ola.offers.get(), bob, at("2026-11-25 10:00"))

    page = markup_of(client_for(bob).get(PAGE))

    assert names_in(page) == ["Ola Oke", "Alice Adair"]
    # bob's own session at ten is crossed out for both
    assert "2026-11-25T10%3A0" not in starts_in(page)
    assert len(starts_in(page)) == 6
    assert "/mentors/ola-oke/" in links_in(page)


def test_page_of_nobody_says_how_to_begin(bob, client_for):
    page = client_for(bob).get(PAGE)

    assert "You haven’t saved anyone yet" in text_of(page)
    assert "/mentors/" in links_in(markup_of(page))


def test_who_is_gone_is_counted_and_not_named(offer, ola, bob, client_for):
    save(bob, offer.profile, ola)
    MentorProfile.objects.filter(pk=ola.pk).update(state=ProfileState.SUSPENDED)

    client = client_for(bob)
    page = client.get(PAGE)
    cleared = markup_of(client.post("/saved/gone/", follow=True))

    assert (names_in(markup_of(page)), parts_in(markup_of(page))) == (["Alice Adair"], ["gone"])
    assert "1 mentor you saved is no longer here." in text_of(page)
    assert b"Ola" not in page.content
    assert b"ola-oke" not in page.content
    assert (names_in(cleared), parts_in(cleared)) == (["Alice Adair"], [])


def test_paused_mentor_says_until_when(offer, bob, client_for):
    save(bob, offer.profile)
    MentorProfile.objects.update(paused_until=at("2026-12-07 00:00").date())

    page = client_for(bob).get(PAGE)

    assert parts_in(markup_of(page)) == ["paused"]
    assert "Alice is away until Monday 7 December." in text_of(page)
    assert starts_in(markup_of(page))[0].startswith("2026-12-07")


def test_mentor_without_times_says_so(offer, ola, bob, client_for):
    save(bob, offer.profile, ola)
    ola.schedule.windows.all().delete()
    offer.profile.schedule.windows.all().delete()
    Offer.objects.create(profile=offer.profile, format=Format.WRITING)

    assert parts_in(markup_of(client_for(bob).get(PAGE))) == ["no-times", "writes"]


def test_mentor_whom_one_never_wants_to_meet_again_is_left_out_as_in_a_search(offer, ola, bob, client_for):
    save(bob, offer.profile, ola)
    keep_apart(bob, offer.profile.person)

    assert names_in(markup_of(client_for(bob).get(PAGE))) == ["Ola Oke"]


def test_page_is_paged_and_asks_as_many_statements_for_many(bob, client_for, django_assert_max_num_queries):
    client = client_for(bob)
    mentors = [make_mentor(make_person(f"m{n}@example.org", f"Mentor {chr(65 + n)}")) for n in range(22)]
    save(bob, *mentors)

    with django_assert_max_num_queries(13):
        first = markup_of(client.get(PAGE))
    second = markup_of(client.get(PAGE, {"page": "2"}))

    assert (len(names_in(first)), len(names_in(second))) == (20, 2)


def saving_buttons(page: str) -> dict[str, str]:
    """What the button of each result does, by the mentor. It sends the form of the search, with a token of its own."""
    buttons = elements_of(page, "button", form="ask", formmethod="post", name="csrfmiddlewaretoken")
    acts = [parse_qsl(urlsplit(one.attributes["formaction"]).query) for one in buttons]
    return {slug: act for [(act, slug)] in acts}


@pytest.mark.parametrize("person", [None, "bob"])
def test_each_result_has_the_button_and_says_who_is_saved(offer, ola, bob, client, client_for, person):
    save(bob, ola)
    visitor = client_for(bob) if person else client

    page = markup_of(visitor.get("/mentors/", {"later": "1"}))

    assert saving_buttons(page) == {"alice-adair": "save", "ola-oke": "remove" if person else "save"}
    assert len(elements_of(page, "form", id="saving")) == 1
    assert len(elements_of(page, "input", name="saved")) == (1 if person else 0)


def test_only_saved_mentors_are_found_if_so_wished(offer, ola, bob, charlie, client, client_for):
    save(bob, ola)

    def found(visitor) -> set[str]:
        page = markup_of(visitor.get("/mentors/", {"later": "1", "saved": "1"}))
        return set(saving_buttons(page))

    assert found(client_for(bob)) == {"ola-oke"}
    assert found(client_for(charlie)) == set()
    assert found(client) == {"alice-adair", "ola-oke"}


def test_search_without_the_filter_is_offered_where_it_finds_nobody(offer, bob, client_for):
    page = client_for(bob).get("/mentors/", {"later": "1", "saved": "1"})

    assert [(words, count) for words, _query, count, _more in page.context["relaxed"]] == [
        ("including mentors you haven’t saved", 1)
    ]


def test_filter_goes_along_in_the_address():
    assert SearchCriteria(saved=True, later=True).query_string() == "saved=1&later=1"


def test_finder_without_a_reader_leaves_nobody_out(offer):
    found = find_mentors(SearchCriteria(saved=True, later=True), zone="UTC", now=NOW)

    assert [match.profile for match in found.matches] == [offer.profile]


# the API


def test_program_saves_lists_and_removes(program, offer, ola, bob):  # noqa: F811
    api = program(bob)

    saved = api.send("PUT", "me/saved/alice-adair/"), api.send("PUT", "me/saved/ola-oke/")
    status, listed = api.get("me/saved/")
    removed = api.send("DELETE", "me/saved/ola-oke/")
    after = api.get("me/saved/")[1]["results"]

    assert saved[0] == (200, {"slug": "alice-adair", "saved": True})
    assert (status, {one["slug"] for one in listed["results"]}) == (200, {"alice-adair", "ola-oke"})
    assert listed["results"][0]["slots"][0]["start"] == "2026-11-25T09:00:00Z"
    assert removed == (200, {"slug": "ola-oke", "saved": False})
    assert [one["slug"] for one in after] == ["alice-adair"]


def test_program_meets_the_same_limits(program, offer, ola, alice, bob, settings):  # noqa: F811
    settings.MAX_SAVED_MENTORS = 1
    api = program(bob)
    api.send("PUT", "me/saved/alice-adair/")
    MentorProfile.objects.filter(pk=ola.pk).update(state=ProfileState.SUSPENDED)
    hidden = api.send("PUT", "me/saved/ola-oke/")[0]
    MentorProfile.objects.filter(pk=ola.pk).update(state=ProfileState.APPROVED)

    status, refused = api.send("PUT", "me/saved/ola-oke/")
    own, said = program(alice).send("PUT", "me/saved/alice-adair/")

    assert (hidden, status, refused["code"]) == (404, 409, "too_many")
    assert (own, said["code"]) == (422, "own_profile")


def test_program_searches_among_saved_mentors(program, offer, ola, bob):  # noqa: F811
    api = program(bob)
    api.send("PUT", "me/saved/ola-oke/")

    _status, found = api.get("mentors/", saved="true")
    visitor, _body = program().get("mentors/", saved="true")

    assert [one["slug"] for one in found["results"]] == ["ola-oke"]
    assert visitor == 401


def test_pages_of_the_list_follow_one_another(program, offer, ola, bob):  # noqa: F811
    save(bob, offer.profile, ola)
    api = program(bob)

    _status, first = api.get("me/saved/", limit=1)

    assert [one["slug"] for one in first["results"]] == ["ola-oke"]
    assert "cursor=" in first["next"]
