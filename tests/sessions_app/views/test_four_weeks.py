"""Four weeks at a glance, wherever times are picked: a day that is a link has the times that it says."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.test import Client

from sessions_app.booking.changes import cancel_booking
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_in, elements_of, markup_of
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/mentors/alice-adair/"
TIMES = re.compile(r"(\d+) times?$")


def days_in(page: str) -> dict[str, tuple[str, int]]:
    """Each day that can be opened: its name for ears, where it leads, and how many times it says it has."""
    openers = [*elements_in(page, "a", id="four-weeks"), *elements_in(page, "button", id="four-weeks")]
    return {
        one["aria-label"]: (one.get("href") or one["formaction"], int(TIMES.search(one["aria-label"])[1]))
        for one in (opener.attributes for opener in openers)
    }


def free_times(page: str) -> int:
    """Radio buttons where one time is chosen; links, where several are."""
    return len(elements_of(page, "input", name="start", type="radio")) + len(
        [one for one in elements_in(page, "a", id="times") if "slot" in (one.attributes.get("class") or "")]
    )


def claims(client, address: str) -> dict[str, tuple[int, int]]:
    """For each day of the page: how many times it says it has, and how many its own page lists."""
    days = days_in(markup_of(client.get(address)))
    return {
        label: (times, free_times(markup_of(client.get(urljoin(address, href)))))
        for label, (href, times) in days.items()
    }


def test_each_day_lists_as_many_times_as_it_says(offer, bob, client_for):
    """For a signed-in mentee in India, whose other session takes away one of alice's times."""
    other = make_mentor(make_person("ola@example.org", "Ola Oke"))
    book(other.offers.get(), bob, at("2026-11-26 10:00"))
    schedule = offer.profile.schedule
    schedule.max_per_day, schedule.horizon_days, schedule.buffer = 2, 12, 10
    schedule.save()
    book(offer, make_person("dan@example.org", "Dan Doe"), at("2026-11-25 10:10"))

    said = claims(client_for(bob), PAGE)

    assert all(times == listed for times, listed in said.values()), said
    assert len(said) == 8
    assert list(said)[:2] == ["Wednesday 25 November, 13 times", "Thursday 26 November, 13 times"]


@pytest.mark.parametrize("page", ["move/", "further/"])
def test_each_day_lists_as_many_times_as_it_says_where_a_session_is_moved_or_added(booking, bob, client_for, page):
    said = claims(client_for(bob), f"/sessions/{booking.uuid}/{page}")

    assert len(said) > 15
    assert all(times == listed for times, listed in said.values()), said


def test_days_drawn_for_one_reader_take_along_the_words_of_each(offer, bob, client_for):
    """Days are remembered for all who read alike; what a reader asked stands in their own addresses alone."""
    words = ['How do I "win" & keep my job?', "", "<b>\0extra\0</b> \0words\0 %20"]
    for number, asked in enumerate([*words, *words]):
        page = markup_of(client_for(bob).get(PAGE, {"q": asked, "about": f"topic-{number}"}))
        addresses = [href for href, _times in days_in(page).values()]
        addresses += [one.attributes["hx-get"] for one in elements_of(page, "button", class_="day")]
        queries = [parse_qs(urlsplit(address).query, keep_blank_values=True) for address in addresses]
        days = [query for query in queries if "day" in query]
        assert len(days) > 15
        assert {query.get("q", [""])[0] for query in days} == {asked.replace("\0", "")}
        assert {query["about"][0] for query in days} == {f"topic-{number}"}
        [length] = elements_of(page, "button", class_="lenopt")
        for address in (length.attributes["formaction"], length.attributes["hx-get"]):
            query = parse_qs(urlsplit(address).query)
            assert query["offer"] == [str(offer.uuid)]
            assert (query.get("q", [""])[0], query["about"]) == (asked.replace("\0", ""), [f"topic-{number}"])
        assert "\0" not in page


def test_days_follow_what_is_taken_since_they_were_drawn(offer, bob, client_for):
    def says() -> list[int]:
        pages = [markup_of(client_for(bob).get(PAGE)), markup_of(Client().get(PAGE))]
        return [days_in(page)[label][1] for page in pages for label in days_in(page) if "26 November" in label]

    before = says()
    booking = book(offer, make_person("dan@example.org", "Dan Doe"), THURSDAY)
    taken = says()
    cancel_booking(booking=booking, by=booking.mentee, reason="", now=NOW)

    assert len(before) == len(taken) == 2
    assert all(after < first for first, after in zip(before, taken, strict=True))
    assert says() >= taken


def test_further_dates_too_far_from_the_chosen_one_are_not_claimed(booking, bob, client_for):
    address = f"/sessions/{booking.uuid}/further/?day=2026-12-22"

    said = claims(client_for(bob), address)

    assert list(said)[-1] == "Thursday 24 December, 12 times"
    assert all(times == listed for times, listed in said.values()), said


def test_each_day_lists_as_many_times_as_it_says_where_others_are_offered(request_for, alice, client_for):
    said = claims(client_for(alice), f"/sessions/{request_for.uuid}/other-times/")

    assert len(said) > 15
    assert all(times == listed for times, listed in said.values()), said


def test_opened_day_is_the_current_one(offer, client):
    page = markup_of(client.get(PAGE, {"day": "2026-12-09"}))

    days = elements_in(page, "button", id="four-weeks")
    current = [one for one in days if one.attributes.get("aria-current") == "date"]
    assert [one.attributes["aria-label"] for one in current] == ["Wednesday 9 December, 16 times"]


def test_day_without_times_leads_nowhere_and_says_why(offer, bob, charlie, client):
    schedule = offer.profile.schedule
    schedule.max_per_day = 1
    schedule.save()
    booked = book(offer, bob, THURSDAY)

    full = markup_of(client.get(PAGE))
    cancel_booking(booking=booked, by=bob, reason="", now=NOW)
    open_again = markup_of(client.get(PAGE))

    assert "Thursday 26 November, fully booked" in full
    assert "Saturday 28 November, no times" in full
    assert not any(label.startswith("Thursday 26 ") for label in days_in(full))
    assert any(label.startswith("Thursday 26 ") for label in days_in(open_again))


def test_weeks_of_a_horizon_shorter_than_four_end_with_it(offer, client):
    offer.profile.schedule.horizon_days = 3
    offer.profile.schedule.save()

    days = days_in(markup_of(client.get(PAGE)))

    assert list(days) == [
        "Wednesday 25 November, 16 times",
        "Thursday 26 November, 16 times",
        "Friday 27 November, 16 times",
    ]


def test_a_day_is_asked_for_as_a_part_of_the_same_page(offer, client):
    page = markup_of(client.get(PAGE, {"q": "Stay & go?"}))
    links = elements_in(page, "button", id="four-weeks")

    part = client.get(urljoin(PAGE, links[0].attributes["hx-get"]), headers={"HX-Request": "true"})

    assert links[0].attributes["formaction"] == links[0].attributes["hx-get"] + "#times"
    assert "day=2026-11-25" in links[0].attributes["hx-get"]
    assert elements_of(markup_of(part), "html") == []
    assert len(elements_of(markup_of(part), "details", id="four-weeks")) == 1
