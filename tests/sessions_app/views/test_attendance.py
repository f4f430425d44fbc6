"""What a session's page says about who came, and what its buttons do, for both people and for staff."""

from html import unescape

import pytest
import time_machine

from notifications.tasks import drain_outbox
from sessions_app.attendance.acts import answer_absent, join_call, run_late, say_absent
from sessions_app.attendance.disputes import contest_missed
from sessions_app.booking.clock import complete_ended
from sessions_app.models import AttendanceAct, Booking
from sessions_app.questions.addresses import mentor_address
from tests.conftest import at, make_person, make_staff
from tests.markup import (
    alerts_in,
    answers_in,
    choices_in,
    elements_of,
    links_in,
    markup_of,
    part_in,
    parts_in,
    problems_in,
    refusals_in,
    stage_in,
    times_in,
)
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.attendance import DAY, END, MINUTE, after
from tests.sessions_app.helpers.pages import text_of
from tests.smtp import html_of, smtp_sink  # noqa: F401 - smtp_sink is a fixture
from tests.smtp import text_of as mail_text

pytestmark = pytest.mark.django_db
ROOM = "https://zoom.us/j/1234567890?pwd=secret"


@pytest.fixture
def page(booking, client_for):
    """page(person, now) opens the session's page; with data it sends them, `to` a page below it."""

    def ask(person, now, data=None, *, to="attendance/"):
        address = f"/sessions/{booking.uuid}/"
        with time_machine.travel(now, tick=False):
            client = client_for(person)
            return client.get(address) if data is None else client.post(address + to, data, follow=True)

    return ask


@pytest.fixture
def room(booking, client_for):
    """room(person, now): where whoever has pressed Join is led."""

    def ask(person, now):
        with time_machine.travel(now, tick=False):
            return client_for(person).get(f"/sessions/{booking.uuid}/join/room/")

    return ask


def panel_in(html: str) -> list[str]:
    """The words of the part of a page that is about who came, if there is one."""
    return [one.text for one in elements_of(html, "section", id="attendance")]


def facts_in(html: str) -> list[tuple[str, str]]:
    """What a page lists as known about who came: the kind and the words of each."""
    listed = [one for one in elements_of(html, "li") if "data-fact" in one.attributes]
    return [(one.attributes["data-fact"], one.text) for one in listed]


def kinds() -> list[tuple[str, str]]:
    return [(act.person.first_name, act.kind) for act in AttendanceAct.objects.select_related("person")]


# The call


def test_each_sees_that_the_other_is_here_or_late(page, booking, alice, bob):
    assert "Alice" in part_in(markup_of(page(bob, after(-2))), "other-awaited")
    run_late(booking=booking, by=alice, now=after(-2))
    late = part_in(markup_of(page(bob, after(-1))), "other-late")
    assert ("Alice" in late, "19:58" in late) == (True, True)
    join_call(booking=booking, by=alice, now=after(2))

    here = part_in(markup_of(page(bob, after(3))), "other-here")
    assert ("Alice" in here, "20:02" in here) == (True, True)
    assert "14:32" in part_in(markup_of(page(alice, after(3))), "reader-here")


def presence_in(html: str) -> list[str]:
    """The named parts of a page that say where one of the two is."""
    return [part for part in parts_in(html) if part.startswith(("reader-", "other-"))]


def test_who_will_be_late_can_say_so_from_an_hour_before(page, booking, alice, bob):
    before, from_then_on = (markup_of(page(bob, after(minutes))) for minutes in (-61, -59))
    assert (panel_in(before), choices_in(before, "say")) == ([], [])
    assert (len(panel_in(from_then_on)), choices_in(from_then_on, "say")) == (1, ["late"])
    page(bob, after(-50), {"say": "late"})

    said = markup_of(page(bob, after(-40)))
    assert (presence_in(said), choices_in(said, "say")) == (["reader-late"], [])
    seen = markup_of(page(alice, after(-40)))
    assert (presence_in(seen), "13:40" in part_in(seen, "other-late")) == (["other-late"], True)


def test_join_by_a_link_that_was_guessed_shows_no_room(booking, bob, client_for, settings):
    settings.MEETING_URL = "https://meet.example.org/{token}"
    with time_machine.travel(THURSDAY, tick=False):
        response = client_for(bob).get(f"/sessions/{booking.uuid}/join/")

    assert response["Location"] == f"/sessions/{booking.uuid}/"
    assert kinds() == []


