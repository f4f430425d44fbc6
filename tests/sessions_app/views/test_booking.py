import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from common.times import utc_text
from mentors.models import Format, MentorProfile
from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.models import Booking, Occupancy
from sessions_app.views.booking import address_mark
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import (
    alerts_in,
    answers_in,
    elements_in,
    elements_of,
    forms_in,
    links_in,
    markup_of,
    part_in,
    parts_in,
    problems_in,
    refusals_in,
    stage_in,
    text_of,
    times_in,
    words_of,
)
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/mentors/alice-adair/"
LATER = NOW + timedelta(hours=26)


def gone_times(page: str) -> list[tuple[str, ...]]:
    """Each time that is crossed out, and why."""
    return [
        (slot.text.split(",")[0].strip(), slot.attributes["data-part"])
        for slot in elements_of(page, "span", class_="slot slot--radio slot--gone")
    ]


def own_questions_on(response) -> list[str]:
    page = markup_of(response)
    shown = elements_of(page, "div", data_part="own-questions")
    return [one.text for one in elements_in(page, "li", data_part="own-questions")] if shown else []


def form(offer, start="2026-11-26T14:30Z", question=QUESTION, **fields):
    return {"offer": offer.uuid, "start": start, "question": question, "key": uuid4().hex, **fields}


def test_mentor_detail_opens_on_the_soonest_day_in_the_readers_zone(offer):
    client = Client()
    client.cookies["tz"] = "Asia/Kolkata"

    page = markup_of(client.get(PAGE))

    assert 'value="2026-11-25T09:00Z"' in page
    assert ">14:30</time>" in page
    assert "Kolkata (IST)" in page


def openers_in(page: str) -> dict[str, str]:
    """Where each other day, offer and programme of the form leads without scripts, by the words on its button."""
    buttons = elements_in(page, "button", id="picker")
    return {one.attributes.get("aria-label") or one.text: one.attributes["formaction"] for one in buttons}


@pytest.mark.parametrize("typed", ["How do I\nsay no, “politely” & soon?", ""])
def test_another_day_or_offer_keeps_what_is_being_typed(offer, bob, client_for, typed):
    offer.profile.offers.create(length=45)
    client = client_for(bob)
    page = markup_of(client.get(PAGE, {"q": "What I searched for", "about": "saying-no"}))
    openers = openers_in(page)
    assert len(openers) > 20
    sent = {"question": typed, "offer": offer.uuid, "day": "2026-11-25"}

    for address in openers.values():
        led = client.post(address, sent)
        asked, kept = parse_qs(urlsplit(address).query), parse_qs(urlsplit(led["Location"]).query)
        assert (led.status_code, urlsplit(led["Location"]).path) == (302, PAGE)
        assert kept.pop("q", [""]) == [" ".join(typed.split())]
        assert (asked.pop("q"), asked.pop("about")) == (["What I searched for"], ["saying-no"])
        assert kept == asked
    # Words that stay as they were keep the topic by which the search found the mentor.
    led = client.post(address, sent | {"question": "What I searched for"})
    assert led["Location"] == urlsplit(address)._replace(fragment="").geturl()

    shown = client.get(client.post(address, sent)["Location"])
    [field] = elements_of(markup_of(shown), "textarea", id="id_question")
    assert field.text == " ".join(typed.split())


def test_days_on_a_page_that_refuses_lead_to_the_mentors_page(offer, bob, client_for):
    """It is answered at another address, which shows no days."""
    client = client_for(bob)

    for act in ("book", "ask"):
        page = markup_of(client.post(f"{PAGE}{act}/", {"offer": offer.uuid, "question": "What do I do?"}))
        openers = openers_in(page)
        assert {urlsplit(address).path for address in openers.values()} <= {PAGE}
        swapped = [one.attributes["hx-get"] for one in elements_of(page, "button") if "hx-get" in one.attributes]
        assert {urlsplit(address).path for address in swapped} <= {PAGE}
        assert act == "ask" or len(openers) == len(swapped) > 20


