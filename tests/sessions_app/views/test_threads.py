"""A thread as its two people see it: on its own page, on the session's, and a piece at a time."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from mentors.models import Format
from sessions_app.models import Booking, Engagement, Message
from sessions_app.templatetags.threads import said
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_of, forms_in, links_in, markup_of, part_in, parts_in, refusals_in, stage_in
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.messages import unread_messages, write
from tests.sessions_app.helpers.pages import text_of
from tests.signing_in import list_browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HTMX = {"HX-Request": "true"}
MINUTE = timedelta(minutes=1)


def page_of(booking: Booking, rest: str = "") -> str:
    return f"/messages/{booking.engagement.uuid}/{rest}"


def report_of(booking: Booking) -> str:
    """Where something wrong with its one message is said."""
    return f"/report/message/{Message.objects.get(engagement=booking.engagement).uuid}/"


def typed(body: str = "Hello", **fields) -> dict[str, str]:
    return {"body": body, "key": uuid4().hex, "seen": "0"} | fields


def log_of(response) -> str:
    """What the thread says, without the rest of the page."""
    html = response.content.decode()
    inside = re.search(r'role="log"[^>]*>(.*?)</div>\s*<(?:div|p) class="mt-4"', html, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside.group(1))).strip()


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("One\n\nTwo\nmore", "<p>One</p><p>Two<br>more</p>"),
        ("\n\n a \n\n\n\n b ", "<p> a </p><p> b </p>"),
        ("<b onclick='x'>&</b>", "<p>&lt;b onclick=&#x27;x&#x27;&gt;&amp;&lt;/b&gt;</p>"),
        (
            "See https://example.org/?a=1&b=2.",
            '<p>See <a href="https://example.org/?a=1&amp;b=2" rel="nofollow ugc noopener noreferrer" target="_blank">'
            "https://example.org/?a=1&amp;b=2</a>.</p>",
        ),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ('https://example.org/"onmouseover="x', None),
    ],
    ids=["paragraphs", "edges", "markup", "link", "script", "quote in a link"],
)
def test_words_of_people_are_escaped_with_paragraphs_and_links(body, html):
    shown = said(body)

    assert html is None or shown == html
    assert '"onmouseover' not in shown


def test_a_message_reaches_the_other_sides_pages(booking, alice, bob, client_for):
    sent = client_for(bob).post(page_of(booking), typed("Is the letter here?", **{"from": str(booking.uuid)}))
    reader = client_for(alice)

    assert sent["Location"] == f"/sessions/{booking.uuid}/#messages"
    for address in (page_of(booking), f"/sessions/{booking.uuid}/"):
        page = markup_of(reader.get(address))
        [message] = elements_of(page, "article", class_="msg")
        [head] = elements_of(page, "p", class_="msg__head")
        [body] = elements_of(page, "div", class_="msg__body")
        assert (head.text.startswith("Bob"), "Tue 24 Nov, 13:46" in head.text) == (True, True)
        assert body.text == "Is the letter here?"
        assert len(elements_of(page, "p", class_="sysmsg")) == 1
        assert report_of(booking) in links_in(page, id=message.attributes["id"])


def test_a_link_to_report_a_message_says_which(booking, alice, bob, client_for):
    write(booking, alice, "Which offer?")
    write(booking, alice, "And by when do you have to say yes or no to them?")

    html = markup_of(client_for(bob).get(page_of(booking)))

    assert [link.text for link in elements_of(html, "a", class_="msg__wrong")] == [
        "Report “Which offer?”",
        "Report “And by when do you have to say yes or n…”",
    ]


def test_without_a_session_to_go_back_to_one_stays_in_the_thread(booking, bob, client_for):
    for wanted in ("", str(uuid4()), "https://example.org/"):
        sent = client_for(bob).post(page_of(booking), typed(**{"from": wanted}))
        assert sent["Location"] == f"{page_of(booking)}#messages"


def test_looking_does_not_count_as_reading_until_it_is_said(booking, alice, bob, client_for):
    message, reader = write(booking, bob), client_for(alice)
    assert page_of(booking, "read/") in forms_in(markup_of(reader.get(page_of(booking))))
    assert len(unread_messages(alice)) == 1

    answer = reader.post(page_of(booking, "read/"), {"until": message.pk})

    assert (answer["Location"], len(unread_messages(alice))) == (page_of(booking), 0)
    assert page_of(booking, "read/") not in forms_in(markup_of(reader.get(page_of(booking))))
    assert reader.post(page_of(booking, "read/"), {"until": "x"}, headers=HTMX).status_code == 200


def test_asking_for_news_is_cheap_when_there_is_none(booking, alice, bob, client_for, django_assert_num_queries):
    message, reader = write(booking, bob), client_for(alice)
    list_browser(reader, alice)

    reader.get(page_of(booking), {"after": message.pk}, headers=HTMX)  # prepares the statement
    with django_assert_num_queries(1):
        nothing = reader.get(page_of(booking), {"after": message.pk}, headers=HTMX)

    assert (nothing.status_code, nothing.content) == (204, b"")


def test_news_is_what_came_after_and_the_place_to_ask_from_next(booking, alice, bob, client_for):
    first, second = write(booking, bob, "First"), write(booking, bob, "Second")

    answer = client_for(alice).get(page_of(booking), {"after": first.pk}, headers=HTMX)

    html = answer.content.decode()
    assert (answer.status_code, "Second" in html, "First" in html, "<html" in html) == (200, True, False, False)
    assert re.findall(r'hx-get="([^"]+)"', html) == [f"{page_of(booking)}?after={second.pk}"]
    assert re.findall(r'name="until" value="(\d+)"', html) == [str(second.pk)]


def test_own_words_are_no_news_to_read(booking, bob, client_for):
    write(booking, bob)

    html = client_for(bob).get(page_of(booking), {"after": 0}, headers=HTMX).content.decode()

    assert ("msg--me" in html, "data-read" in html, report_of(booking) in links_in(html)) == (True, False, False)


def test_sending_by_script_answers_with_what_to_do_next(booking, bob, client_for):
    client = client_for(bob)

    quiet = client.post(page_of(booking), typed(), headers=HTMX)
    after_error = client.post(page_of(booking), typed(again="1"), headers=HTMX)

    happened = json.loads(quiet["HX-Trigger"])
    assert (quiet.status_code, happened["look"], len(happened["sent"]["key"])) == (204, {}, 32)
    assert (after_error.status_code, json.loads(after_error["HX-Trigger"])) == (200, {"look": {}})
    assert ("<textarea" in after_error.content.decode(), "again" in after_error.content.decode()) == (True, False)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "Write something first"),
        ("  \n ", "Write something first"),
        ("x" * 5001, "Your message must be 5000 characters or less. You have 5001"),
        ("a\u202eb", "An invisible character after “a” changes how this reads. Delete that part and type it again."),
    ],
    ids=["empty", "blank", "long", "invisible"],
)
def test_mistakes_are_named_and_the_words_stay(booking, bob, client_for, body, words, headers):
    answer = client_for(bob).post(page_of(booking), typed(body), headers=headers)

    html = answer.content.decode()
    assert (answer.status_code, words in text_of(answer), f">{body}</textarea>" in html) == (422, True, True)
    assert Message.objects.count() == 0


def test_five_thousand_characters_fit_however_lines_end(booking, bob, client_for):
    client_for(bob).post(page_of(booking), typed("x\r\n" * 2500))

    assert Message.objects.get().body == ("x\n" * 2500).strip()


def test_too_many_messages_keep_the_words_and_say_when(booking, bob, client_for, settings):
    settings.MAX_MESSAGES = 1
    write(booking, bob)

    answer = client_for(bob).post(page_of(booking), typed("The next one"))

    assert (answer.status_code, "The next one</textarea>" in answer.content.decode()) == (409, True)
    page = markup_of(answer)
    assert refusals_in(page) == ["too_many_messages"]
    assert "19:26" in elements_of(page, "p", data_refusal="too_many_messages")[0].text


def test_what_has_ended_can_be_read_and_not_written_to(booking, alice, bob, client_for):
    write(booking, bob, "The last word")
    Engagement.objects.update(closed_at=NOW)
    client = client_for(alice)

    page = client.get(page_of(booking))
    sent = client.post(page_of(booking), typed("Too late"))

    assert ("The last word" in log_of(page), "<textarea" in page.content.decode()) == (True, False)
    assert refusals_in(markup_of(page)) == ["closed"]
    assert (sent.status_code, Message.objects.count()) == (409, 1)


def test_a_stranger_gets_the_same_as_for_a_made_up_thread(booking, charlie, client_for):
    client = client_for(charlie)
    for method in (client.get, client.post):
        real, made_up = method(page_of(booking)), method(f"/messages/{uuid4()}/")
        assert (real.status_code, made_up.status_code) == (404, 404)
        assert text_of(real) == text_of(made_up)
    assert Client().get(page_of(booking))["Location"].startswith("/sign-in/?next=/messages/")


def test_earlier_messages_are_a_page_away(booking, alice, bob, client_for, monkeypatch):
    monkeypatch.setattr("sessions_app.conversation.reading.AT_ONCE", 2)
    for word in ("One", "Two", "Three"):
        write(booking, bob, word)
    client = client_for(alice)

    page = client.get(page_of(booking))
    link = re.search(r'href="([^"]+before=\d+)"', page.content.decode()).group(1)
    earlier = client.get(link)

    assert ("One" in log_of(page), "One" in log_of(earlier), "Three" in log_of(earlier)) == (False, True, False)
    newest = f"{page_of(booking)}#messages" in links_in(markup_of(earlier), id="messages")
    assert ("data-look-every" in earlier.content.decode(), newest) == (False, True)


def test_all_messages_list_threads_with_what_is_new(booking, alice, bob, client_for):
    empty = markup_of(client_for(alice).get("/messages/"))
    write(booking, bob, "Is the letter here?")

    theirs, own = (markup_of(client_for(person).get("/messages/")) for person in (alice, bob))

    [none], [received], [sent] = (elements_of(page, "li", class_="threadrow") for page in (empty, theirs, own))
    assert ("Bob Bose" in none.text, parts_in(empty)) == (True, ["nothing-written"])
    assert [words for words in ("Bob Bose", "Is the letter here?", QUESTION) if words not in received.text] == []
    assert [words for words in ("Alice Adair", "Is the letter here?", QUESTION) if words not in sent.text] == []
    assert (parts_in(theirs), parts_in(own)) == ([], ["own"])
    marks = [
        [tag.text.split()[0] for tag in elements_of(page, "span", class_="tag tag--now")] for page in (theirs, own)
    ]
    assert marks == [["1"], []]


def test_somebody_without_threads_is_led_to_a_mentor(charlie, client_for):
    page = markup_of(client_for(charlie).get("/messages/"))
    assert parts_in(page) == ["empty"]
    assert links_in(page, data_part="empty") == {"/mentors/"}


@pytest.mark.parametrize("count", [1, 3])
def test_all_messages_ask_a_fixed_number_of_queries(bob, client_for, count, django_assert_num_queries):
    for number in range(count):
        mentor = make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}"))
        write(book(mentor.offers.get(), bob, at("2026-11-26 09:00") + number * timedelta(hours=1)), mentor.person)
    client = client_for(bob)

    with django_assert_num_queries(9):
        client.get("/messages/")


@pytest.fixture
def chat(booking) -> Booking:
    Booking.objects.update(format=Format.CHAT)
    booking.refresh_from_db()
    return booking


def test_the_thread_is_the_room_of_a_chat_while_it_is_open(chat, bob, client_for):
    client, page = client_for(bob), f"/sessions/{chat.uuid}/"
    before = client.get(page)
    with time_machine.travel(THURSDAY + MINUTE, tick=False):
        during, join = client.get(page), client.post(f"{page}join/")

    closed = markup_of(before)
    assert "Thursday 26 November, 19:50" in part_in(closed, "opens")
    assert (forms_in(closed).count(f"{page}join/"), 'data-look-every="6"' in closed) == (0, True)
    html = markup_of(during)
    [way_in] = elements_of(html, "form", action=f"{page}join/")
    assert ("target" in way_in.attributes, 'data-look-every="2.5"' in html) == (False, True)
    assert html.index('id="messages"') < html.index('id="question-title"')
    assert stage_in(html) == "open"
    assert join["Location"] == f"{page}#messages"
