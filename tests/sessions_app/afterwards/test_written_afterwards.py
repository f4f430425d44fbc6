"""After an answer in writing: what its mentee is asked at once and later, who reads it, and where it leads."""

import pytest
import time_machine
from django.db import IntegrityError, transaction

from notifications.models import Notification
from notifications.tasks import drain_outbox
from sessions_app.afterwards.feedback import give_written_feedback
from sessions_app.afterwards.followups import answer_follow_up
from sessions_app.afterwards.summaries import published_quotes
from sessions_app.afterwards.testimonials import publish_testimonial
from sessions_app.afterwards.track_record import track_records_of
from sessions_app.audit import audit_notices
from sessions_app.models import Feedback, FollowUp, Resolution, WrittenState
from sessions_app.written.acts import ask_in_writing
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import (
    choices_in,
    elements_in,
    elements_of,
    ids_in,
    links_in,
    markup_of,
    parts_in,
    refusals_in,
    times_in,
)
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.followups import CONTACT, DONE, FOURTEEN, NO, OTHER, SOLVED, THREE, YES, code_of
from tests.sessions_app.helpers.pages import text_of
from tests.sessions_app.helpers.written import ANSWERED, DAY, HOUR, BriefInput, ask, reply, say, writes
from tests.smtp import smtp_sink  # noqa: F401 - smtp_sink is a fixture
from tests.smtp import text_of as mail_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
EVERYTHING = {
    "resolution": "no",
    "left_with": "Ask for the level first",
    "may_publish": "on",
    "useful": "4",
    "doable": "3",
    "clear_limits": "2",
    "overall": "good",
    "again": "no",
    "advice": "Shorter",
    "to_staff": "All well",
}


@pytest.fixture
def room(asked) -> str:
    return f"/messages/{asked.engagement.uuid}/"


@pytest.fixture
def read(client_for):
    def get(person, path, now=ANSWERED):
        with time_machine.travel(now, tick=False):
            return text_of(client_for(person).get(path))

    return get


@pytest.fixture
def look(client_for):
    """The same page's markup."""

    def get(person, path, now=ANSWERED):
        with time_machine.travel(now, tick=False):
            return markup_of(client_for(person).get(path))

    return get


def same_question(written) -> str:
    """Where the way leads to somebody else for the same question."""
    return f"/mentors/?q=Should+I+take+the+counter-offer%3F&follows={written.engagement.uuid}&format=writing"


def talk_about(written) -> str:
    return f"/mentors/alice-adair/?q=Should+I+take+the+counter-offer%3F&follows={written.engagement.uuid}"


def later(written, step=FOURTEEN, question=SOLVED, answer=YES, now=ANSWERED + 15 * DAY, **fields) -> FollowUp:
    said = {"step": step, "question": question, "answer": answer, "by": written.mentee, "now": now}
    return answer_follow_up(contact=written, **said | fields)


def test_only_an_answer_can_have_helped_and_only_its_mentee_says_so(asked, alice):
    assert code_of(lambda: say(asked)) == "not_held"
    reply(asked)

    said = {"written": asked, "now": NOW, "answers": {"resolution": "yes"}}
    assert code_of(lambda: give_written_feedback(by=alice, **said)) == "not_yours"
    assert say(asked).resolution == "partly"


def test_it_can_be_changed_for_seven_days_and_is_one_row(replied):
    say(replied, "no")
    say(replied, "yes", now=replied.end + 7 * DAY - HOUR)

    assert list(Feedback.objects.values_list("written", "resolution")) == [(replied.pk, "yes")]
    assert code_of(lambda: say(replied, now=replied.end + 7 * DAY)) == "too_late"


def test_one_tap_in_the_thread_says_it_and_leads_on(client_for, bob, replied, room, look):
    before = look(bob, room)
    client_for(bob).post(f"{room}feedback/", {"resolution": "partly"})

    assert choices_in(before, "resolution") == Resolution.values
    after = look(bob, room)
    assert choices_in(after, "resolution") == []
    assert str(Resolution.PARTLY.label).lower() in elements_of(after, "h2", id="written-title")[0].text
    assert same_question(replied) in links_in(after)