def test_the_question_is_described_by_its_hint_its_error_and_its_count(offer, bob, client_for):
    page = f"/mentors/{offer.profile.slug}/"
    client = client_for(bob)

    described = [
        elements_of(response.content.decode(), "textarea", id="id_question")[0].attributes["aria-describedby"]
        for response in (client.get(page), client.post(f"{page}book/", {"offer": offer.uuid, "question": ""}))
    ]

    assert described == [
        "id_question_helptext id_question_count",
        "id_question_helptext id_question_error id_question_count",
    ]


def test_mentor_detail_says_whose_zone_it_shows_while_the_readers_is_unknown(offer):
    assert len(elements_of(markup_of(Client().get(PAGE)), "p", data_times_in="UTC")) == 1


def test_mentor_detail_opens_on_the_day_and_time_of_the_address(offer):
    page = markup_of(Client().get(PAGE, {"t": "2026-11-26T14:30Z", "q": "My question"}))

    assert re.search(r'value="2026-11-26T14:30Z"[^>]* checked', page)
    assert "My question</textarea>" in page


@pytest.mark.parametrize(
    "query",
    ["day=2026-13-45", "day=9999-12-31", "day=0001-01-01", "t=now", "t=9999-99-99T00:00Z", "offer=zzz", "offer=%00"],
)
def test_mentor_detail_has_patience_with_any_address(offer, query):
    assert "Wednesday 25 November" in text_of(Client().get(f"{PAGE}?{query}"))


def test_mentor_detail_shows_taken_times_struck_through(booking):
    page = markup_of(Client().get(PAGE, {"day": "2026-11-26"}))

    assert 'value="2026-11-26T14:30Z"' not in page
    assert ("14:30", "slot-taken") in gone_times(page)


def test_mentor_detail_crosses_out_what_the_readers_own_session_covers(offer, bob, client_for):
    other = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    book(other, bob)

    page = markup_of(client_for(bob).get(PAGE, {"day": "2026-11-26"}))

    assert 'value="2026-11-26T14:30Z"' not in page
    assert ("20:00", "slot-own") in gone_times(page)
    assert 'value="2026-11-26T15:00Z"' in page


def test_mentor_detail_marks_when_the_readers_calendar_says_busy(alice, bob, offer, client_for):
    spans = [(at("2026-11-26 14:30"), at("2026-11-26 15:00"))]
    replace_busy_times(person=bob, calendar=7, spans=spans, now=NOW)

    theirs, mentors = (markup_of(client_for(reader).get(PAGE, {"day": "2026-11-26"})) for reader in (bob, alice))

    assert 'value="2026-11-26T14:30Z"' in theirs
    assert ("busy" in parts_in(theirs), "busy" in parts_in(mentors)) == (True, False)


def test_mentor_detail_passes_over_a_soonest_time_that_is_busy_and_leads_to_it(bob, offer, client_for):
    spans = [(at("2026-11-25 00:00"), at("2026-11-26 00:00"))]
    replace_busy_times(person=bob, calendar=7, spans=spans, now=NOW)

    page = markup_of(client_for(bob).get(PAGE))

    assert 'value="2026-11-26T14:30Z"' in page
    [skipped] = elements_of(page, "p", data_part="skipped")
    assert "day=2026-11-25" in page
    assert skipped.text


def test_mentees_read_what_the_mentor_would_like_to_know_wherever_they_write(offer, bob, client_for):
    chat = offer.profile.offers.create(length=25, format=Format.CHAT, position=2, questions=["Nights?", "Since?"])
    writes = offer.profile.offers.create(length=15, format=Format.WRITING, questions=["Country?"])
    client = client_for(bob)
    chosen = [client.get(PAGE, {"offer": one.uuid}) for one in (offer, chat, writes)]
    part = client.get(PAGE, {"offer": chat.uuid}, headers={"HX-Request": "true"})
    booking = book(chat, bob)
    after = [client.get(f"/sessions/{booking.uuid}/{page}") for page in ("", "question/")]

    assert [own_questions_on(page) for page in chosen] == [[], ["Nights?", "Since?"], ["Country?"]]
    assert [own_questions_on(page) for page in (part, *after)] == [["Nights?", "Since?"]] * 3


