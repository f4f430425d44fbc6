"""Other times in answer to a request, as its two people meet them on pages, in mails and over the API."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from notifications.models import InboxItem, Notification, State
from notifications.registry import kind_named
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.counters import counter_request
from sessions_app.booking.requests import withdraw_booking
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import (
    choices_in,
    elements_of,
    forms_in,
    links_in,
    markup_of,
    parts_in,
    refusals_in,
    stage_in,
    times_in,
)
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
FRIDAY, MONDAY = at("2026-11-27 10:00"), at("2026-11-30 10:00")
HOUR = timedelta(hours=1)


def url(booking, path=""):
    return f"/sessions/{booking.uuid}/{path}"


@pytest.fixture
def countered(request_for, alice):
    return counter_request(booking=request_for, starts=[FRIDAY, MONDAY], by=alice, now=NOW)


def follow(page: str, text: str) -> str:
    """Where the time that shows this leads."""
    links = [one for one in elements_of(page, "a") if one.text.startswith(text)]
    [href] = [one.attributes["href"] for one in links if one.attributes["href"].startswith("?t=")]
    return href


def test_mentor_chooses_times_by_links_and_offers_them(request_for, alice, client_for):
    client, address = client_for(alice), url(request_for, "other-times/")
    assert address in links_in(markup_of(client.get(url(request_for, "respond/"))))

    page = markup_of(client.get(f"{address}?day=2026-11-27"))
    assert forms_in(page) == []
    page = markup_of(client.get(address + follow(page, "10:00")))
    assert choices_in(page, "start") == ["2026-11-27T10:00Z"]
    [seen] = {one.attributes["value"] for one in elements_of(page, "input", name="seen")}
    answer = client.post(address, {"start": choices_in(page, "start"), "seen": seen})

    request_for.refresh_from_db()
    assert (answer["Location"], request_for.state, request_for.start) == (url(request_for), "countered", FRIDAY)


def test_mentor_sees_the_mentees_clock_before_choosing(request_for, bob, alice, client_for):
    bob.timezone = "Asia/Kolkata"
    bob.save()

    page = markup_of(client_for(alice).get(url(request_for, "other-times/?day=2026-11-27")))

    slots = [one.text for one in elements_of(page, "a") if one.attributes.get("class") == "slot slot--radio"]
    assert slots[0].startswith("09:0014:30")
    assert "their-clock" in parts_in(page)


@pytest.mark.parametrize(("zone", "differs"), [("Europe/Lisbon", False), ("Asia/Kolkata", True)])
def test_small_times_are_spoken_of_only_where_they_are_shown(zone, differs, request_for, bob, alice, client_for):
    bob.timezone = zone
    bob.save()

    page = markup_of(client_for(alice).get(url(request_for, "other-times/?day=2026-11-27")))

    assert "their-clock" in parts_in(page)
    assert ("small-times" in parts_in(page)) == bool(elements_of(page, "small", aria_hidden="true")) == differs


def test_mentor_is_shown_the_time_that_was_asked_for_but_cannot_offer_it(request_for, alice, client_for):
    page = markup_of(client_for(alice).get(url(request_for, "other-times/?day=2026-11-26")))

    [present] = elements_of(page, "span", class_="slot slot--radio slot--gone slot--present")
    assert present.text.startswith("14:30")
    assert "t=2026-11-26T14%3A30Z" not in page


def test_mentor_chooses_three_at_most_and_none_that_overlap(request_for, ask_first, alice, client_for):
    ask_first.step = 5
    ask_first.save()
    times = "&".join(f"t=2026-11-{day}T10:00Z" for day in (25, 27, 30))

    full = markup_of(client_for(alice).get(url(request_for, f"other-times/?{times}&day=2026-11-30")))
    one = markup_of(client_for(alice).get(url(request_for, "other-times/?t=2026-11-27T10:00Z&day=2026-11-27")))

    assert len(choices_in(full, "start")) == 3
    assert [link for link in links_in(full) if link.count("t=2026") > 3] == []
    assert [link for link in links_in(one) if "T10%3A05Z" in link] == []


def test_a_time_that_is_gone_is_refused_and_the_others_stay_chosen(request_for, ask_first, alice, charlie, client_for):
    book(ask_first, charlie, FRIDAY)
    sent = {"start": ["2026-11-27T10:00Z", "2026-11-30T10:00Z"], "seen": str(request_for.version)}

    answer = client_for(alice).post(url(request_for, "other-times/"), sent)

    page = markup_of(answer)
    assert (answer.status_code, refusals_in(page)) == (409, ["taken"])
    assert choices_in(page, "start") == ["2026-11-30T10:00Z"]


def test_what_is_suggested_for_a_time_that_is_gone_keeps_the_others(request_for, ask_first, alice, charlie, client_for):
    client, address = client_for(alice), url(request_for, "other-times/")
    book(ask_first, charlie, FRIDAY)
    sent = {"start": ["2026-11-27T10:00Z", "2026-11-30T10:00Z"], "seen": str(request_for.version)}

    refused = markup_of(client.post(address, sent))
    links = [one.attributes["href"] for one in elements_of(refused, "a") if "data-suggestion" in one.attributes]
    pages = [markup_of(client.get(link)) for link in links]
    chosen = [choices_in(page, "start") for page in pages]

    assert [(len(times), times[-1]) for times in chosen] == [(2, "2026-11-30T10:00Z")] * 3
    for starts in chosen:
        with transaction.atomic():
            answer = client.post(address, {**sent, "start": starts})
            transaction.set_rollback(True)
        assert answer["Location"] == url(request_for)


@pytest.mark.parametrize(
    ("starts", "code", "kept"),
    [
        (["2026-11-26T14:30Z", "2026-11-30T10:00Z"], "same_time", ["2026-11-30T10:00Z"]),
        (["2026-11-27T10:00Z", "2026-11-27T10:10Z"], "overlap", ["2026-11-27T10:00Z"]),
        (["2026-11-27T10:00Z", "2026-11-28T10:00Z"], "outside_windows", ["2026-11-27T10:00Z"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_reason_against_one_time_leaves_the_others(request_for, ask_first, alice, client_for, starts, code, kept):
    ask_first.step = 5
    ask_first.save()
    sent = {"start": starts, "seen": str(request_for.version)}

    page = markup_of(client_for(alice).post(url(request_for, "other-times/"), sent))

    suggested = [one for one in elements_of(page, "a") if "data-suggestion" in one.attributes]
    assert (refusals_in(page), choices_in(page, "start"), len(suggested)) == ([code], kept, 3)


def test_a_program_is_told_what_it_could_offer_instead(program, request_for, ask_first, alice, charlie):  # noqa: F811
    book(ask_first, charlie, FRIDAY)
    starts = ["2026-11-30T10:00:00Z", "2026-11-27T10:00:00Z"]

    status, refused = program(alice).act(f"bookings/{request_for.uuid}/counter/", {"starts": starts})

    near = [slot["start"] for slot in refused["alternatives"]]
    assert (status, refused["code"], len(near)) == (409, "taken", 3)
    assert {start[:10] for start in near} == {"2026-11-27"}


def test_nothing_chosen_is_said_beside_the_times(request_for, alice, client_for):
    answer = client_for(alice).post(url(request_for, "other-times/"), {})

    assert answer.status_code == 422


def test_mentee_books_a_time_with_one_tap(countered, bob, client_for):
    client = client_for(bob)
    page = markup_of(client.get(url(countered)))
    assert (stage_in(page), choices_in(page, "start")) == ("countered", ["2026-11-27T10:00Z", "2026-11-30T10:00Z"])
    seen = str(countered.version)

    answer = client.post(url(countered, "choose/"), {"start": "2026-11-30T10:00Z", "seen": seen})
    again = client.post(url(countered, "choose/"), {"start": "2026-11-30T10:00Z", "seen": seen})

    countered.refresh_from_db()
    assert (answer["Location"], again["Location"]) == (url(countered), url(countered))
    assert (countered.state, countered.start) == ("confirmed", MONDAY)


def test_mentee_cannot_press_a_time_at_which_they_have_a_session(countered, bob, client_for):
    dora = make_mentor(make_person("dora@example.org", "Dora Dane"))
    book(dora.offers.get(), bob, MONDAY)
    client = client_for(bob)

    refused = client.post(url(countered, "choose/"), {"start": "2026-11-30T10:00Z"})

    assert choices_in(markup_of(client.get(url(countered))), "start") == ["2026-11-27T10:00Z"]
    assert (refused.status_code, refusals_in(markup_of(refused))) == (409, ["own_overlap"])


def test_after_the_deadline_the_page_offers_nothing(countered, bob, client_for):
    with time_machine.travel(countered.expires_at, tick=False):
        client = client_for(bob)
        refused = client.post(url(countered, "choose/"), {"start": "2026-11-30T10:00Z"})
        page = markup_of(client.get(url(countered)))

    assert (refused.status_code, refusals_in(markup_of(refused))) == (409, ["not_waiting"])
    assert (stage_in(page), choices_in(page, "start")) == ("expired", [])


def test_nothing_is_booked_by_a_get(countered, bob, client_for):
    assert client_for(bob).get(url(countered, "choose/")).status_code == 405


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_either_side_ends_it_from_its_pages(countered, alice, bob, client_for, who):
    client = client_for({"alice": alice, "bob": bob}[who])
    path, sent = ("respond/", {"answer": "decline"}) if who == "alice" else ("cancel/", {})
    page = markup_of(client.get(url(countered)))

    answer = client.post(url(countered, path), {**sent, "seen": str(countered.version)})

    countered.refresh_from_db()
    assert url(countered, path) in {*links_in(page), *forms_in(page)}
    assert answer["Location"] == url(countered)
    assert (countered.state, countered.start) == ({"alice": "declined", "bob": "withdrawn"}[who], THURSDAY)


def test_one_time_is_not_called_the_first_of_several(ask_first, alice, bob, charlie, client_for):
    heads = []
    for mentee, starts in ((bob, [FRIDAY]), (charlie, [MONDAY, MONDAY + HOUR])):
        booking = counter_request(booking=book(ask_first, mentee), starts=starts, by=alice, now=NOW)
        [head] = elements_of(markup_of(client_for(mentee).get(url(booking))), "h1")
        [when] = elements_of(markup_of(client_for(mentee).get(url(booking))), "p", class_="now__when")
        heads.append((head.text.split()[-1], when.text.split()[0]))

    assert heads == [("time", "Friday"), ("times", "The")]


def test_who_withdraws_reads_that_other_times_were_offered(countered, bob, client_for):
    page = markup_of(client_for(bob).get(url(countered, "cancel/")))

    assert "times-offered" in parts_in(page)
    # None of them is the time that was asked for.
    assert times_in(page, class_="wrap wrap--narrow section section--top") == []


def test_mentor_whose_times_were_not_chosen_is_not_said_to_have_been_silent(countered, alice, client_for):
    expire_overdue(now=countered.expires_at)

    page = markup_of(client_for(alice).get(url(countered, "respond/")))

    assert [part for part in parts_in(page) if part in ("deadline", "chosen-by")] == ["chosen-by"]


def test_mentor_hears_that_the_times_they_offered_are_free_again(countered, alice, bob, client_for):
    Notification.objects.filter(recipient=alice, kind="requested").update(state=State.SENT, sent_at=NOW)
    withdraw_booking(booking=countered, by=bob, now=NOW)

    assert "times you" in mail_to(alice, "withdrawn").text
    assert "times-free" in parts_in(markup_of(client_for(alice).get(url(countered, "respond/"))))


def mail_to(person, kind):
    row = Notification.objects.get(recipient=person, kind=kind)
    return kind_named(kind).render(row, row.due_at)


def test_mail_names_every_time_on_both_clocks_and_leads_to_the_page(countered, bob):
    mail = mail_to(bob, "countered")

    times = re.findall(r"\w+ \d+ November, \d\d:\d\d|\d\d:\d\d for Alice", mail.text)
    assert {"Friday 27 November, 15:30", "Monday 30 November, 15:30", "10:00 for Alice"} <= set(times)
    assert url(countered) in mail.html
    assert mail.attachments == ()


def test_chosen_time_goes_to_both_calendars(countered, alice, bob, client_for):
    client_for(bob).post(url(countered, "choose/"), {"start": "2026-11-30T10:00Z"})

    for person in (alice, bob):
        [invite] = mail_to(person, "chosen").attachments
        assert b"DTSTART:20261130T100000Z" in invite.content
        assert b"METHOD:REQUEST" in invite.content


def test_inbox_leads_to_the_times(countered, bob, client_for):
    assert InboxItem.objects.filter(recipient=bob, kind="countered").count() == 1
    page = markup_of(client_for(bob).get("/notifications/"))
    assert url(countered) in {link.split("?")[0] for link in links_in(page)}


def test_programs_offer_and_choose(program, request_for, alice, bob):  # noqa: F811
    act = f"bookings/{request_for.uuid}/"
    starts = ["2026-11-30T10:00:00Z", "2026-11-27T10:00:00Z"]

    offered = program(alice).act(f"{act}counter/", {"starts": starts})[1]
    again = program(alice).act(f"{act}counter/", {"starts": starts})
    links = [set(program(person).get(act)[1]["links"]) for person in (alice, bob)]
    other = program(bob).act(f"{act}choose/", {"start": "2026-11-26T14:30:00Z"})
    chosen = program(bob).act(f"{act}choose/", {"start": starts[0]})[1]

    assert [time["start"] for time in offered["other_times"]] == sorted(starts)
    assert (offered["state"], offered["answer_by"]) == ("countered", "2026-11-25T13:46:00Z")
    assert (again[0], again[1]["code"]) == (409, "not_waiting")
    assert links == [{"self", "page", "decline"}, {"self", "page", "cancel", "choose"}]
    assert (other[0], other[1]["code"]) == (409, "not_offered")
    assert (chosen["state"], chosen["start"], chosen["other_times"]) == ("confirmed", starts[0], [])


def due_in(page: str) -> list[str]:
    return [one.attributes["data-answer-due"] for one in elements_of(page, "p") if "data-answer-due" in one.attributes]


def test_mentee_sees_by_when_each_time_is_answered_before_they_ask(ask_first):
    page = markup_of(Client().get("/mentors/alice-adair/", {"day": "2026-11-25"}))

    # 13:46 is a day later; from 09:00 to 17:00, four hours before: 08:00 at the earliest, or the evening before.
    dues = due_in(page)
    assert (dues[0], dues[-1], len(dues)) == ("2026-11-24T22:00Z", "2026-11-25T12:30Z", 16)


def test_what_is_booked_at_once_has_no_deadline(offer):
    assert due_in(markup_of(Client().get("/mentors/alice-adair/"))) == []
