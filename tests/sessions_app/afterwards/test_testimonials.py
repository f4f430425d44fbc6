"""Words that are shown: by their author's consent and staff's yes, without a name, once the blind is lifted."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from sessions_app.afterwards.feedback import give_feedback
from sessions_app.afterwards.summaries import published_quotes
from sessions_app.afterwards.testimonials import decline_testimonial, publish_testimonial, withdraw_testimonial
from sessions_app.booking.clock import complete_ended
from sessions_app.errors import SessionError
from sessions_app.models import Feedback, QuoteDecision
from tests.conftest import at, make_person, make_staff
from tests.markup import (
    answers_in,
    choices_in,
    elements_in,
    elements_of,
    forms_in,
    ids_in,
    markup_of,
    parts_in,
    refusals_in,
)
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.pages import text_of

pytestmark = pytest.mark.django_db
END = THURSDAY + timedelta(minutes=25)
AFTER = END + timedelta(hours=2)
LATER = END + timedelta(days=8)
WORDS = "I left with one sentence to say on Monday."


@pytest.fixture
def said(booking, bob) -> Feedback:
    complete_ended(now=END)
    answers = {"resolution": "yes", "left_with": WORDS, "may_publish": True, "advice": "Slower"}
    return give_feedback(booking=booking, by=bob, now=AFTER, answers=answers)


@pytest.fixture
def at_staff(maria, client_for):
    """at_staff(data) sends to the staff's page as maria, eight days after; without data it is looked at."""

    def ask(data=None, *, state="waiting", person=maria, now=LATER):
        with time_machine.travel(now, tick=False):
            page = f"/staff/words/?state={state}"
            client = client_for(person)
            return client.get(page) if data is None else client.post(page, data, follow=True)

    return ask


def log() -> list[tuple]:
    return list(QuoteDecision.objects.values_list("act", "by__email", "reason"))


# Services


def test_words_are_shown_without_a_name_after_staffs_yes(said, alice, maria):
    assert published_quotes(alice.mentor_profile, now=LATER) == []

    publish_testimonial(feedback=said, by=maria, now=LATER)

    shown = published_quotes(alice.mentor_profile, now=LATER)
    assert [(words.text, words.about) for words in shown] == [(WORDS, "25 minutes in November")]
    assert log() == [("published", "maria@example.org", "")]


def test_words_of_an_earlier_year_name_it(said, alice, maria):
    publish_testimonial(feedback=said, by=maria, now=LATER)

    shown = published_quotes(alice.mentor_profile, now=at("2027-01-01 00:00"))

    assert shown[0].about == "25 minutes in November 2026"


def test_words_are_not_for_staff_before_the_mentor_may_know_them(said, alice, maria):
    for moment in (AFTER, END + timedelta(days=7) - timedelta(seconds=1)):
        with pytest.raises(SessionError) as refused:
            publish_testimonial(feedback=said, by=maria, now=moment)
        assert refused.value.code == "changed"

    give_feedback(booking=said.booking, by=alice, now=AFTER, answers={"resolution": "yes"})

    assert publish_testimonial(feedback=said, by=maria, now=AFTER).published_by == maria


def test_words_without_consent_are_never_shown(said, maria):
    Feedback.objects.update(may_publish=False)

    with pytest.raises(SessionError) as refused:
        publish_testimonial(feedback=said, by=maria, now=LATER)

    assert (refused.value.code, log()) == ("changed", [])


def test_words_are_decided_once(said, maria):
    publish_testimonial(feedback=said, by=maria, now=LATER)
    with pytest.raises(SessionError) as twice:
        publish_testimonial(feedback=said, by=maria, now=LATER)
    decline_testimonial(feedback=said, by=maria, now=LATER, reason="Names her employer")
    with pytest.raises(SessionError) as again:
        decline_testimonial(feedback=said, by=maria, now=LATER)

    assert (twice.value.code, again.value.code) == ("changed", "changed")
    assert log() == [("published", "maria@example.org", ""), ("taken_down", "maria@example.org", "Names her employer")]


def test_declined_words_are_kept_off_and_can_still_be_shown(said, alice, maria):
    declined = decline_testimonial(feedback=said, by=maria, now=LATER, reason="Selling")
    assert (declined.declined_by, published_quotes(alice.mentor_profile, now=LATER)) == (maria, [])

    published = publish_testimonial(feedback=said, by=maria, now=LATER)

    assert (published.declined_at, published.declined_by, published.published_by) == (None, None, maria)
    assert [act for act, _by, _reason in log()] == ["declined", "published"]


