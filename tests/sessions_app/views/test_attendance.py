"""What a session's page says about who came, and what its buttons do, for both people and for staff."""

import re
from urllib.parse import quote_plus

import pytest
import time_machine

from notifications.tasks import drain_outbox
from sessions_app.attendance.acts import answer_absent, join_call, run_late, say_absent
from sessions_app.attendance.disputes import contest_missed
from sessions_app.booking.clock import complete_ended
from sessions_app.models import AttendanceAct, Booking
from tests.conftest import at, make_person
from tests.markup import alerts_in, choices_in, elements_of, links_in, markup_of
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


def kinds() -> list[tuple[str, str]]:
    return [(act.person.first_name, act.kind) for act in AttendanceAct.objects.select_related("person")]


# The call


def test_each_sees_that_the_other_is_here_or_late(page, booking, alice, bob):
    assert "Alice has not joined yet." in text_of(page(bob, after(-2)))
    run_late(booking=booking, by=alice, now=after(-2))
    assert "Alice is running late. Said at 19:58 ." in text_of(page(bob, after(-1)))
    join_call(booking=booking, by=alice, now=after(2))

    assert "Alice is here. Joined at 20:02 ." in text_of(page(bob, after(3)))
    assert "You joined at 14:32 ." in text_of(page(alice, after(3)))


def test_who_will_be_late_can_say_so_from_an_hour_before(page, booking, alice, bob):
    before, from_then_on = (markup_of(page(bob, after(minutes))) for minutes in (-61, -59))
    assert (panel_in(before), choices_in(before, "say")) == ([], [])
    assert (len(panel_in(from_then_on)), choices_in(from_then_on, "say")) == (1, ["late"])
    page(bob, after(-50), {"say": "late"})

    said = page(bob, after(-40))
    assert "Alice knows that you are running late." in text_of(said)
    assert choices_in(markup_of(said), "say") == []
    assert "On the way Bob is running late. Said at 13:40 ." in text_of(page(alice, after(-40)))


def test_join_by_a_link_that_was_guessed_shows_no_room(booking, bob, client_for):
    with time_machine.travel(THURSDAY, tick=False):
        response = client_for(bob).get(f"/sessions/{booking.uuid}/join/")

    assert response["Location"] == f"/sessions/{booking.uuid}/"
    assert kinds() == []


def test_room_of_a_house_with_a_name_beyond_ascii_is_reached(page, room, booking, bob, settings):
    settings.SITE_NAME = "Viertel Stünde"
    page(bob, THURSDAY, {}, to="join/")

    assert room(bob, THURSDAY)["Location"] == f"https://meet.jit.si/ViertelSt%C3%BCnde-{booking.room}"


def test_mentors_own_room_is_told_in_its_time_only(page, room, booking, alice, bob, smtp_sink):  # noqa: F811
    schedule = alice.mentor_profile.schedule
    schedule.meeting_url = ROOM
    schedule.save()
    for now in (at("2026-11-24 13:47"), after(-60)):
        drain_outbox(now)
    told = [text_of(page(person, now)) for person in (alice, bob) for now in (after(-11), after(40), END + DAY)]
    written = [html_of(mail) + mail_text(mail) for mail in smtp_sink.mails]

    assert (len(written), [words for words in [*told, *written] if "zoom" in words.lower()]) == (4, [])
    assert "Opens zoom.us in a new tab." in text_of(page(bob, after(-10)))
    response = page(bob, after(-10), {}, to="join/")
    assert response.redirect_chain[0][0] == f"/sessions/{booking.uuid}/join/"
    assert response["Refresh"] == f"0; url=/sessions/{booking.uuid}/join/room/"
    assert room(bob, after(-10))["Location"] == ROOM


def test_page_that_looks_again_is_answered_only_when_there_is_news(booking, alice, bob, client_for):
    with time_machine.travel(after(1), tick=False):
        client, address = client_for(bob), f"/sessions/{booking.uuid}/"
        [asked] = re.findall(r'hx-get="([^"]*seen=[^"]*)"', client.get(address).content.decode())

        assert client.get(asked, headers={"HX-Request": "true"}).status_code == 204
        assert client.get(asked).status_code == 200
        join_call(booking=booking, by=alice, now=after(1))
        assert "Alice is here." in text_of(client.get(asked, headers={"HX-Request": "true"}))


# Sayings


@pytest.mark.parametrize(
    ("say", "minutes", "said", "answer"),
    [
        ("late", -3, ("Bob", "late"), "We have told Alice that you are running late."),
        ("came", 6, ("Bob", "came"), "We have told Alice that you came."),
        ("missed", 6, ("Bob", "missed"), "Thank you for saying so. We have told Alice."),
    ],
)
def test_one_tap_says_it(page, booking, alice, bob, say, minutes, said, answer):
    if minutes > 0:
        join_call(booking=booking, by=alice, now=after(0))
        say_absent(booking=booking, by=alice, now=after(5))

    response = page(bob, after(minutes), {"say": say})

    assert alerts_in(markup_of(response)) == [answer]
    assert kinds()[-1] == said


def test_waiting_side_says_so_and_takes_it_back(page, booking, alice):
    join_call(booking=booking, by=alice, now=after(0))
    assert "If Bob does not come, you can say so here from 14:35 ." in text_of(page(alice, after(4)))

    said = page(alice, after(5), {"say": "absent"})
    assert "Without an answer by 14:45 the session is noted as missed by Bob." in text_of(said)
    taken_back = page(alice, after(6), {"say": "arrived"})
    assert "Good. Nothing is noted about Bob." in text_of(taken_back)
    assert kinds() == [("Alice", "joined"), ("Alice", "absent"), ("Alice", "arrived")]


