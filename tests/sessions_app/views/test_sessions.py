import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from notifications.preferences import LEADS, save_preference
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import complete_ended, expire_overdue
from sessions_app.booking.holds import hold_slot
from sessions_app.booking.requests import accept_booking, decline_booking
from sessions_app.booking.series import book_further
from sessions_app.models import Booking, BookingState, Feedback
from sessions_app.pages.session_timeline import list_steps
from sessions_app.questions.addresses import hours_address, mentor_address, same_question_address
from sessions_app.questions.brief_input import BriefInput
from sessions_app.session_rows import read_beside
from sessions_app.views import sessions
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import (
    answers_in,
    choices_in,
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
FRIDAY = "2026-11-27T10:00Z"


def url(booking, page="") -> str:
    return f"/sessions/{booking.uuid}/{page}"


def rows_in(html: str) -> list[str]:
    """The sessions of a list, by the id of each row's heading."""
    return [row.attributes["aria-labelledby"] for row in elements_of(html, "article")]


def head_of(html: str) -> str:
    [head] = elements_of(html, "section", class_="now")
    return head.text


def move_in(html: str) -> str:
    """The step of the timeline that says when it was before."""
    [before] = elements_of(html, "s")
    [step] = [one for one in elements_of(html, "li") if one.start < before.start < one.end]
    return step.text


def test_a_page_of_another_account_is_reached_by_switching(bob, charlie, booking, client_for):
    """It is refused as one that doesn't exist, except for its own address."""
    mine, made_up = f"/sessions/{booking.uuid}/", f"/sessions/{UUID(int=1)}/"
    client = client_for(charlie)
    token = re.compile('name="csrfmiddlewaretoken" value="[^"]*"')  # drawn anew for each page
    pages = [token.sub("", markup_of(client.get(path)).replace(path, "")) for path in (mine, made_up)]
    switch = f"/sign-out/?next={mine}"

    assert pages[0] == pages[1]
    assert charlie.email in part_in(pages[0], "account")
    assert switch in links_in(markup_of(client.get(mine)))
    assert 'name="next"' in markup_of(client.get(switch))
    assert client.post("/sign-out/", {"next": mine})["Location"] == mine
    assert client.get(mine)["Location"] == f"/sign-in/?next={mine}"
    assert "account" not in parts_in(markup_of(client.get("/no-such-page/")))


def test_what_can_be_done_with_the_time_comes_before_what_there_is_to_read(booking, bob, client_for):
    """The order of a phone's one column, of the keyboard and of a screen reader."""
    page = markup_of(client_for(bob).get(url(booking)))
    [messages] = elements_of(page, "section", id="messages")
    acts = [
        link for act in ("calendar.ics", "move/", "cancel/") for link in elements_of(page, "a", href=url(booking, act))
    ]

    assert len(acts) == 3
    assert max(act.start for act in acts) < messages.start


@pytest.mark.parametrize("page", ["", "move/", "cancel/", "feedback/", "question/", "join/", "calendar.ics"])
def test_a_stranger_gets_the_same_as_for_a_made_up_session(booking, charlie, client_for, page):
    client = client_for(charlie)

    real = client.get(url(booking, page))
    made_up = client.get(f"/sessions/00000000-0000-4000-8000-000000000000/{page}")

    assert (real.status_code, made_up.status_code) == (404, 404)
    assert text_of(real) == text_of(made_up)


@pytest.mark.parametrize("page", ["", "move/", "cancel/", "feedback/", "question/", "join/", "calendar.ics"])
def test_a_visitor_is_asked_to_sign_in(booking, page):
    assert Client().get(url(booking, page))["Location"].startswith("/sign-in/?next=/sessions/")


def test_the_session_page_shows_both_clocks_and_the_question(booking, bob, client_for):
    page = markup_of(client_for(bob).get(url(booking)))

    [title] = elements_of(page, "h1", id="h")
    assert ("25" in title.text, "Alice Adair" in title.text) == (True, True)
    [when] = elements_of(page, "p", class_="now__when")
    shown = ["Thursday 26 November, 20:00–20:25", "14:30–14:55", "Alice", "London"]
    assert [words for words in shown if words not in when.text] == []
    assert QUESTION in words_of(page)
    assert "Thursday 26 November, 19:50" in part_in(page, "opens")


def test_the_session_page_of_the_mentor_is_in_their_time(booking, alice, client_for):
    page = markup_of(client_for(alice).get(url(booking)))

    [title] = elements_of(page, "h1", id="h")
    assert ("25" in title.text, "Bob Bose" in title.text) == (True, True)
    [when] = elements_of(page, "p", class_="now__when")
    assert when.text.index("14:30–14:55") < when.text.index("20:00–20:25") < when.text.index("Kolkata")
    assert "Bob" in elements_of(page, "h2", id="question-title")[0].text


@pytest.mark.parametrize(
    ("minutes", "open_"),
    [(-11, False), (-10, True), (0, True), (39, True), (40, False)],
)
def test_the_service_is_open_from_ten_minutes_before_until_fifteen_after(
    booking, bob, client_for, settings, minutes, open_
):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    with time_machine.travel(THURSDAY + timedelta(minutes=minutes), tick=False):
        client = client_for(bob)
        page = markup_of(client.get(url(booking)))
        pressed = client.post(url(booking, "join/"))
        shown = client.get(url(booking, "join/"))
        led = client.get(url(booking, "join/room/"))

    assert (f'action="{url(booking)}join/"' in page) == open_
    assert pressed["Location"] == (url(booking, "join/") if open_ else url(booking))
    address = f"https://meet.example.org/Quarterhour-{booking.room}"
    assert shown.headers.get("Refresh") == (f"0; url={url(booking, 'join/room/')}" if open_ else None)
    assert led["Location"] == (address if open_ else url(booking))
    assert address not in page + markup_of(shown)


def test_the_session_page_counts_down(booking, bob, client_for):
    with time_machine.travel(THURSDAY - timedelta(minutes=8), tick=False):
        page = markup_of(client_for(bob).get(url(booking)))

    [dial] = elements_of(page, "div", class_="now__dial")
    assert [one.text for one in elements_of(page, "b") if dial.start < one.start < dial.end] == ["8"]


def test_the_session_page_marks_the_part_of_the_session_that_is_on(booking, bob, client_for):
    with time_machine.travel(THURSDAY + timedelta(minutes=8), tick=False):
        page = markup_of(client_for(bob).get(url(booking)))

    [agenda] = elements_of(page, "section", id="agenda")
    parts = [part for part in elements_of(page, "li") if agenda.start < part.start < agenda.end]
    current = [part.text[:5] for part in parts if part.attributes.get("aria-current") == "step"]
    assert (len(parts) > 3, current) == (True, ["20:08"])


ANSWERS = [
    pytest.param(lambda b, a: accept_booking(booking=b, by=a, now=NOW), "ahead", id="accepted"),
    pytest.param(lambda b, a: decline_booking(booking=b, by=a, reason="Away", now=NOW), "declined", id="declined"),
    pytest.param(lambda b, a: None, "waiting", id="waiting"),
    pytest.param(lambda b, a: expire_overdue(now=b.expires_at), "expired", id="expired"),
]


@pytest.mark.parametrize(("act", "stage"), ANSWERS)
def test_the_session_page_follows_the_answer(request_for, alice, bob, client_for, act, stage):
    act(request_for, alice)

    page = markup_of(client_for(bob).get(url(request_for)))

    assert stage_in(page) == stage
    assert "Alice" in head_of(page)


@pytest.mark.parametrize(("act", "stage"), ANSWERS)
def test_the_session_page_speaks_to_the_mentor_not_of_them(request_for, alice, client_for, act, stage):
    act(request_for, alice)

    page = markup_of(client_for(alice).get(url(request_for)))

    assert stage_in(page) == stage
    assert "Bob" in head_of(page)
    assert "Alice" not in head_of(page)


def test_an_overdue_request_reads_as_unanswered_before_the_clock_got_to_it(request_for, bob, client_for):
    with time_machine.travel(request_for.expires_at, tick=False):
        page = markup_of(client_for(bob).get(url(request_for)))

    assert stage_in(page) == "expired"
    assert times_in(page, aria_labelledby="steps-title") == ["2026-11-24T13:46Z", "2026-11-25T13:46Z"]
    assert same_question_address(request_for.engagement) in {unescape(link) for link in links_in(page)}


def test_another_time_after_a_cancelled_session_is_one_of_the_same_kind(booking, bob, client_for):
    cancel_booking(booking=booking, by=bob, now=NOW, reason="I am ill.")

    links = {unescape(link) for link in links_in(markup_of(client_for(bob).get(url(booking))))}

    assert mentor_address("alice-adair", offer=booking.offer, words=booking.question) in links


def test_a_cancelled_session_says_who_and_why(booking, alice, bob, client_for):
    cancel_booking(booking=booking, by=alice, reason="I am ill", now=NOW)

    page = markup_of(client_for(bob).get(url(booking)))

    assert stage_in(page) == "cancelled"
    [title] = elements_of(page, "h1", id="h")
    assert "Alice" in title.text
    assert [note.text for note in elements_of(page, "p", class_="now__note")] == ["“I am ill”"]


def test_a_mentor_who_cancels_is_led_to_the_hours_of_that_day(booking, alice, bob, client_for):
    cancel_booking(booking=booking, by=alice, reason="I am ill", now=NOW)

    pages = [markup_of(client_for(person).get(url(booking))) for person in (alice, bob)]

    assert ["open-again" in parts_in(page) for page in pages] == [True, False]
    assert hours_address(booking.start) in links_in(pages[0])


def test_the_calendar_file_holds_the_session_in_utc(booking, bob, client_for):
    response = client_for(bob).get(url(booking, "calendar.ics"))

    event = Calendar.from_ical(response.content).walk("VEVENT")[0]
    assert response["Content-Type"].startswith("text/calendar")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (THURSDAY, THURSDAY + timedelta(minutes=25))
    assert str(event["UID"]).startswith(str(booking.uuid))


def test_a_request_has_no_calendar_file(request_for, bob, client_for):
    assert client_for(bob).get(url(request_for, "calendar.ics"))["Location"] == url(request_for)


def test_move_shows_the_old_time_and_moves(booking, bob, client_for):
    client = client_for(bob)
    [present] = elements_of(markup_of(client.get(url(booking, "move/"))), "s")
    assert present.text == "Thursday 26 November, 20:00–20:25"

    response = client.post(url(booking, "move/"), {"start": FRIDAY}, follow=True)

    booking.refresh_from_db()
    assert booking.start == at("2026-11-27 10:00")
    assert answers_in(markup_of(response)) == ["ok"]


def test_move_to_a_taken_time_names_the_nearest(booking, bob, charlie, offer, client_for):
    book(offer, charlie, at("2026-11-27 10:00"))

    response = client_for(bob).post(url(booking, "move/"), {"start": FRIDAY})

    page = markup_of(response)
    assert (response.status_code, refusals_in(page)) == (409, ["taken"])
    assert f"{url(booking, 'move/')}?t=2026-11-27T10%3A30Z#book" in links_in(page)


def test_move_neither_offers_nor_suggests_the_present_time(client_for, bob, booking):
    """On its day the others are offered; and after a refusal the nearest are others, for programs as well."""
    page = markup_of(client_for(bob).get(f"{url(booking, 'move/')}?day=2026-11-26"))
    same = client_for(bob).post(url(booking, "move/"), {"start": "2026-11-26T14:30Z"})

    assert 'value="2026-11-26T14:00Z"' in page
    assert 'value="2026-11-26T14:30Z"' not in page
    assert same.status_code == 409
    [present] = elements_of(page, "span", class_="slot slot--radio slot--gone slot--present")
    assert present.text == "20:00 now"
    assert "?t=2026-11-26T14%3A30Z" not in markup_of(same)
    assert "?t=2026-11-26T15%3A00Z" in markup_of(same)


def test_move_without_a_time_says_so(booking, bob, client_for):
    response = client_for(bob).post(url(booking, "move/"), {})

    assert response.status_code == 422
    assert problems_in(markup_of(response)) == ["id_start"]


def test_move_too_late_says_what_else_can_be_done(booking, bob, client_for):
    with time_machine.travel(THURSDAY - timedelta(hours=1), tick=False):
        page = markup_of(client_for(bob).get(url(booking, "move/")))

    assert refusals_in(page) == ["move_notice"]
    assert url(booking, "move/") not in forms_in(page)


def test_whose_only_session_waits_for_an_answer_sees_it_at_once(request_for, bob, client_for):
    client = client_for(bob)

    def rows(address: str) -> bool:
        return bool(rows_in(markup_of(client.get(address))))

    assert (rows("/sessions/"), rows("/sessions/?tab=upcoming")) == (True, False)
    accept_booking(booking=request_for, by=request_for.mentor, now=NOW)
    assert (rows("/sessions/"), rows("/sessions/?tab=waiting")) == (True, False)


def test_cancel_asks_first_and_then_cancels(booking, bob, client_for):
    client = client_for(bob)
    asked = markup_of(client.get(url(booking, "cancel/")))
    # What the focus is on keeps the session.
    assert [one.attributes["href"] for one in elements_of(asked, "a") if "autofocus" in one.attributes] == [
        url(booking)
    ]
    booking.refresh_from_db()
    assert booking.state == "confirmed"

    response = client.post(url(booking, "cancel/"), {"reason": "Solved it"}, follow=True)

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == ("cancelled", "Solved it")
    assert (stage_in(markup_of(response)), answers_in(markup_of(response))) == ("cancelled", ["ok"])


def test_cancelling_one_of_several_dates_names_the_others(booking, bob, client_for):
    def told() -> bool:
        return "other-dates" in parts_in(markup_of(client_for(bob).get(url(booking, "cancel/"))))

    alone = told()
    [further] = book_further(booking=booking, starts=[THURSDAY + timedelta(weeks=1)], by=bob, now=NOW)
    beside = told()
    cancel_booking(booking=further, by=bob, reason="Solved", now=NOW)

    assert (alone, beside, told()) == (False, True, False)


@pytest.mark.parametrize(("hours", "is_late", "can_move"), [(20, False, True), (11, True, True), (1, True, False)])
@pytest.mark.parametrize("who", ["alice", "bob"])
def test_cancelling_says_that_it_counts_as_late_and_offers_what_does_not(
    booking, client_for, request, who, hours, is_late, can_move
):
    with time_machine.travel(THURSDAY - timedelta(hours=hours), tick=False):
        page = markup_of(client_for(request.getfixturevalue(who)).get(url(booking, "cancel/")))

    assert ("late" in parts_in(page), reverse("my_ledger") in links_in(page)) == (is_late, is_late)
    assert (url(booking, "move/") in links_in(page)) == (can_move or who == "alice")


def test_withdrawing_a_request_is_never_late(request_for, bob, client_for):
    with time_machine.travel(request_for.start - timedelta(hours=1), tick=False):
        page = markup_of(client_for(bob).get(url(request_for, "cancel/")))

    assert ("late" in parts_in(page), url(request_for, "move/") in links_in(page)) == (False, False)


def test_a_mentor_who_would_cancel_a_request_is_led_to_answering_it(request_for, alice, client_for):
    response = client_for(alice).get(url(request_for, "cancel/"))

    assert response.url == url(request_for, "respond/")


def test_cancel_late_without_a_reason_is_refused_beside_the_field(booking, bob, client_for):
    with time_machine.travel(THURSDAY - timedelta(hours=1), tick=False):
        response = client_for(bob).post(url(booking, "cancel/"), {"reason": ""})

    booking.refresh_from_db()
    assert (response.status_code, booking.state) == (422, "confirmed")
    assert problems_in(markup_of(response)) == ["id_reason"]


def test_withdraw_a_request(request_for, bob, client_for):
    response = client_for(bob).post(url(request_for, "cancel/"), {"reason": ""}, follow=True)

    request_for.refresh_from_db()
    assert request_for.state == "withdrawn"
    assert (stage_in(markup_of(response)), answers_in(markup_of(response))) == ("withdrawn", ["ok"])


def test_the_question_can_be_said_better(booking, bob, client_for):
    client_for(bob).post(url(booking, "question/"), {"question": "A better question"})

    assert Booking.objects.get().question == "A better question"


def test_the_mentor_cannot_rewrite_the_question(booking, alice, client_for):
    response = client_for(alice).post(url(booking, "question/"), {"question": "Mine"})

    assert response.status_code == 409
    assert Booking.objects.get().question == QUESTION


def test_the_answer_of_a_mails_link_is_chosen_but_not_kept(booking, bob, client_for):
    with time_machine.travel(THURSDAY + timedelta(hours=3), tick=False):
        page = markup_of(client_for(bob).get(url(booking, "feedback/"), {"answer": "partly"}))

    assert re.search(r'value="partly"[^>]*checked', page)
    assert Feedback.objects.count() == 0


def test_feedback_needs_one_answer_only(booking, bob, client_for):
    with time_machine.travel(THURSDAY + timedelta(hours=3), tick=False):
        complete_ended(now=THURSDAY + timedelta(hours=3))
        client = client_for(bob)
        refused = client.post(url(booking, "feedback/"), {})
        assert (refused.status_code, problems_in(markup_of(refused))) == (422, ["id_resolution_0"])
        response = client.post(url(booking, "feedback/"), {"resolution": "yes", "useful": "4"}, follow=True)

    answer = Feedback.objects.get()
    assert (answer.role, answer.resolution, answer.useful, answer.doable) == ("mentee", "yes", 4, None)
    assert "answer-yes" in parts_in(markup_of(response))


def test_feedback_of_the_mentor_is_a_form_of_its_own(booking, alice, client_for):
    with time_machine.travel(THURSDAY + timedelta(hours=3), tick=False):
        client = client_for(alice)
        page = markup_of(client.get(url(booking, "feedback/")))
        assert (len(choices_in(page, "prepared")) > 1, choices_in(page, "useful")) == (True, [])
        client.post(url(booking, "feedback/"), {"resolution": "yes", "prepared": "3", "right_person": "false"})

    answer = Feedback.objects.get()
    assert (answer.role, answer.prepared, answer.right_person) == ("mentor", 3, False)


def test_feedback_before_the_end_says_when(booking, bob, client_for):
    page = markup_of(client_for(bob).get(url(booking, "feedback/")))

    assert refusals_in(page) == ["not_over"]
    assert choices_in(page, "resolution") == []


def test_my_sessions_are_sorted_into_tabs(booking, bob, client_for, offer):
    other = make_mentor(make_person("dora@example.org", "Dora Dane"), instant=False).offers.get()
    requested = book(other, bob, at("2026-11-26 10:00"))
    client = client_for(bob)

    tabs = ("upcoming", "waiting", "cancelled", "past", "made-up")
    shown = {tab: rows_in(markup_of(client.get("/sessions/", {"tab": tab}))) for tab in tabs}

    assert shown == {
        "upcoming": [f"s-{booking.uuid}"],
        "waiting": [f"s-{requested.uuid}"],
        "cancelled": [],
        "past": [],
        "made-up": [f"s-{booking.uuid}"],
    }


def test_each_tab_without_sessions_says_what_it_is_for(bob, client_for):
    tabs = ("upcoming", "waiting", "past", "cancelled")
    pages = [markup_of(client_for(bob).get("/sessions/", {"tab": tab})) for tab in tabs]

    assert [parts_in(page) for page in pages] == [[f"empty-{tab}"] for tab in tabs]
    assert len({title.text for page in pages for title in elements_of(page, "h2")}) == len(tabs)


def test_a_question_in_writing_that_waits_is_not_called_nothing(asked, bob, client_for):
    pages = {tab: markup_of(client_for(bob).get("/sessions/", {"tab": tab})) for tab in ("upcoming", "waiting")}

    assert [len(elements_of(page, "section", aria_labelledby="written-title")) for page in pages.values()] == [1, 1]
    assert {tab: parts_in(page) for tab, page in pages.items()} == {"upcoming": ["empty-upcoming"], "waiting": []}


def test_sessions_come_before_questions_in_writing_under_a_heading_of_their_own(asked, bob, client_for):
    other = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    booked = book(other, bob, at("2026-11-26 10:00"))

    page = markup_of(client_for(bob).get("/sessions/"))

    assert [title.attributes["id"] for title in elements_of(page, "h2")] == ["sessions-title", "written-title"]
    assert times_in(page, aria_labelledby="sessions-title") == [f"{booked.start:%Y-%m-%dT%H:%MZ}"]


def test_past_sessions_ask_whether_they_helped_until_answered(booking, bob, client_for):
    later = THURSDAY + timedelta(hours=3)
    with time_machine.travel(later, tick=False):
        client = client_for(bob)
        before = links_in(markup_of(client.get("/sessions/?tab=past")))
        client.post(url(booking, "feedback/"), {"resolution": "yes"})
        after = links_in(markup_of(client.get("/sessions/?tab=past")))

    asked = url(booking, "feedback/")
    assert (asked in before, asked in after, url(booking) in after) == (True, False, True)


@pytest.mark.parametrize("count", [1, 3])
def test_my_sessions_ask_a_fixed_number_of_queries(bob, client_for, count, django_assert_num_queries):
    for number in range(count):
        mentor = make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}"))
        book(mentor.offers.get(), bob, at("2026-11-26 09:00") + timedelta(hours=number))
    client = client_for(bob)

    with django_assert_num_queries(8):
        client.get("/sessions/")