def test_nobody_decides_on_words_of_their_own_session(said, alice, bob):
    for person in (alice, bob):
        with pytest.raises(SessionError) as refused:
            publish_testimonial(feedback=said, by=person, now=LATER)
        assert refused.value.code == "own_words"


def test_the_author_takes_words_back_at_once(said, alice, bob, maria):
    publish_testimonial(feedback=said, by=maria, now=LATER)

    withdraw_testimonial(feedback=said, by=bob, now=LATER)
    withdraw_testimonial(feedback=said, by=bob, now=LATER)

    said.refresh_from_db()
    assert (said.may_publish, said.published_at, said.left_with) == (False, None, WORDS)
    assert published_quotes(alice.mentor_profile, now=LATER) == []
    assert [act for act, _by, _reason in log()] == ["published", "withdrawn"]


def test_nobody_else_takes_words_back(said, alice):
    with pytest.raises(SessionError) as refused:
        withdraw_testimonial(feedback=said, by=alice, now=LATER)

    assert (refused.value.code, Feedback.objects.get().may_publish) == ("not_yours", True)


def test_the_log_of_words_only_grows(said, maria):
    publish_testimonial(feedback=said, by=maria, now=LATER)

    for act in (lambda: QuoteDecision.objects.update(reason="x"), lambda: QuoteDecision.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


# The mentor's public page


def test_mentor_page_shows_the_words_and_no_name(said, maria):
    with time_machine.travel(LATER, tick=False):
        before = markup_of(Client().get("/mentors/alice-adair/"))
        publish_testimonial(feedback=said, by=maria, now=LATER)
        after = markup_of(Client().get("/mentors/alice-adair/"))

    assert "left-with" not in ids_in(before)
    [quote] = elements_in(after, "blockquote", aria_labelledby="left-with")
    assert quote.text.startswith(WORDS)
    assert "Bob" not in after


@pytest.mark.parametrize("count", [1, 4])
def test_mentor_page_asks_a_fixed_number_of_queries(count, alice, offer, maria, django_assert_num_queries):
    for number in range(count):
        person = make_person(f"p{number}@example.org", f"Person {number}")
        booking = book(offer, person, at("2026-11-26 09:00") + timedelta(minutes=30 * number))
        complete_ended(now=END)
        answers = {"resolution": "yes", "left_with": f"Words {number}", "may_publish": True}
        publish_testimonial(
            feedback=give_feedback(booking=booking, by=person, now=AFTER, answers=answers), by=maria, now=LATER
        )

    with time_machine.travel(LATER, tick=False), django_assert_num_queries(4):
        page = Client().get("/mentors/alice-adair/").content.decode()

    assert page.count("Words ") == count


# The session's page


def test_session_page_tells_the_author_what_became_of_the_words(said, bob, maria, client_for):
    page, found = f"/sessions/{said.booking.uuid}/", []
    for act in (lambda: None, publish_testimonial, decline_testimonial):
        if act in (publish_testimonial, decline_testimonial):
            act(feedback=said, by=maria, now=LATER)
        with time_machine.travel(LATER, tick=False):
            found.append(markup_of(client_for(bob).get(page)))

    said_so = ["words-waiting", "words-shown", "words-not-shown"]
    assert [[part for part in parts_in(html) if part.startswith("words-")] for html in found] == [
        [part] for part in said_so
    ]
    assert [f"{page}words/" in forms_in(html) for html in found] == [True, True, False]


def test_session_page_takes_words_back_by_post_only(said, alice, bob, charlie, client_for):
    address = f"/sessions/{said.booking.uuid}/words/"
    with time_machine.travel(LATER, tick=False):
        statuses = [
            client_for(bob).get(address).status_code,
            client_for(alice).post(address).status_code,
            client_for(charlie).post(address).status_code,
        ]
        assert (statuses, Feedback.objects.get().may_publish) == ([405, 404, 404], True)

        page = markup_of(client_for(bob).post(address, follow=True))

    assert answers_in(page) == ["ok"]
    assert not [part for part in parts_in(page) if part in ("words-waiting", "words-shown")]
    assert Feedback.objects.get().may_publish is False


# Staff's page


def test_staff_page_lists_what_waits_without_its_author(said, at_staff):
    early, late = markup_of(at_staff(now=AFTER)), markup_of(at_staff())

    assert (len(elements_of(early, "div", class_="empty")), WORDS in early) == (1, False)
    [heading] = elements_of(late, "h2", class_="label")
    assert ("25" in heading.text, "Alice Adair" in heading.text, WORDS in late) == (True, True, True)
    assert not elements_of(late, "div", class_="empty")
    assert "Bob" not in late


def test_staff_show_and_take_off_words(said, at_staff):
    shown = at_staff({"feedback": said.pk, "decision": "show"})
    assert answers_in(markup_of(shown)) == ["ok"]
    assert WORDS in text_of(at_staff(state="shown"))

    at_staff({"feedback": said.pk, "decision": "decline", "reason": "Names a firm"}, state="shown")

    assert (WORDS in text_of(at_staff(state="not-shown")), WORDS in text_of(at_staff(state="shown"))) == (True, False)
    assert log() == [("published", "maria@example.org", ""), ("taken_down", "maria@example.org", "Names a firm")]


def test_staff_decide_nothing_about_their_own_sessions(said, alice, bob, dora, at_staff):
    for person in (alice, bob, dora):
        make_staff(person)

    pages = [markup_of(at_staff(person=person)) for person in (alice, bob, dora)]

    assert ["own-words" in parts_in(page) for page in pages] == [True, True, False]
    assert [len(elements_of(page, "button", name="decision")) for page in pages] == [0, 0, 2]


def test_staff_do_not_read_what_the_other_person_told_the_team_about_their_session(said, alice, bob, dora, at_staff):
    Feedback.objects.filter(pk=said.pk).update(to_staff="He shouted")
    learned = {"resolution": "yes", "to_staff": "She cried"}
    give_feedback(booking=said.booking, by=alice, now=AFTER, answers=learned)
    for person in (alice, bob, dora):
        make_staff(person)

    read = [text_of(at_staff(person=person, state="team")) for person in (alice, bob, dora)]

    assert [("He shouted" in text, "She cried" in text) for text in read] == [
        (False, True),
        (True, False),
        (True, True),
    ]


def test_staff_who_come_second_are_told(said, bob, at_staff):
    withdraw_testimonial(feedback=said, by=bob, now=LATER)

    page = markup_of(at_staff({"feedback": said.pk, "decision": "show"}))

    assert refusals_in(page) == ["changed"]
    assert Feedback.objects.get().published_at is None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param({"decision": "show"}, 422, id="no-words-named"),
        pytest.param({"feedback": 10**9, "decision": "show"}, 404, id="no-such-words"),
        pytest.param({"feedback": "1", "decision": "burn"}, 422, id="no-such-decision"),
        pytest.param({"feedback": "1", "decision": "decline", "reason": "a\u202eb"}, 422, id="bidi"),
        pytest.param({"feedback": "9" * 30, "decision": "show"}, 422, id="huge-number"),
    ],
)
def test_staff_page_refuses_what_makes_no_sense(said, at_staff, data, status):
    assert (at_staff(data).status_code, log()) == (status, [])


