"""Answers in writing in what it came to: for the mentee, the mentor, on the certificate, for staff."""

from datetime import date

import pytest
import time_machine

from mentors.models import Topic
from sessions_app.afterwards.followups import answer_follow_up
from sessions_app.afterwards.summaries import agreement_shares
from sessions_app.afterwards.takeaways import write_takeaway
from sessions_app.booking.clock import complete_ended
from sessions_app.impact.certificate_pdf import certificate_pdf
from sessions_app.impact.certificates import issue_certificate
from sessions_app.impact.given import Contribution, given_by, load_trends, shared_outcomes_of
from sessions_app.impact.outcomes import BEGINNING, by_topic, group_of, load_journeys
from sessions_app.impact.survival import Quantile
from sessions_app.models import Brief
from sessions_app.written.acts import decline_written
from staff.week import week_facts
from tests.conftest import NOW, at, make_person
from tests.markup import elements_in, elements_of, markup_of, tiles_in, times_in
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.followups import END, NO, SOLVED, THREE, YES
from tests.sessions_app.helpers.pages import text_of
from tests.sessions_app.helpers.written import ANSWERED, DAY, HOUR, ask, reply, say
from tests.sessions_app.impact.test_certificates import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
LATER = ANSWERED + 10 * DAY
YEAR = {"first_day": date(2026, 1, 1), "last_day": date(2026, 12, 1)}


@pytest.fixture
def read(client_for):
    def get(person, path, now=LATER):
        with time_machine.travel(now, tick=False):
            return text_of(client_for(person).get(path))

    return get


@pytest.fixture
def look(client_for):
    """The same page's markup."""

    def get(person, path, now=LATER):
        with time_machine.travel(now, tick=False):
            return markup_of(client_for(person).get(path))

    return get


@pytest.fixture
def five(in_writing):
    """Answered, and all five say something of it."""
    written = []
    for number in range(5):
        person = make_person(f"p{number}@example.org", f"Pat {number}")
        written.append(reply(ask(in_writing, person, key=str(number))))
        say(written[-1], "yes" if number else "no", useful=4 if number else 1, doable=3)
    return written


def answered_rows(html: str) -> list[tuple[str, str]]:
    """With whom each answer in the list was, and whether its reader still has to say if it helped."""
    rows = [row for row in elements_of(html, "li") if "data-answer" in row.attributes]
    names = elements_of(html, "h3")
    return [
        (name.text, row.attributes["data-answer"] or "")
        for row in rows
        for name in names
        if row.start < name.start < row.end
    ]


# The mentee's list


def test_the_list_of_what_was_left_has_the_answer_and_own_words(replied, bob, alice, look):
    say(replied, "yes", left_with="Ask for the level first")

    shown, row = look(bob, "/sessions/left-with/"), {"aria_labelledby": f"answer-{replied.engagement.uuid}"}
    [whole] = elements_of(shown, "article", **row)
    assert (QUESTION in whole.text, "Alice Adair" in whole.text) == (True, True)
    assert times_in(shown, **row) == ["2026-11-24T14:46Z"]
    assert [quote.text for quote in elements_in(shown, "blockquote", **row)] == ["Take it.", "Ask for the level first"]
    assert QUESTION not in look(alice, "/sessions/left-with/")
    assert QUESTION not in look(bob, "/sessions/left-with/?show=open")


def test_sessions_and_answers_stand_together_the_newest_first(replied, offer, bob, look):
    booking = book(offer, bob, now=ANSWERED)
    complete_ended(now=booking.end)
    write_takeaway(booking=booking, by=bob, text="A number", now=booking.end)

    rows = elements_of(look(bob, "/sessions/left-with/"), "article")
    assert [row.attributes["aria-labelledby"] for row in rows] == [
        f"left-{booking.uuid}",
        f"answer-{replied.engagement.uuid}",
    ]


def test_what_waits_or_came_to_nothing_is_not_in_it(asked, alice, bob, read):
    waiting = read(bob, "/sessions/left-with/")
    decline_written(written=asked, by=alice, reason="No", now=NOW)

    assert [QUESTION in waiting, QUESTION in read(bob, "/sessions/left-with/")] == [False, False]


@pytest.mark.parametrize("count", [1, 5])
def test_the_list_asks_a_fixed_number_of_queries(five, count, bob, client_for, django_assert_num_queries):
    for written in five[:count]:
        written.mentee = bob
        written.engagement.mentee, written.engagement.closed_at = bob, LATER
        written.engagement.save()
        written.save()

    with time_machine.travel(LATER, tick=False):
        client = client_for(bob)
        with django_assert_num_queries(8):
            response = client.get("/sessions/left-with/")
    assert markup_of(response).count("Take it.") == count


def test_past_sessions_show_answers_too_and_what_is_still_to_be_said(replied, alice, bob, look):
    before = look(bob, "/sessions/?tab=past", now=ANSWERED)
    say(replied)
    after, mentors = (look(person, "/sessions/?tab=past", now=ANSWERED) for person in (bob, alice))

    assert [answered_rows(html) for html in (before, after, mentors)] == [
        [("Alice Adair", "to-be-said")],
        [("Alice Adair", "said")],
        [("Bob Bose", "said")],
    ]
    assert [elements_of(html, "div", class_="empty") for html in (before, after, mentors)] == [[], [], []]
    assert [QUESTION in html for html in (before, after, mentors)] == [True, True, True]


# The mentor's own page