def test_room_of_a_house_with_a_name_beyond_ascii_is_reached(page, room, booking, bob, settings):
    settings.SITE_NAME = "Viertel Stünde"
    settings.MEETING_URL = "https://meet.example.org/{token}"
    page(bob, THURSDAY, {}, to="join/")

    assert room(bob, THURSDAY)["Location"] == f"https://meet.example.org/ViertelSt%C3%BCnde-{booking.room}"


def test_mentors_own_room_is_told_in_its_time_only(page, room, booking, alice, bob, smtp_sink):  # noqa: F811
    schedule = alice.mentor_profile.schedule
    schedule.meeting_url = ROOM
    schedule.save()
    for now in (at("2026-11-24 13:47"), after(-60)):
        drain_outbox(now)
    told = [text_of(page(person, now)) for person in (alice, bob) for now in (after(-11), after(40), END + DAY)]
    written = [html_of(mail) + mail_text(mail) for mail in smtp_sink.mails]

    assert (len(written), [words for words in [*told, *written] if "zoom" in words.lower()]) == (4, [])
    assert "zoom.us" in part_in(markup_of(page(bob, after(-10))), "host")
    response = page(bob, after(-10), {}, to="join/")
    assert response.redirect_chain[0][0] == f"/sessions/{booking.uuid}/join/"
    assert response["Refresh"] == f"0; url=/sessions/{booking.uuid}/join/room/"
    assert room(bob, after(-10))["Location"] == ROOM


# Sayings


@pytest.mark.parametrize(
    ("say", "minutes", "said"),
    [("late", -3, ("Bob", "late")), ("came", 6, ("Bob", "came")), ("missed", 6, ("Bob", "missed"))],
)
def test_one_tap_says_it(page, booking, alice, bob, say, minutes, said):
    if minutes > 0:
        join_call(booking=booking, by=alice, now=after(0))
        say_absent(booking=booking, by=alice, now=after(5))

    [answer] = alerts_in(markup_of(page(bob, after(minutes), {"say": say})))

    assert "Alice" in answer
    assert kinds()[-1] == said


def test_waiting_side_says_so_and_takes_it_back(page, booking, alice):
    join_call(booking=booking, by=alice, now=after(0))
    assert "14:35" in part_in(markup_of(page(alice, after(4))), "reader-here")

    said = markup_of(page(alice, after(5), {"say": "absent"}))
    assert [words in part_in(said, "absence-claimed") for words in ("14:35", "14:45", "Bob")] == [True] * 3
    taken_back = markup_of(page(alice, after(6), {"say": "arrived"}))
    assert answers_in(taken_back) == ["ok"]
    assert [part for part in parts_in(taken_back) if part.startswith("absence-")] == []
    assert kinds() == [("Alice", "joined"), ("Alice", "absent"), ("Alice", "arrived")]


def test_other_side_is_asked(page, waiting, bob):
    shown = markup_of(page(bob, after(6)))

    asked = part_in(shown, "absence-asked")
    assert ("Alice" in asked, "20:15" in asked) == (True, True)
    assert choices_in(shown, "say") == ["came", "missed"]
    assert len(elements_of(shown, "textarea", name="words")) == 1


def test_refusal_stands_on_the_page_and_what_was_typed_stays(page, missed, bob):
    response = page(bob, after(16), {"say": "came", "words": "I was on the way"})

    assert response.status_code == 409
    assert refusals_in(markup_of(response)) == ["settled"]


@pytest.mark.parametrize(
    ("say", "words"),
    [("explain", ""), ("explain", "x" * 501), ("contest", ""), ("contest", "I was\u202e there")],
    ids=["nothing", "too long", "nothing to staff", "invisible"],
)
def test_words_that_cannot_be_kept_are_refused_beside_the_field(page, missed, bob, say, words):
    response = page(bob, after(30), {"say": say, "words": words})

    assert response.status_code == 422
    assert problems_in(markup_of(response)) == [f"{say}-words"]
    [field] = elements_of(markup_of(response), "textarea", id=f"{say}-words")
    assert field.text == words
    assert len(kinds()) == 2


def test_words_that_came_too_late_are_still_there(page, missed, bob):
    response = page(bob, END + 7 * DAY, {"say": "contest", "words": "I was there"})

    assert response.status_code == 409
    assert refusals_in(markup_of(response)) == ["too_late"]
    assert kinds() == [("Alice", "joined"), ("Alice", "absent")]