@pytest.mark.parametrize(
    ("tab", "state"), [("upcoming", "confirmed"), ("past", "completed"), ("cancelled", "withdrawn")]
)
def test_a_long_list_of_sessions_has_pages(bob, client_for, monkeypatch, tab, state):
    made = [
        book(make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}")).offers.get(), bob, start)
        for number, start in enumerate(at("2026-11-26 09:00") + timedelta(hours=hour) for hour in range(3))
    ]
    Booking.objects.update(state=state)
    in_order = made if tab == "upcoming" else made[::-1]
    client = client_for(bob)
    whole = client.get("/sessions/", {"tab": tab})
    monkeypatch.setattr(sessions, "ROWS", 2)

    pages = [client.get("/sessions/", {"tab": tab, "page": page}) for page in ("", "2", "7")]

    assert [[row.booking for row in page.context["rows"]] for page in (whole, *pages)] == [
        in_order,
        in_order[:2],
        in_order[2:],
        in_order[2:],
    ]
    assert f"?tab={tab}&page=2" in links_in(markup_of(pages[0]))
    assert "page=2" not in " ".join(links_in(markup_of(whole)))


def test_only_the_first_page_of_past_sessions_has_answers_in_writing(over, replied, bob, client_for, monkeypatch):
    monkeypatch.setattr(sessions, "ROWS", 1)
    book(make_mentor(make_person("m@example.org", "Mo")).offers.get(), bob, at("2026-11-27 09:00"))
    Booking.objects.update(state="completed")

    counts = [
        len(client_for(bob).get("/sessions/", {"tab": "past", "page": page}).context["in_writing"]) for page in (1, 2)
    ]

    assert counts == [1, 0]