def test_mentor_detail_without_times_offers_other_people(alice, offer):
    alice.mentor_profile.schedule.windows.all().delete()
    make_mentor(make_person("dora@example.org", "Dora Dane"))

    page = markup_of(Client().get(PAGE))

    assert parts_in(page) == ["no-times"]
    [way_on] = elements_of(page, "section", id="book")
    assert "Dora Dane" in way_on.text


def test_mentor_detail_of_a_paused_mentor_names_the_day(alice, offer):
    alice.mentor_profile.paused_until = at("2026-12-07 00:00").date()
    alice.mentor_profile.save()

    assert "Monday 7 December" in part_in(markup_of(Client().get(PAGE)), "pause")


def test_mentor_detail_of_ones_own_offers_to_edit(alice, offer, client_for):
    own, anybodys = (markup_of(client.get(PAGE)) for client in (client_for(alice), Client()))

    assert [f"{PAGE}book/" in forms_in(page) for page in (own, anybodys)] == [False, True]
    assert [reverse("mentor_profile") in links_in(page) for page in (own, anybodys)] == [True, False]


@pytest.mark.parametrize("count", [1, 3])
def test_mentor_detail_asks_a_fixed_number_of_queries(alice, offer, count, django_assert_num_queries):
    for number in range(count - 1):
        alice.mentor_profile.offers.create(length=15, position=number + 1)
    Client().get(PAGE)  # Each connection prepares its statements once.

    with django_assert_num_queries(4):
        Client().get(PAGE)


def test_mentor_detail_answers_htmx_with_the_picker_only(offer):
    response = Client().get(PAGE, {"day": "2026-11-26"}, headers={"HX-Request": "true"})

    assert "<html" not in markup_of(response)
    assert "Thursday 26 November" in text_of(response)
    assert 'id="id_question"' not in markup_of(response)


def test_who_looks_for_times_after_the_last_has_gone_loads_the_whole_page(alice, offer):
    alice.mentor_profile.schedule.windows.all().delete()
    part = Client().get(PAGE, {"day": "2026-11-26"}, headers={"HX-Request": "true"})

    assert (part.status_code, part.content, part["HX-Refresh"]) == (204, b"", "true")
    assert "no-times" in parts_in(markup_of(Client().get(PAGE, {"day": "2026-11-26"})))


def test_another_offer_brings_the_button_that_says_how_it_is_booked(alice, offer):
    """The button lies outside of what is swapped, so the part brings it along; the page has it once, in its place."""
    asking = alice.mentor_profile.offers.create(length=45, instant=False)

    part = Client().get(PAGE, {"offer": asking.uuid}, headers={"HX-Request": "true"}).content.decode()
    page = Client().get(PAGE, {"offer": asking.uuid}).content.decode()
    before = Client().get(PAGE).content.decode()

    [swapped], [standing], [instant] = (elements_of(html, "div", id="book-button") for html in (part, page, before))
    assert (swapped.attributes.get("hx-swap-oob"), "hx-swap-oob" in standing.attributes) == ("true", False)
    assert swapped.text == standing.text != instant.text


@pytest.mark.parametrize(("chosen", "says_so"), [("2026-11-25T13:30Z", False), ("2026-11-25T14:00Z", True)])
def test_page_promises_rescheduling_only_for_times_that_leave_it(alice, offer, chosen, says_so):
    alice.mentor_profile.schedule.move_notice = 24 * 60
    alice.mentor_profile.schedule.save()

    page = markup_of(Client().get(PAGE, {"t": chosen}))

    [picked] = [one for one in elements_of(page, "input", name="start") if "checked" in one.attributes]
    assert picked.attributes["value"] == chosen
    assert ("can-move" in parts_in(page)) == says_so


def test_page_promises_no_rescheduling_on_a_day_that_is_too_close(alice, offer):
    alice.mentor_profile.schedule.move_notice = 48 * 60
    alice.mentor_profile.schedule.save()

    days = ("2026-11-25", "2026-11-27")

    assert ["can-move" in parts_in(markup_of(Client().get(PAGE, {"day": day}))) for day in days] == [False, True]