def test_saying_nothing_that_we_know_says_what_to_do(page, booking, bob):
    response = page(bob, after(0), {"say": "hello"})

    assert (response.status_code, kinds()) == (422, [])
    assert refusals_in(markup_of(response)) == ["unknown"]


# Afterwards


def test_page_of_a_missed_session_for_who_missed_it(page, missed, bob):
    shown = markup_of(page(bob, after(90)))

    assert (stage_in(shown), parts_in(shown)) == ("missed", ["missed-by-reader"])
    assert ("Alice" in part_in(shown, "missed-by-reader"), "20:00" in part_in(shown, "missed-by-reader")) == (
        True,
        True,
    )
    [joined, absent] = facts_in(shown)
    assert (joined[0], joined[1].startswith("Alice"), "26 November, 19:59" in joined[1]) == ("joined", True, True)
    assert (absent[0], absent[1].startswith("Alice"), "26 November, 20:05" in absent[1]) == ("absent", True, True)
    assert times_in(shown, aria_labelledby="steps-title")[-2:] == ["2026-11-26T14:20Z", "2026-11-26T14:45Z"]
    again = mentor_address("alice-adair", offer=missed.offer, words=QUESTION)
    assert again in {unescape(link) for link in links_in(shown)}
    assert f"/sessions/{missed.uuid}/feedback/" not in links_in(shown)


def test_page_of_a_missed_session_for_who_waited(page, missed, alice, bob):
    page(bob, after(30), {"say": "explain", "words": "The train stood still"})
    shown = markup_of(page(alice, after(90)))

    assert (stage_in(shown), parts_in(shown)) == ("missed", ["missed-by-other", "forgive"])
    [quote] = elements_of(shown, "blockquote", class_="quote")
    assert ("The train stood still" in quote.text, "Bob" in quote.text) == (True, True)
    assert choices_in(shown, "say") == []


def test_list_of_past_sessions_asks_nothing_about_a_missed_one(missed, bob, client_for):
    with time_machine.travel(END + MINUTE, tick=False):
        links = links_in(markup_of(client_for(bob).get("/sessions/?tab=past")))

    address = f"/sessions/{missed.uuid}/"
    assert (address in links, f"{address}feedback/" in links) == (True, False)


def test_finished_session_in_which_both_were_asks_nothing_about_it(page, booking, alice, bob):
    for person in (alice, bob):
        join_call(booking=booking, by=person, now=after(0))
    complete_ended(now=END)

    assert panel_in(markup_of(page(bob, after(60)))) == []


def test_who_left_a_call_alone_can_say_so_afterwards(page, booking, alice):
    join_call(booking=booking, by=alice, now=after(0))
    complete_ended(now=END)

    afterwards = markup_of(page(alice, after(60)))
    assert (len(panel_in(afterwards)), choices_in(afterwards, "say")) == (1, ["absent"])


def test_both_see_that_staff_look_at_it(page, missed, alice, bob):
    answer = page(bob, after(30), {"say": "contest", "words": "I was in the call"})

    assert answers_in(markup_of(answer)) == ["ok"]
    for person, parts, says in ((alice, ["contested", "side-of-reader"], ["explain"]), (bob, ["contested"], [])):
        shown = markup_of(page(person, after(60)))
        assert parts_in(shown) == parts
        kind, words = facts_in(shown)[-1]
        assert (kind, words.startswith("Bob"), "“I was in the call”" in words) == ("contested", True, True)
        assert choices_in(shown, "say") == says

    answer = page(alice, after(61), {"say": "explain", "words": "I saw nobody"})

    assert answers_in(markup_of(answer)) == ["ok"]
    shown = markup_of(page(alice, after(62)))
    assert (parts_in(shown), facts_in(shown)[-1][0]) == (["contested"], "explained")


def test_who_is_answered_that_the_other_came_may_ask_staff(page, waiting, alice, bob):
    answer_absent(booking=waiting, by=bob, came=True, words="Since 20:04", now=after(6))

    shown = markup_of(page(alice, after(7)))
    denied = part_in(shown, "absence-denied")
    assert ("Bob" in denied, "“Since 20:04”" in denied) == (True, True)
    assert choices_in(shown, "say") == ["arrived", "contest"]


# Staff