def test_what_was_given_counts_answers_in_whole_local_days_without_minutes(alice, replied):
    alice.timezone = "Pacific/Auckland"  # there it was Wednesday

    assert given_by(alice) == Contribution(0, 0, 1)
    assert given_by(alice, date(2026, 11, 25), date(2026, 11, 25)).answers == 1
    assert given_by(alice, None, date(2026, 11, 24)).answers == 0


def test_what_was_useful_counts_answers_in_writing(alice, five):
    early, late = (agreement_shares(alice.mentor_profile, now=ANSWERED + days * DAY) for days in (6, 7))

    assert early == []
    assert [(share.name, share.agreed, share.answers) for share in late] == [("useful", 4, 5), ("doable", 5, 5)]
    assert [trend.quarters for trend in load_trends(alice.mentor_profile, now=LATER)] == [
        [("Q4 2026", 80)],  # useful
        [("Q4 2026", 100)],  # doable
    ]


def test_the_mentors_page_has_both(alice, five, look):
    *_sessions, answers, useful = tiles_in(look(alice, "/mentor/record/"))

    assert (answers[0], answers[1].split()[0]) == ("5", "5")
    assert (useful[0], useful[1].split()[:3]) == ("80%", ["4", "of", "5"])


@pytest.mark.parametrize("tells", [True, False])
def test_what_became_of_it_is_told_with_consent(alice, bob, replied, look, tells):
    said = {"contact": replied, "step": THREE, "question": SOLVED, "answer": NO, "by": bob}
    answer_follow_up(**said, now=LATER, tell_mentor=tells)

    assert [(row.name, row.at, row.answer) for row in shared_outcomes_of(alice)] == (
        [("Bob Bose", ANSWERED, "No")] if tells else []
    )
    told = elements_in(look(alice, "/mentor/record/"), "li", aria_labelledby="told-title")
    assert [("Bob Bose" in row.text, QUESTION in row.text) for row in told] == [(True, True)] * tells


# The certificate


def test_a_certificate_counts_answers_beside_the_hours(alice, bob, offer, replied):
    booking = book(offer, bob, now=ANSWERED)
    complete_ended(now=booking.end)

    certificate = issue_certificate(mentor=alice, now=LATER, **YEAR)
    assert (certificate.sessions, certificate.minutes, certificate.answers) == (1, 25, 1)
    assert "25 minutes in 1 session and 1 answer in writing" in words_of(certificate)  # the whole: test_certificates


def test_who_only_answers_in_writing_has_one_that_speaks_of_no_hours(alice, five, read):
    certificate = issue_certificate(mentor=alice, now=LATER, **YEAR)

    words = words_of(certificate)
    assert "Alice Adair" in words
    assert "5 answers in writing" in words
    assert "hour" not in words.removeprefix("Quarterhour").lower().split("code")[0]
    assert certificate_pdf(certificate)[:5] == b"%PDF-"
    shown = read(alice, f"/certificates/{certificate.code}/")
    assert certificate.code in shown
    assert "hour" not in shown.replace("Quarterhour", "").lower().split("code")[0]
    assert issue_certificate(mentor=alice, now=LATER, **YEAR) == certificate


# Staff


def reached(now):
    return [(stage.count, stage.half) for stage in group_of("", load_journeys(since=BEGINNING, now=now)).stages]


def test_a_question_in_writing_is_with_its_mentor_at_once_and_met_by_its_answer(asked):
    Brief.objects.update(created_at=NOW)
    waited = Quantile(2 * HOUR.seconds, is_more=True)
    assert reached(NOW + 2 * HOUR) == [(1, Quantile(0)), (0, waited), (0, waited)]

    reply(asked)
    assert reached(NOW + 2 * HOUR) == [(1, Quantile(0)), (1, Quantile(HOUR.seconds)), (0, waited)]


def test_one_that_was_declined_waits_on(asked, alice):
    Brief.objects.update(created_at=NOW)
    decline_written(written=asked, by=alice, reason="No", now=NOW)

    assert [count for count, _half in reached(NOW + DAY)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("answers", "solved"), [(["yes"], 0), (["no", YES], 3), (["yes", NO], None), (["partly"], None)]
)
def test_it_is_solved_by_what_its_mentee_says_last(replied, bob, answers, solved):
    say(replied, answers[0])
    for answer in answers[1:]:
        said = {"contact": replied, "step": THREE, "question": SOLVED, "answer": answer, "by": bob}
        answer_follow_up(**said, now=ANSWERED + 3 * DAY)

    (journey,) = load_journeys(since=BEGINNING, now=LATER)
    assert journey.met_at == ANSWERED
    assert journey.solved_at == (None if solved is None else ANSWERED + solved * DAY)


def test_a_call_out_of_writing_is_one_journey_met_by_what_came_first(replied, offer, bob):
    booking = book(offer, bob, now=ANSWERED, continues=replied.engagement)
    complete_ended(now=booking.end)

    (journey,) = load_journeys(since=BEGINNING, now=END + DAY)
    assert (journey.booked_at, journey.met_at) == (NOW, ANSWERED)


def test_it_counts_under_the_topics_of_what_was_asked(asked, in_writing, topic):
    in_writing.topics.set(Topic.objects.filter(pk=topic.pk))

    assert [(group.label, group.asked) for group in by_topic(load_journeys(since=BEGINNING, now=LATER))] == [
        ("Negotiation", 1)
    ]


def test_the_week_of_staff_counts_what_was_said_of_answers(five):
    facts = week_facts(ANSWERED, "UTC")
    assert (facts.sessions, facts.answers, facts.helped) == (0, 5, 4)
    assert week_facts(at("2026-12-03 12:00"), "UTC").answers == 0