def test_mentors_see_on_their_own_page_what_others_see_and_book_nothing(offer, bob, alice, client_for):
    book(offer, bob)
    asked = {"day": "2026-11-26"}
    own, part = (client_for(alice).get(PAGE, asked, headers=headers) for headers in ({}, {"HX-Request": "true"}))
    others = markup_of(client_for(make_person("dan@example.org", "Dan Doe")).get(PAGE, asked))

    for page in (markup_of(own), markup_of(part)):
        shown = [one.text for one in elements_of(page, "span", class_="slot slot--radio slot--rest")]
        assert shown == [one.text[:5] for one in elements_of(others, "label", class_="slot slot--radio")] != []
        assert ("slot-own" in parts_in(page), "slot-taken" in parts_in(page)) == (False, True)
        assert elements_of(page, "input", name="start") == []


def test_an_unknown_mentor_does_not_exist(db):
    assert Client().get("/mentors/nobody/").status_code == 404


def test_book_signed_in_leads_to_the_session(offer, bob, client_for):
    response = client_for(bob).post(f"{PAGE}book/", form(offer), follow=True)

    booking = Booking.objects.get()
    assert response.redirect_chain == [(f"/sessions/{booking.uuid}/", 302)]
    assert [("Alice Adair" in words) for words in alerts_in(markup_of(response))] == [True]
    assert answers_in(markup_of(response)) == ["ok"]
    assert (booking.mentee, booking.question) == (bob, QUESTION)


def test_book_an_ask_first_offer_waits(ask_first, bob, client_for):
    response = client_for(bob).post(f"{PAGE}book/", form(ask_first), follow=True)

    assert stage_in(markup_of(response)) == "waiting"


def test_book_twice_with_one_form_is_one_booking(offer, bob, client_for):
    data, client = form(offer), client_for(bob)

    addresses = {client.post(f"{PAGE}book/", data)["Location"] for _ in range(2)}

    assert len(addresses) == 1
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        pytest.param({"question": ""}, "id_question", id="no-question"),
        pytest.param({"question": "x" * 501}, "id_question", id="long"),
        pytest.param({"start": ""}, "id_start", id="no-time"),
        pytest.param({"start": "tomorrow"}, "id_start", id="made-up-time"),
        pytest.param({"question": "a\u202eb"}, "id_question", id="bidi"),
    ],
)
def test_book_with_something_missing_keeps_what_was_typed(offer, bob, client_for, fields, problem):
    response = client_for(bob).post(f"{PAGE}book/", form(offer, **fields))

    assert response.status_code == 422
    assert problems_in(markup_of(response)) == [problem]
    assert "Error: " in markup_of(response).split("</title>")[0]
    if "question" not in fields:
        assert QUESTION in markup_of(response)
    else:
        assert re.search(r'value="2026-11-26T14:30Z"[^>]* checked', markup_of(response))
    assert Booking.objects.count() == 0


def test_book_a_taken_time_keeps_the_question_and_names_the_nearest(offer, bob, charlie, client_for):
    book(offer, charlie)

    response = client_for(bob).post(f"{PAGE}book/", form(offer, question="My own words"))

    page = markup_of(response)
    assert (response.status_code, refusals_in(page)) == (409, ["taken"])
    chosen = [parse_qs(urlsplit(link).query) for link in links_in(page)]
    near = {query["t"][0] for query in chosen if "t" in query and query["q"] == ["My own words"]}
    assert near >= {"2026-11-26T14:00Z", "2026-11-26T15:00Z"}
    assert "My own words</textarea>" in page


def test_book_an_offer_of_somebody_else_is_refused(offer, bob, client_for):
    other = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()

    response = client_for(bob).post(f"{PAGE}book/", form(other))

    assert response.status_code == 422
    assert Booking.objects.count() == 0


def guest_holds(offer, **fields) -> Client:
    client = Client()
    response = client.post(f"{PAGE}book/", form(offer, **fields))
    assert response["Location"] == f"{PAGE}book/"
    return client


def code_in(mailoutbox) -> str:
    return re.search(r"\b(\d{3}) ?(\d{3})\b", mailoutbox[-1].body).expand(r"\1\2")


def test_a_visitor_gets_the_slot_held_while_they_sign_in(offer):
    client = guest_holds(offer)

    page, held = markup_of(client.get(f"{PAGE}book/")), Booking.objects.get()

    assert (parts_in(page), times_in(page, data_part="held")) == (["held"], [utc_text(held.expires_at)])
    assert QUESTION in words_of(page)
    assert held.state == "held"