@pytest.mark.parametrize(("resolution", "offered"), [("yes", False), ("partly", True), ("no", True), ("other", False)])
def test_somebody_else_is_offered_after_no_and_partly(bob, replied, room, look, resolution, offered):
    say(replied, resolution)

    assert (same_question(replied) in links_in(look(bob, room))) is offered


def test_the_page_asks_what_a_session_asks_but_whether_somebody_listened(client_for, alice, bob, replied, room):
    client = client_for(bob)
    page = client.get(f"{room}feedback/?answer=no")
    asked, chosen = markup_of(page), page.context["form"]["resolution"].value()
    response = client.post(f"{room}feedback/", EVERYTHING)

    assert [bool(choices_in(asked, name)) for name in ("useful", "listened")] == [True, False]
    assert chosen == "no"
    assert response.url == room
    said = Feedback.objects.get()
    assert [said.useful, said.doable, said.clear_limits, said.overall, said.again] == [4, 3, 2, "good", "no"]
    assert (said.left_with, said.advice, said.to_staff) == ("Ask for the level first", "Shorter", "All well")
    assert (said.may_publish, said.role, said.listened) == (True, "mentee", None)


def test_a_wrong_answer_and_a_late_one_are_refused_on_the_page(client_for, bob, replied, room):
    client = client_for(bob)
    wrong = client.post(f"{room}feedback/", {"resolution": "maybe"})
    with time_machine.travel(replied.end + 8 * DAY, tick=False):
        late = client_for(bob).post(f"{room}feedback/", {"resolution": "yes"})

    assert (wrong.status_code, late.status_code) == (422, 409)
    assert (refusals_in(markup_of(late)), choices_in(markup_of(late), "resolution")) == (["too_late"], [])
    assert not Feedback.objects.exists()


def test_the_mentor_reads_it_when_it_cannot_be_changed_any_more(alice, bob, replied, room, read, look):
    say(replied, "no", left_with="A number", advice="Shorter", to_staff="Secret", again="no")
    before, after = (look(alice, room, now=replied.end + 7 * DAY - part) for part in (HOUR, 0 * HOUR))

    assert ["their-answer-later" in parts_in(html) for html in (before, after)] == [True, False]
    assert "A number" not in before
    assert [said.text for said in elements_in(after, "b", aria_labelledby="said-title")] == [Resolution.NO.label]
    assert "A number" in after
    assert "Shorter" in after
    assert "Secret" not in after
    page = look(alice, "/mentor/feedback/", now=replied.end + 7 * DAY)
    [heading] = elements_in(page, "h3", aria_labelledby="words-title")
    [quote] = elements_in(page, "blockquote", aria_labelledby="words-title")
    assert (heading.text.startswith("Bob Bose"), quote.text) == (True, "A number")
    assert len(elements_in(page, "span", aria_labelledby="words-title")) == 1  # the tag: in writing


def test_a_no_to_asking_again_ends_the_pairing_in_writing_and_for_sessions(
    asked, in_writing, offer, alice, bob, client_for
):
    reply(asked)
    found = "/mentors/?format=writing"
    assert [card.profile.person for card in client_for(bob).get(found).context["cards"]] == [alice]
    say(asked, again="no")

    assert code_of(lambda: ask(in_writing, bob, key="again")) == "closed"
    assert code_of(lambda: book(offer, bob)) == "closed"
    assert client_for(bob).get(found).context["cards"] == []


def test_words_are_shown_with_consent_and_staffs_yes_and_can_be_taken_back(
    alice, bob, maria, replied, room, look, client_for
):
    said = say(replied, "yes", left_with="Ask for the level first", may_publish=True)
    assert code_of(lambda: publish_testimonial(feedback=said, by=maria, now=ANSWERED)) == "changed"
    later_on = replied.end + 8 * DAY
    waiting = look(maria, "/staff/words/", now=later_on)
    publish_testimonial(feedback=said, by=maria, now=later_on)

    [row] = elements_of(waiting, "li", class_="panel stack gap-4")
    assert ("Alice Adair" in row.text, "Ask for the level first" in row.text) == (True, True)
    assert choices_in(waiting, "feedback") == [str(said.pk)]
    shown = published_quotes(alice.mentor_profile, now=later_on)
    assert [(words.text, words.about) for words in shown] == [("Ask for the level first", "In writing, November")]
    assert "words-shown" in parts_in(look(bob, room, now=later_on))
    client_for(bob).post(f"{room}words/")
    assert published_quotes(alice.mentor_profile, now=later_on) == []