def test_a_held_slot_is_nobodys_session(booking, alice, client_for):
    Booking.objects.filter(pk=booking.pk).update(state=BookingState.HELD, expires_at=NOW)

    assert client_for(alice).get(url(booking)).status_code == 404


def test_a_session_that_was_moved_says_by_whom_and_from_when(booking, alice, bob, client_for):
    for start in (at("2026-11-27 10:00"), at("2026-11-27 11:00")):
        booking = move_booking(booking=booking, start=start, by=bob, now=NOW)

    theirs, own = (move_in(markup_of(client_for(person).get(url(booking)))) for person in (alice, bob))

    shown = ["Bob", "Tuesday 24 November, 13:46", "Friday 27 November, 10:00"]
    assert [words for words in shown if words not in theirs] == []
    assert ("Bob" in own, "Friday 27 November, 15:30" in own) == (False, True)


def test_a_move_is_still_in_the_history_of_a_cancelled_session(booking, bob, client_for):
    booking = move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW)
    before = move_in(markup_of(client_for(bob).get(url(booking))))

    cancel_booking(booking=booking, by=bob, reason="", now=NOW)

    assert move_in(markup_of(client_for(bob).get(url(booking)))) == before


def test_that_a_request_was_accepted_is_still_in_the_history_once_it_is_cancelled(request_for, alice, bob):
    accept_booking(booking=request_for, by=alice, now=NOW)
    cancelled = cancel_booking(booking=request_for, by=bob, reason="", now=NOW)

    assert titles_of(cancelled, bob)[:2] == ["Requested", "Accepted"]