@pytest.fixture
def contested(missed, bob) -> Booking:
    return contest_missed(booking=missed, by=bob, words="I was in the call", now=after(60))


@pytest.fixture
def staff(maria, client_for):
    def ask(data=None, *, person=maria, state="waiting", now=END + DAY):
        with time_machine.travel(now, tick=False):
            client, address = client_for(person), f"/staff/attendance/?state={state}"
            return client.get(address) if data is None else client.post(address, data, follow=True)

    return ask


def test_staff_read_both_sides_and_decide(staff, contested, maria):
    asked = markup_of(staff())
    assert len(choices_in(asked, "decision")) > 1
    [title] = elements_of(asked, "h2", id=f"session-{contested.uuid}")
    shown = ["25", "Alice Adair (mentor)", "Bob Bose (mentee)", "Thursday 26 November, 14:30–14:55"]
    assert [words for words in shown if words not in title.text] == []
    facts = facts_in(asked)
    assert [kind for kind, _words in facts] == ["joined", "absent", "contested"]
    assert facts[1][1].startswith("Alice says Bob hasn’t come")
    assert (facts[2][1].startswith("Bob"), "“I was in the call”" in facts[2][1]) == (True, True)

    data = {"session": contested.uuid, "decision": "held", "reason": "Both were there."}
    decided = markup_of(staff(data))

    assert answers_in(decided) == ["ok"]
    assert choices_in(decided, "session") == []
    contested.refresh_from_db()
    assert (contested.state, kinds()[-1]) == ("completed", ("Maria", "held"))
    decision = part_in(markup_of(staff(state="decided")), "decided-held")
    shown = ["Maria Marsh", "Fri 27 Nov, 14:55", "“Both were there.”"]
    assert [words for words in shown if words not in decision] == []
    assert refusals_in(markup_of(staff(data))) == ["changed"]


def test_decision_with_words_that_cannot_be_kept_is_refused(staff, contested):
    response = staff({"session": contested.uuid, "decision": "held", "reason": "x" * 501})

    assert (response.status_code, len(kinds())) == (422, 3)
    assert refusals_in(markup_of(response)) == ["words"]
    assert "x" * 501 in response.content.decode()


def test_each_session_to_decide_has_a_message_of_its_own_name(staff, offer, contested):
    nia = make_person("n@example.org", "Nia New")
    other = book(offer, nia, THURSDAY - 60 * MINUTE)
    for by in (offer.profile.person, nia):
        join_call(booking=other, by=by, now=other.start)
        say_absent(booking=other, by=by, now=other.start + 5 * MINUTE)

    labels = [one.text for one in elements_of(markup_of(staff()), "label")]

    named = [label for label in labels if label.startswith("Your message to")]
    assert sorted("Bob Bose" in label for label in named) == [False, True]
    assert ["Thu 26 Nov" in label for label in named] == [True, True]


def test_staff_do_not_decide_about_their_own_session(staff, contested, bob):
    make_staff(bob)

    shown = markup_of(staff(person=bob))
    assert (parts_in(shown), choices_in(shown, "decision")) == (["own-session"], [])
    data = {"session": contested.uuid, "decision": "held", "reason": ""}
    assert refusals_in(markup_of(staff(data, person=bob))) == ["own_session"]
    assert kinds()[-1] == ("Bob", "contested")


def test_what_is_contested_waits_for_the_end_of_the_session(staff, waiting, bob):
    join_call(booking=waiting, by=bob, now=after(5))
    say_absent(booking=waiting, by=bob, now=after(6))

    before, afterwards = (choices_in(markup_of(staff(now=now)), "session") for now in (after(7), END))
    assert (before, afterwards) == ([], [str(waiting.uuid)])


@pytest.mark.parametrize("count", [1, 3])
def test_staff_page_asks_a_fixed_number_of_queries(staff, offer, maria, client_for, count, django_assert_num_queries):
    for number in range(count):
        person = make_person(f"p{number}@example.org", f"Person {number}")
        booking = book(offer, person, THURSDAY - number * 60 * MINUTE)
        for by in (offer.profile.person, person):
            join_call(booking=booking, by=by, now=booking.start)
            say_absent(booking=booking, by=by, now=booking.start + 5 * MINUTE)
    with time_machine.travel(END + DAY, tick=False):
        client = client_for(maria)
        client.get("/staff/attendance/")
        with django_assert_num_queries(8):
            client.get("/staff/attendance/")