def test_nobody_of_the_two_decides_on_its_words(alice, bob, replied):
    said = say(replied, "yes", left_with="Good", may_publish=True)
    for person in (alice, bob):
        assert (
            code_of(lambda by=person: publish_testimonial(feedback=said, by=by, now=ANSWERED + 8 * DAY)) == "own_words"
        )


def test_the_public_numbers_count_answers_and_who_was_helped(alice, replied, offer, in_writing):
    say(replied, "yes")
    for number, helped in enumerate(("no", "partly", "yes", "yes")):
        person = make_person(f"p{number}@example.org", f"Pat {number}")
        say(reply(ask(in_writing, person, key=str(number))), helped)

    early, late = (track_records_of([alice.pk], now=ANSWERED + days * DAY)[alice.pk] for days in (6, 7))
    assert (early.written, early.sessions, early.is_shown) == (5, 0, False)
    assert (late.answers, late.helped, late.percent) == (5, 4, 80)


# Later


def test_it_is_asked_again_after_three_days_and_two_weeks(replied):
    kinds = Notification.objects.filter(kind__startswith="written_follow_up").order_by("due_at")
    assert [(row.recipient.first_name, row.due_at - replied.end) for row in kinds] == [
        ("Bob", 3 * DAY),
        ("Bob", 14 * DAY),
    ]


def test_the_audit_finds_later_questions_that_were_forgotten(replied):
    Notification.objects.all().delete()

    assert audit_notices(now=replied.end + 2 * DAY) == 2
    assert set(Notification.objects.values_list("kind", flat=True)) == {
        "written_follow_up_three_days",
        "written_follow_up_two_weeks",
    }


@pytest.fixture
def mails(smtp_sink, settings):  # noqa: F811
    """mails(now): what leaves then of the later questions."""
    settings.SITE_URL = "https://mentoring.example"

    def drain(now):
        Notification.objects.exclude(kind__startswith="written_follow_up").delete()
        smtp_sink.mails.clear()
        drain_outbox(now)
        assert list(Notification.objects.exclude(last_error="").values_list("kind", "last_error")) == []
        return list(smtp_sink.mails)

    return drain


def test_the_later_mail_asks_one_question(replied, mails):
    (mail,) = mails(replied.end + 3 * DAY)

    page = f"https://mentoring.example/messages/{replied.engagement.uuid}/follow-up/3-days/?about=solved&answer="
    assert mail["To"] == "Bob Bose <bob@example.org>"
    body = mail_text(mail).split("\n\n--\n")[0]
    assert (QUESTION in body, "Alice Adair" in body) == (True, True)
    assert [line.removeprefix(page) for line in body.splitlines() if line.startswith("https:")] == Resolution.values


def test_after_two_weeks_another_question_if_it_is_not_solved_and_none_if_it_is(replied, mails):
    later(replied, THREE, SOLVED, NO, now=replied.end + 3 * DAY)
    (mail,) = mails(replied.end + 14 * DAY)
    assert f"/messages/{replied.engagement.uuid}/follow-up/14-days/?about=contact&answer=yes" in mail_text(mail)


@pytest.mark.parametrize("what", ["solved", "a call"])
def test_who_has_it_or_talks_about_it_is_not_asked_again(replied, offer, bob, mails, what):
    if what == "solved":
        later(replied, THREE, SOLVED, YES, now=replied.end + 3 * DAY)
    else:
        book(offer, bob, now=ANSWERED, continues=replied.engagement)

    assert mails(replied.end + 14 * DAY) == []


def test_what_can_be_said_later_and_what_not(replied, alice):
    assert code_of(lambda: later(replied, now=replied.end + 13 * DAY)) == "too_early"
    assert code_of(lambda: later(replied, now=replied.end + 42 * DAY)) == "too_late"
    assert code_of(lambda: later(replied, by=alice)) == "not_yours"
    assert code_of(lambda: later(replied, THREE, DONE)) == "not_asked"
    assert code_of(lambda: later(replied, "step", DONE)) == "no_step"
    assert later(replied, FOURTEEN, CONTACT, YES).written == replied