@pytest.mark.parametrize(
    ("instant", "began"), [(True, ["Booked"]), (False, ["Requested", "Accepted"])], ids=["instant", "asks first"]
)
def test_a_changed_offer_leaves_how_its_earlier_sessions_began(offer, alice, bob, instant, began):
    offer.instant = instant
    offer.save()
    booking = book(offer, bob)
    if not instant:
        accept_booking(booking=booking, by=alice, now=NOW)
    offer.instant = not instant
    offer.save()

    titles = titles_of(Booking.objects.get(pk=booking.pk), bob)

    assert [title for title in titles if title in ("Booked", "Requested", "Accepted")] == began


def titles_of(booking, reader) -> list[str]:
    steps = list_steps(booking, read_beside(booking, reader=reader, now=NOW), reader=reader, now=NOW)
    return [step.title for step in steps]


def reminders_of(booking, reader) -> list[int]:
    """How many minutes before the session the timeline names a reminder."""
    steps = list_steps(booking, read_beside(booking, reader=reader, now=NOW), reader=reader, now=NOW)
    named = {step.at for step in steps}
    return [minutes for minutes in LEADS if booking.start - timedelta(minutes=minutes) in named]


@pytest.mark.parametrize("leads", [[60, 1440], [15, 720, 2880], []], ids=["the usual", "others", "none"])
def test_timeline_names_the_reminders_that_its_reader_chose(booking, alice, bob, leads):
    save_preference(person=bob, off=[], leads=leads, quiet_from=None, quiet_until=None, now=NOW)

    assert (reminders_of(booking, alice), reminders_of(booking, bob)) == ([60, 1440], leads)