@pytest.mark.parametrize("email", ["bob@example.org", "new@example.org"])
def test_a_visitor_types_the_code_and_is_booked(offer, bob, mailoutbox, email):
    client = guest_holds(offer)
    client.post(f"{PAGE}book/email/", {"email": email, "name": "Nora New"})

    response = client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)

    booking = Booking.objects.get()
    assert (booking.state, booking.mentee.email) == ("confirmed", email)
    assert response.redirect_chain[-1][0] == f"/sessions/{booking.uuid}/"
    assert stage_in(markup_of(response)) == "ahead"
    assert QUESTION in text_of(response)


def test_a_known_and_an_unknown_address_lead_to_the_same_page(offer, bob):
    pages = []
    for number, email in enumerate(["bob@example.org", "new@example.org"]):
        client = guest_holds(offer, start=f"2026-11-26T1{number}:00Z")
        response = client.post(f"{PAGE}book/email/", {"email": email, "name": ""}, follow=True)
        pages.append((response.redirect_chain, re.sub(r"\S+@example.org|1\d:\d\d", "…", text_of(response))))

    assert pages[0] == pages[1]


@pytest.mark.parametrize(("minutes", "says"), [(5, True), (11, False)])
def test_a_time_that_is_held_no_longer_is_not_called_held(offer, minutes, says):
    client, until = guest_holds(offer), "13:56"
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        page = text_of(client.post(f"{PAGE}book/email/", {"email": "bob@example.org", "name": ""}, follow=True))

    assert ("14:30" in page, until in page) == (True, says)


def test_a_visitor_whose_hold_ran_out_keeps_the_question(offer, bob, charlie, mailoutbox):
    client = guest_holds(offer)
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        book(offer, charlie, now=NOW + timedelta(minutes=11))
        assert parts_in(markup_of(client.get(f"{PAGE}book/"))) == ["lapsed"]
        client.post(f"{PAGE}book/email/", {"email": "bob@example.org", "name": ""})
        response = client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)

    assert refusals_in(markup_of(response)) == ["taken"]
    assert QUESTION in markup_of(response)
    assert Booking.objects.filter(mentee=bob).count() == 0


def test_a_refused_claim_gives_the_time_back(offer, alice, mailoutbox):
    client = guest_holds(offer)
    client.post(f"{PAGE}book/email/", {"email": alice.email, "name": ""})

    response = client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)

    assert refusals_in(markup_of(response)) == ["own_profile"]
    assert Occupancy.objects.count() == 0


def test_a_visitor_without_a_hold_is_sent_to_the_times(offer):
    assert Client().get(f"{PAGE}book/")["Location"] == PAGE
    assert Client().post(f"{PAGE}book/email/", {"email": "a@example.org"})["Location"] == PAGE


def test_a_second_hold_of_one_browser_gives_up_the_first(offer):
    client = guest_holds(offer)

    client.post(f"{PAGE}book/", form(offer, start="2026-11-27T10:00Z"))

    assert sorted(Booking.objects.values_list("state", flat=True)) == ["expired", "held"]


def test_a_visitor_can_go_back_from_the_code_and_book_the_time_they_hold_with_another_question(offer):
    chat = offer.profile.offers.create(length=25, format=Format.CHAT, position=2)
    client = guest_holds(chat)
    [back] = [link for link in links_in(markup_of(client.get(f"{PAGE}book/"))) if link.startswith(f"{PAGE}?")]

    page = markup_of(client.get(back))

    assert f'name="offer" value="{chat.uuid}"' in page
    assert re.search(r'value="2026-11-26T14:30Z"[^>]* checked', page)
    assert gone_times(page) == []
    assert client.post(f"{PAGE}book/", form(chat, question="Another question?"))["Location"] == f"{PAGE}book/"
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["expired", "held"]
    assert ("14:30", "slot-taken") in gone_times(markup_of(Client().get(back)))


def test_a_visitor_who_requests_a_time_is_not_told_that_the_code_books_it(ask_first, bob):
    client = guest_holds(ask_first)
    by_code = markup_of(client.get(f"{PAGE}book/"))
    client.force_login(bob)
    [button] = elements_of(markup_of(client.get(f"{PAGE}book/")), "button", class_="btn btn--primary btn--lg")

    assert parts_in(by_code) == ["held", "code-requests"]
    assert button.text.split()[0] == "Request"