def test_other_side_is_asked(page, waiting, bob):
    response = page(bob, after(6))

    words = "Alice says that you have not come. Answer by 20:15 , or the session is noted as missed by you."
    assert words in text_of(response)
    assert choices_in(markup_of(response), "say") == ["came", "missed"]
    assert len(elements_of(markup_of(response), "textarea", name="words")) == 1


def test_refusal_stands_on_the_page_and_what_was_typed_stays(page, missed, bob):
    response = page(bob, after(16), {"say": "came", "words": "I was on the way"})

    assert response.status_code == 409
    assert "This has been settled meanwhile. Look at the session again." in alerts_in(markup_of(response))


@pytest.mark.parametrize(
    ("say", "words", "problem"),
    [
        ("explain", "", "Write it in a few words"),
        ("explain", "x" * 501, "501"),
        ("contest", "", "Write it in a few words"),
        (
            "contest",
            "I was\u202e there",
            "An invisible character after “I was” changes how this reads. Delete that part and type it again.",
        ),
    ],
)
def test_words_that_cannot_be_kept_are_refused_beside_the_field(page, missed, bob, say, words, problem):
    response = page(bob, after(30), {"say": say, "words": words})

    assert response.status_code == 422
    assert problem in text_of(response)
    page_text = response.content.decode()
    assert words in page_text
    assert f'id="{say}-words"' in page_text
    assert len(kinds()) == 2


def test_words_that_came_too_late_are_still_there(page, missed, bob):
    response = page(bob, END + 7 * DAY, {"say": "contest", "words": "I was there"})

    assert response.status_code == 409
    assert alerts_in(markup_of(response)) == ["This was open for seven days after the session."]
    assert kinds() == [("Alice", "joined"), ("Alice", "absent")]


def test_saying_nothing_that_we_know_says_what_to_do(page, booking, bob):
    response = page(bob, after(0), {"say": "hello"})

    assert (response.status_code, kinds()) == (422, [])
    assert alerts_in(markup_of(response)) == ["Nothing was sent. Press one of the buttons on this page."]


# Afterwards


def test_page_of_a_missed_session_for_who_missed_it(page, missed, bob):
    response = page(bob, after(90))

    words = text_of(response)
    assert "You missed this session" in words
    assert "Missed by you" in words
    assert "Alice was on the call from 20:00 and did not see you. It happens." in words
    assert "Alice pressed Join Thursday 26 November, 19:59" in words
    assert "Alice says that Bob has not come Thursday 26 November, 20:05" in words
    assert f"/mentors/alice-adair/?q={quote_plus(QUESTION)}" in links_in(markup_of(response))
    assert "The call was open Thursday 26 November, 19:50 Missed by you Thursday 26 November, 20:15 With" in words
    assert f"/sessions/{missed.uuid}/feedback/" not in links_in(markup_of(response))


def test_page_of_a_missed_session_for_who_waited(page, missed, alice, bob):
    page(bob, after(30), {"say": "explain", "words": "The train stood still"})
    response = page(alice, after(90))

    words = text_of(response)
    assert "Bob did not join" in words
    assert "Missed by Bob" in words
    assert "It does not count against you." in words
    assert "The train stood still What Bob says" in words
    assert choices_in(markup_of(response), "say") == []


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

    assert alerts_in(markup_of(answer)) == ["Our team looks at it. Until then it counts against nobody."]
    for person in (alice, bob):
        response = page(person, after(60))
        words = text_of(response)
        assert "Our team looks at who came. Until it has decided, this counts against nobody." in words
        assert "Bob asks the team to look at it: “I was in the call”" in words
        assert "Who came is not settled yet" in words
        assert choices_in(markup_of(response), "say") == []


def test_who_is_answered_that_the_other_came_may_ask_staff(page, waiting, alice, bob):
    answer_absent(booking=waiting, by=bob, came=True, words="Since 20:04", now=after(6))

    response = page(alice, after(7))
    assert "Bob says: I came. “Since 20:04” So nothing is noted." in text_of(response)
    assert choices_in(markup_of(response), "say") == ["arrived", "contest"]


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
    asked = staff()
    words = text_of(asked)
    assert len(choices_in(markup_of(asked), "decision")) > 1
    assert "25 minutes of Alice Adair (mentor) with Bob Bose (mentee), Thursday 26 November, 14:30–14:55" in words
    assert "Alice says that Bob has not come" in words
    assert "Bob asks the team to look at it: “I was in the call”" in words

    data = {"session": contested.uuid, "decision": "held", "reason": "Both were there."}
    decided = markup_of(staff(data))

    assert alerts_in(decided) == ["Decided. We have told both."]
    assert choices_in(decided, "session") == []
    contested.refresh_from_db()
    assert (contested.state, kinds()[-1]) == ("completed", ("Maria", "held"))
    assert "decided: it counts against nobody Maria Marsh, Fri 27 Nov, 14:55 “Both were there.”" in text_of(
        staff(state="decided")
    )
    assert "This has been decided meanwhile." in text_of(staff(data))


def test_decision_with_words_that_cannot_be_kept_is_refused(staff, contested):
    response = staff({"session": contested.uuid, "decision": "held", "reason": "x" * 501})

    assert (response.status_code, len(kinds())) == (422, 3)
    assert "Nothing was decided." in text_of(response)
    assert "x" * 501 in response.content.decode()


def test_staff_do_not_decide_about_their_own_session(staff, contested, bob):
    bob.is_staff = True
    bob.save()

    response = staff(person=bob)
    assert "This is a session of your own. Somebody else decides." in text_of(response)
    assert choices_in(markup_of(response), "decision") == []
    data = {"session": contested.uuid, "decision": "held", "reason": ""}
    assert "Somebody else decides." in text_of(staff(data, person=bob))
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
        with django_assert_num_queries(9):
            client.get("/staff/attendance/")