def test_timeline_of_a_moved_session_claims_no_reminder_that_was_never_made(booking, bob):
    moved = move_booking(booking=booking, start=at("2026-11-26 15:30"), by=bob, now=at("2026-11-26 08:00"))

    assert reminders_of(moved, bob) == [60]


def test_the_same_instant_reads_the_same_for_both_after_a_move(booking, alice, bob, client_for):
    move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW)

    stamps = {
        re.search(r'now__when"><b class="num"><time datetime="([^"]+)"', page).group(1)
        for page in (markup_of(client_for(person).get(url(booking))) for person in (alice, bob))
    }
    assert stamps == {"2026-11-27T10:00Z"}


def test_a_visitors_hold_that_ran_out_is_nobodys_session(offer, alice, client_for):
    hold = hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(QUESTION), held_for="x", now=NOW)
    expire_overdue(now=hold.expires_at)
    client = client_for(alice)

    assert rows_in(markup_of(client.get("/sessions/?tab=cancelled"))) == []
    assert client.get(f"/sessions/{hold.uuid}/").status_code == 404


def test_the_move_page_leaves_out_what_the_mentee_has_elsewhere(booking, bob, client_for):
    other = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    book(other, bob, at("2026-11-27 10:00"))

    page = client_for(bob).get(f"/sessions/{booking.uuid}/move/", {"day": "2026-11-27"}).content.decode()

    assert 'value="2026-11-27T10:00Z"' not in page


def test_a_mentor_who_moves_learns_only_that_the_mentee_is_not_free(booking, alice, bob, client_for):
    other = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    book(other, bob, at("2026-11-27 10:00"))

    page = markup_of(client_for(alice).post(url(booking, "move/"), {"start": FRIDAY}))

    assert refusals_in(page) == ["taken"]
    assert "Bob" in elements_of(page, "p", data_refusal="taken")[0].text
    assert "Dora" not in page