def test_a_wrong_address_is_said_beside_the_field(offer):
    response = guest_holds(offer).post(f"{PAGE}book/email/", {"email": "nobody", "name": ""})

    assert response.status_code == 422
    assert problems_in(markup_of(response)) == ["id_email"]
    assert 'value="nobody"' in markup_of(response)


def test_someone_who_signed_in_elsewhere_books_the_held_slot_with_one_button(offer, bob):
    client = guest_holds(offer)
    client.force_login(bob)

    assert f"{PAGE}book/email/" in forms_in(markup_of(client.get(f"{PAGE}book/")))
    client.post(f"{PAGE}book/email/")

    assert Booking.objects.get().mentee == bob


def test_nothing_is_booked_by_a_get(offer, bob, client_for):
    client_for(bob).get(f"{PAGE}book/", form(offer))

    assert (Booking.objects.count(), User.objects.count()) == (0, 2)


def test_two_clicks_from_results_to_booked(offer, bob, client_for):
    client = client_for(bob)
    results = markup_of(client.get(reverse("mentor_list"), {"q": QUESTION}))
    slot = re.search(r'class="slot[^"]*" href="([^"#]+)', results).group(1).replace("&amp;", "&")

    page = markup_of(client.get(slot))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))
    start = re.search(r'name="start" value="([^"]+)"[^>]* checked', page).group(1)
    question = re.search(r"<textarea[^>]*>\s*([^<]+)</textarea>", page).group(1)
    client.post(f"{PAGE}book/", fields | {"start": start, "question": question})

    assert Booking.objects.get().question == QUESTION
    assert Booking.objects.get().start != THURSDAY