def test_what_was_never_answered_is_not_asked_about(asked):
    assert code_of(lambda: later(asked)) == "not_held"


@pytest.mark.parametrize(
    ("answer", "leads_on"),
    [
        (NO, lambda written: {same_question(written), talk_about(written)}),
        (OTHER, lambda written: {"/mentors/", "/mentors/alice-adair/"}),
        (YES, lambda written: set()),
    ],
)
def test_the_page_of_the_later_question_leads_on(client_for, bob, replied, room, look, answer, leads_on):
    path, now = f"{room}follow-up/3-days/", replied.end + 3 * DAY
    before = look(bob, path, now=now)
    assert ("Alice Adair" in before, times_in(before, id="main")) == (True, ["2026-11-24T14:46Z"])
    with time_machine.travel(now, tick=False):
        response = client_for(bob).post(path, {"question": "solved", "answer": answer})

    assert response.url == path
    page = look(bob, path, now=now)
    assert (QUESTION in page, "ways-title" in ids_in(page)) == (True, bool(leads_on(replied)))
    if leads_on(replied):
        ways = elements_in(page, "a", aria_labelledby="ways-title")
        assert {way.attributes["href"] for way in ways} == leads_on(replied)


def test_no_step_is_asked_about(client_for, bob, replied, room):
    assert client_for(bob).get(f"{room}follow-up/step/").status_code == 404


def test_the_database_keeps_what_is_said_about_one_thing(replied, booking):
    said, given = say(replied), later(replied)
    for rows, wrong in (
        (Feedback.objects.filter(pk=said.pk), {"booking": booking}),
        (Feedback.objects.filter(pk=said.pk), {"written": None}),
        (Feedback.objects.filter(pk=said.pk), {"listened": 4}),
        (Feedback.objects.filter(pk=said.pk), {"role": "mentor"}),
        (FollowUp.objects.filter(pk=given.pk), {"booking": booking}),
        (FollowUp.objects.filter(pk=given.pk), {"written": None}),
        (FollowUp.objects.filter(pk=given.pk), {"step": "step"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


# Somebody else


@pytest.fixture
def dora(db):
    profile = make_mentor(make_person("dora@example.org", "Dora Dane"))
    writes(profile)
    return profile


def test_the_second_one_is_found_in_writing_and_gets_the_whole_brief(asked, in_writing, bob, dora, client_for, read):
    brief = asked.engagement.brief
    brief.situation, brief.issue_type = "Two offers", "decision"
    brief.save()
    client, follows = client_for(bob), str(asked.engagement.uuid)
    found = client.get(f"/mentors/?format=writing&follows={follows}")
    assert [card.profile for card in found.context["cards"]] == [dora]
    page = client.get(f"/mentors/dora-dane/?offer={dora.offers.in_writing().get().uuid}&follows={follows}")
    assert QUESTION in text_of(page)
    assert "brief-goes-along" in parts_in(markup_of(page))

    response = client.post("/mentors/dora-dane/ask/", {"key": "k", "question": "Better put?", "follows": follows})

    second = bob.written_as_mentee.get(mentor=dora.person)
    assert response.url == f"/messages/{second.engagement.uuid}/"
    assert (second.engagement.continues, second.question) == (asked.engagement, "Better put?")
    assert "Two offers" in read(dora.person, response.url)
    assert "Alice" not in read(dora.person, response.url)
    asked.refresh_from_db()
    assert asked.state == WrittenState.ASKED


def test_nobody_else_takes_the_brief_along(asked, charlie, dora, client_for):
    offer = dora.offers.in_writing().get()
    brief = BriefInput.carried_from(asked.engagement.brief, question=QUESTION)
    stolen = {"offer": offer, "brief": brief, "mentee": charlie, "now": NOW, "key": "k"}
    assert code_of(lambda: ask_in_writing(continues=asked.engagement, **stolen)) == "not_yours"

    data = {"key": "k", "question": "Mine", "follows": str(asked.engagement.uuid)}
    client_for(charlie).post("/mentors/dora-dane/ask/", data)
    assert charlie.engagements_as_mentee.get().continues is None
