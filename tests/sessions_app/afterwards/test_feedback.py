"""What both sides say, and who may know of it when."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from notifications.models import Notification
from sessions_app.afterwards.feedback import feedback_of_other, give_feedback
from sessions_app.afterwards.followups import NextStepInput
from sessions_app.afterwards.track_record import track_records_of
from sessions_app.errors import SessionError
from sessions_app.models import Feedback, FollowUp, NextStep
from sessions_app.models.feedback import Agreement, Quality, Resolution
from tests.markup import (
    answers_in,
    choices_in,
    elements_in,
    elements_of,
    ids_in,
    links_in,
    markup_of,
    parts_in,
    problems_in,
    refusals_in,
)
from tests.sessions_app.conftest import QUESTION, THURSDAY
from tests.sessions_app.helpers.pages import text_of

pytestmark = pytest.mark.django_db
END = THURSDAY + timedelta(minutes=25)
AFTER = END + timedelta(hours=2)
WEEK_LATER = END + timedelta(days=7)
STEP = NextStepInput("he asks on Monday", "I ask for the level", date(2026, 11, 30))
STEP_FIELDS = {"situation": "he asks on Monday", "response": "I ask for the level", "due_on": "2026-11-30"}


def say(booking, by, resolution="yes", *, now=AFTER, **answers):
    return give_feedback(booking=booking, by=by, now=now, answers={"resolution": resolution, **answers})


@pytest.fixture
def get(client_for):
    """get(person, path, now) and its words; the same for a post with data."""

    def ask(person, path, now=AFTER, data=None):
        with time_machine.travel(now, tick=False):
            client = client_for(person)
            return client.get(path) if data is None else client.post(path, data, follow=True)

    return ask


def said_in(html: str) -> list[str]:
    """What the other side answered, as the page shows it."""
    return [answer.text for answer in elements_in(html, "b", aria_labelledby="said-title")]


# The blind


def test_what_one_said_is_hidden_from_the_other_until_both_have_answered(over, alice, bob):
    say(over, bob, "partly", advice="Slower", left_with="A sentence to say")
    assert feedback_of_other(over, reader=alice, now=AFTER) is None

    say(over, alice, "yes", prepared=4)

    assert feedback_of_other(over, reader=alice, now=AFTER).advice == "Slower"
    assert feedback_of_other(over, reader=bob, now=AFTER).prepared == 4


def test_what_one_said_is_hidden_for_seven_days_at_most(over, alice, bob):
    say(over, bob, "partly")

    just_before = feedback_of_other(over, reader=alice, now=WEEK_LATER - timedelta(seconds=1))
    then = feedback_of_other(over, reader=alice, now=WEEK_LATER)

    assert (just_before, then.resolution) == (None, "partly")


def test_an_answer_alone_is_not_the_other_sides(over, bob):
    say(over, bob)

    assert feedback_of_other(over, reader=bob, now=WEEK_LATER) is None


def test_who_has_seen_the_others_answer_cannot_change_their_own(over, alice, bob):
    say(over, bob, "yes")
    say(over, bob, "partly")
    say(over, alice)

    with pytest.raises(SessionError) as refused:
        say(over, bob, "no")

    assert refused.value.code == "both_answered"
    assert Feedback.objects.get(author=bob).resolution == "partly"


def test_feedback_of_somebody_else_is_refused(over, charlie):
    with pytest.raises(SessionError) as refused:
        say(over, charlie)

    assert (refused.value.code, Feedback.objects.count()) == ("not_yours", 0)


def test_feedback_of_a_session_that_was_missed_is_refused(over, bob):
    over.state = "mentor_no_show"
    over.save()

    with pytest.raises(SessionError) as refused:
        say(over, bob)

    assert refused.value.code == "not_held"


def test_public_numbers_count_what_the_mentor_may_know(over, alice, bob):
    say(over, bob)

    counts = [track_records_of([alice.pk], now=now)[alice.pk].answers for now in (AFTER, WEEK_LATER)]

    assert counts == [0, 1]


# The session's page


def test_session_page_keeps_the_others_answer_back_and_then_shows_it(over, alice, bob, get):
    say(over, bob, "partly", advice="Slower with numbers", left_with="A sentence to say")
    page = f"/sessions/{over.uuid}/"
    before = markup_of(get(alice, page))
    say(over, alice, "yes", prepared=3, right_person=True)
    mentor, mentee = markup_of(get(alice, page)), markup_of(get(bob, page))

    assert ("said-title" in ids_in(before), "Slower with numbers" in before) == (False, False)
    assert said_in(mentor) == [Resolution.PARTLY.label]
    assert "Slower with numbers" in mentor
    assert said_in(mentee) == [Resolution.YES.label, Agreement.RATHER.label, "Yes"]


def test_session_page_tells_who_has_answered_that_the_other_waits(over, bob, get):
    say(over, bob)

    page = markup_of(get(bob, f"/sessions/{over.uuid}/"))

    assert parts_in(page).count("their-answer-later") == 1
    assert f"/sessions/{over.uuid}/feedback/" in links_in(page)


def test_session_page_never_shows_the_mentor_what_is_private(over, alice, bob, get):
    say(over, bob, "no", again="no", to_staff="A secret for the team", useful=1, overall="poor")
    say(over, alice, learned="A secret of Alice")

    mentor, mentee = (markup_of(get(person, f"/sessions/{over.uuid}/")) for person in (alice, bob))

    assert said_in(mentor) == [Resolution.NO.label]
    assert [words in mentor for words in ("A secret for the team", str(Quality.POOR.label))] == [False] * 2
    assert "A secret of Alice" not in mentee


@pytest.mark.parametrize("answered", [0, 2])
def test_session_page_asks_a_fixed_number_of_queries(
    over, alice, bob, client_for, answered, django_assert_max_num_queries
):
    for person in (alice, bob)[:answered]:
        say(over, person, left_with="Words" if person == bob else "")
    client = client_for(bob)

    with time_machine.travel(AFTER, tick=False):
        client.get(f"/sessions/{over.uuid}/")  # prepares the statements
        with django_assert_max_num_queries(8):
            client.get(f"/sessions/{over.uuid}/")


# The form


def test_feedback_page_of_a_mentee_asks_for_all_and_needs_one(over, bob, get):
    page = markup_of(get(bob, f"/sessions/{over.uuid}/feedback/"))

    assert choices_in(page, "resolution") == Resolution.values
    assert parts_in(page) == ["when-seen"]
    assert "id_again_helptext" in ids_in(page)
    assert len(elements_of(page, "span", class_="optional")) == 10  # words, step, four scales, overall, three texts

    answered = get(bob, f"/sessions/{over.uuid}/feedback/", data={"resolution": "yes"})

    assert answers_in(markup_of(answered)) == ["ok"]


def test_feedback_form_keeps_everything_that_a_mentee_says(over, bob, get):
    data = {
        "resolution": "partly",
        "left_with": "A sentence to say",
        "may_publish": "on",
        "useful": "4",
        "doable": "3",
        "clear_limits": "2",
        "listened": "1",
        "overall": "good",
        "again": "other_topics",
        "advice": "Slower",
        "to_staff": "All well",
    }

    get(bob, f"/sessions/{over.uuid}/feedback/", data=data)

    kept = Feedback.objects.values(*data).get()
    assert kept == data | {"may_publish": True, "useful": 4, "doable": 3, "clear_limits": 2, "listened": 1}


def test_consent_without_words_is_none(over, bob, get):
    get(bob, f"/sessions/{over.uuid}/feedback/", data={"resolution": "yes", "may_publish": "on"})

    assert Feedback.objects.get().may_publish is False


@pytest.mark.parametrize("field", ["left_with", "advice", "to_staff"])
@pytest.mark.parametrize("words", [pytest.param("x" * 1001, id="too-long"), pytest.param("a\u202eb", id="bidi")])
def test_feedback_form_refuses_what_is_no_text(over, bob, get, field, words):
    response = get(bob, f"/sessions/{over.uuid}/feedback/", data={"resolution": "yes", field: words})

    assert (response.status_code, Feedback.objects.count()) == (422, 0)
    assert problems_in(markup_of(response)) == [f"id_{field}"]


def test_feedback_page_writes_the_next_step_with_it(over, bob, get):
    get(bob, f"/sessions/{over.uuid}/feedback/", data={"resolution": "yes", **STEP_FIELDS})

    step = NextStep.objects.get()
    assert (step.booking, step.person, step.situation, step.response, step.due_on) == (
        over,
        bob,
        STEP.situation,
        STEP.response,
        STEP.due_on,
    )


def test_feedback_page_with_half_a_step_keeps_nothing_and_says_what_is_missing(over, bob, get):
    response = get(bob, f"/sessions/{over.uuid}/feedback/", data={"resolution": "yes", "situation": "he asks"})

    assert (response.status_code, Feedback.objects.count(), NextStep.objects.count()) == (422, 0, 0)
    assert problems_in(markup_of(response)) == ["id_response", "id_due_on"]


@pytest.mark.parametrize(
    ("answers", "is_open"),
    [
        ({"resolution": "yes", "left_with": "Words"}, False),
        ({"resolution": "yes", "advice": "Slower"}, True),
        ({"resolution": "yes", **STEP_FIELDS}, True),
        ({"situation": "he asks"}, True),
        ({}, False),
    ],
)
def test_feedback_page_unfolds_what_was_answered_or_has_to_be_corrected(over, bob, get, answers, is_open):
    answered = get(bob, f"/sessions/{over.uuid}/feedback/", data=answers)
    page = answered if answered.status_code == 422 else get(bob, f"/sessions/{over.uuid}/feedback/")

    assert ["open" in fold.attributes for fold in elements_of(markup_of(page), "details", class_="fold")] == [is_open]


def test_feedback_page_leaves_a_step_alone_that_is_not_written_there(over, bob, get):
    get(bob, f"/sessions/{over.uuid}/feedback/", data={"resolution": "yes", **STEP_FIELDS})
    get(bob, f"/sessions/{over.uuid}/feedback/", data={"resolution": "no"})

    assert (Feedback.objects.get().resolution, NextStep.objects.get().version) == ("no", 0)


def test_feedback_page_of_a_mentor_has_no_step(over, alice, get):
    get(alice, f"/sessions/{over.uuid}/feedback/", data={"resolution": "yes", **STEP_FIELDS})

    assert (Feedback.objects.get().role, NextStep.objects.count()) == ("mentor", 0)


def test_feedback_page_after_both_have_answered_says_so(over, alice, bob, get):
    say(over, alice)
    say(over, bob)

    shown = get(bob, f"/sessions/{over.uuid}/feedback/")
    sent = get(bob, f"/sessions/{over.uuid}/feedback/", data={"resolution": "no"})

    assert (refusals_in(markup_of(shown)), choices_in(markup_of(shown), "resolution")) == (["both_answered"], [])
    assert (shown.status_code, sent.status_code, Feedback.objects.get(author=bob).resolution) == (200, 409, "yes")


def test_mail_scanners_change_nothing(over, alice, bob, client_for):
    """They open every link of every mail, as the person or as nobody."""
    sent = Notification.objects.count()
    pages = [
        f"/sessions/{over.uuid}/feedback/?answer={answer}" for answer in ("yes", "partly", "no", "other", "x" * 500)
    ]
    pages += [
        f"/sessions/{over.uuid}/follow-up/{step}/?about={about}&answer={answer}"
        for step in ("3-days", "14-days", "step")
        for about in ("done", "solved", "contact", "zzz")
        for answer in ("yes", "no", "zzz")
    ]
    with time_machine.travel(END + timedelta(days=4), tick=False):
        for client in (client_for(bob), client_for(alice), Client()):
            statuses = {getattr(client, act)(page).status_code for page in pages for act in ("get", "head")}
            assert statuses <= {200, 302, 404}

    assert (Feedback.objects.count(), FollowUp.objects.count(), Notification.objects.count()) == (0, 0, sent)


# The database


def test_the_database_refuses_words_that_are_shown_without_consent(over, bob):
    feedback = say(over, bob, left_with="Mine", may_publish=False)

    with pytest.raises(IntegrityError, match="published_words_have_consent"), transaction.atomic():
        Feedback.objects.filter(pk=feedback.pk).update(published_at=AFTER)


def test_the_question_is_on_the_page(over, bob, get):
    assert QUESTION in text_of(get(bob, f"/sessions/{over.uuid}/feedback/"))