def test_staff_page_shows_what_is_for_the_team_alone(said, alice, at_staff):
    Feedback.objects.update(to_staff="He tried to sell me a course")

    page = markup_of(at_staff(state="team"))

    [heading] = elements_of(page, "h2", class_="label")
    assert (heading.text.startswith("Bob Bose"), "Alice Adair" in heading.text) == (True, True)
    assert [quote.text for quote in elements_of(page, "blockquote")] == ["He tried to sell me a course"]
    assert (choices_in(page, "decision"), choices_in(markup_of(at_staff()), "decision")) == ([], ["show", "decline"])


def test_staff_page_does_not_exist_for_others(said, alice, bob, at_staff):
    pages = [at_staff(person=person) for person in (alice, bob)]
    posts = [at_staff({"feedback": said.pk, "decision": "show"}, person=person) for person in (alice, bob)]

    assert [response.status_code for response in (*pages, *posts)] == [404] * 4
    assert at_staff(state="zzz").status_code == 404
    assert log() == []


@pytest.mark.parametrize("count", [1, 3])
def test_staff_page_asks_a_fixed_number_of_queries(count, offer, maria, client_for, django_assert_num_queries):
    for number in range(count):
        person = make_person(f"p{number}@example.org", f"Person {number}")
        booking = book(offer, person, at("2026-11-26 09:00") + timedelta(minutes=30 * number))
        complete_ended(now=END)
        answers = {"resolution": "yes", "left_with": "Words", "may_publish": True}
        give_feedback(booking=booking, by=person, now=AFTER, answers=answers)

    with time_machine.travel(LATER, tick=False):
        client = client_for(maria)
        with django_assert_num_queries(7):
            assert markup_of(client.get("/staff/words/")).count("Words</p>") == count