def test_a_visitors_second_click_gets_the_same_hold(offer):
    data = form(offer)

    answers = [Client().post(f"{PAGE}book/", data).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert Booking.objects.count() == 1


# After the browser's Back the form still has its key: what is chosen then counts, not what was chosen before.
@pytest.mark.parametrize("change", [{"start": "2026-11-26T15:00Z"}, {"question": "Which team do I join?"}])
def test_the_same_form_with_another_time_or_question_is_another_hold(offer, change):
    client, data = Client(), form(offer)
    client.post(f"{PAGE}book/", data)

    client.post(f"{PAGE}book/", data | change)

    hold = Booking.objects.get(state="held")
    changed = data | change
    assert (f"{hold.start:%Y-%m-%dT%H:%MZ}", hold.question) == (changed["start"], changed["question"])


def test_the_same_form_with_another_time_is_not_booked_already(offer, bob, client_for):
    client, data = client_for(bob), form(offer)
    client.post(f"{PAGE}book/", data, follow=True)

    response = client.post(f"{PAGE}book/", data | {"start": "2026-11-26T15:00Z"}, follow=True)

    assert response.status_code == 409
    assert refusals_in(markup_of(response)) == ["already_together"]
    assert Booking.objects.get().start == THURSDAY


def test_a_form_sent_again_after_its_session_was_cancelled_says_so(offer, bob, client_for):
    client, data = client_for(bob), form(offer)
    client.post(f"{PAGE}book/", data)
    cancel_booking(booking=Booking.objects.get(), by=bob, reason="x", now=NOW)

    response = client.post(f"{PAGE}book/", data)

    assert response.status_code == 409
    assert refusals_in(markup_of(response)) == ["changed"]


def signed_in(client: Client, person):
    client.post("/sign-in/", {"email": person.email})
    code = re.search(r"\b(\d{3}) (\d{3})\b", mail.outbox[-1].body)
    return client.post("/sign-in/code/", {"code": code[1] + code[2]}, follow=True)


def test_a_held_form_sent_again_after_its_session_was_cancelled_says_so(offer, bob):
    client, data = Client(), form(offer)
    client.post(f"{PAGE}book/", data)
    signed_in(client, bob)
    cancel_booking(booking=Booking.objects.get(), by=bob, reason="x", now=NOW)
    client.post("/sign-out/")
    client.post(f"{PAGE}book/", data)

    response = signed_in(client, bob)

    assert refusals_in(markup_of(response)) == ["changed"]
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["cancelled", "expired"]


def test_a_held_form_sent_again_after_its_session_was_moved_is_that_session(offer, bob):
    client, data = Client(), form(offer)
    client.post(f"{PAGE}book/", data)
    signed_in(client, bob)
    moved = move_booking(booking=Booking.objects.get(), start=at("2026-11-27 10:00"), by=bob, now=NOW)
    client.post("/sign-out/")
    client.post(f"{PAGE}book/", data)

    page = signed_in(client, bob)

    assert page.redirect_chain[-1][0] == f"/sessions/{moved.uuid}/"
    assert sorted(Booking.objects.values_list("state", flat=True)) == ["confirmed", "expired"]


def test_an_old_hold_books_nothing_by_surprise(offer, bob):
    client = Client()
    client.post(f"{PAGE}book/", form(offer))
    with time_machine.travel(LATER, tick=False):
        client.post("/sign-in/", {"email": bob.email})
        code = re.search(r"\b(\d{3}) (\d{3})\b", mail.outbox[-1].body)
        client.post("/sign-in/code/", {"code": code[1] + code[2]})

    assert Booking.objects.filter(mentee=bob).count() == 0


# Whoever held a time with a mentor who was suspended meanwhile must not land on a page that isn't there.
def test_a_hold_with_a_mentor_suspended_meanwhile_leads_to_other_people(offer, bob):
    client = Client()
    client.post(f"{PAGE}book/", form(offer))
    MentorProfile.objects.update(state="suspended")
    client.post("/sign-in/", {"email": bob.email})
    code = re.search(r"\b(\d{3}) (\d{3})\b", mail.outbox[-1].body)

    page = client.post("/sign-in/code/", {"code": code[1] + code[2]}, follow=True)

    assert page.redirect_chain[-1][0] == "/mentors/?q=Should+I+take+the+counter-offer%3F"
    assert page.status_code == 200
    assert refusals_in(markup_of(page)) == ["closed"]
    assert "counter-offer" in page.content.decode()


@pytest.mark.parametrize(("method", "path"), [("get", "book/"), ("post", "book/email/")])
def test_who_has_not_said_who_they_are_yet_is_led_to_other_people_too(offer, method, path):
    client = Client()
    client.post(f"{PAGE}book/", form(offer))
    MentorProfile.objects.update(state="suspended")

    page = getattr(client, method)(f"{PAGE}{path}", {"email": "new@example.org"}, follow=True)

    assert page.status_code == 200
    assert refusals_in(markup_of(page)) == ["closed"]
    assert "counter-offer" in page.content.decode()
    assert mail.outbox == []


def test_limits_count_a_household_of_ipv6_addresses_once(offer):
    marks = {address_mark(RequestFactory(REMOTE_ADDR=f"2001:db8:1:2::{host}").get("/")) for host in (1, 2)}

    assert len(marks) == 1


def test_a_question_in_persian_keeps_its_joiners(offer, bob, client_for):
    question = "می\u200cخواهم بدانم"

    client_for(bob).post(f"{PAGE}book/", form(offer, question=question))

    assert Booking.objects.get().question == question


def test_the_way_back_to_the_results_keeps_every_sign(offer):
    page = Client().get(PAGE, {"q": "R&D or sales #1?"}).content.decode()

    assert 'href="/mentors/?q=R%26D%20or%20sales%20%231%3F"' in page


def test_ones_own_overdue_request_crosses_nothing_out(ask_first, bob, client_for):
    book(ask_first, bob)

    # A day has passed, and the clock has not got to it yet.
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        page = client_for(bob).get(PAGE, {"day": "2026-11-26"}).content.decode()

    assert 'value="2026-11-26T14:30Z"' in page


def test_mentor_detail_names_the_days_that_are_full(alice, offer, charlie):
    schedule = alice.mentor_profile.schedule
    schedule.max_per_day = 1
    schedule.save()
    book(offer, charlie)

    page = markup_of(Client().get(PAGE))

    [full] = [one for one in elements_of(page, "p") if "data-full-days" in one.attributes]
    assert "Thu 26 Nov." in full.text
