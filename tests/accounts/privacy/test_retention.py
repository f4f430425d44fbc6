"""How long things are kept: at the boundary, in batches, without what has to stay."""

from datetime import timedelta

import pytest
from django.conf import settings

from accounts.privacy import retention
from accounts.privacy.retention import Rule, retain
from sessions_app.conversation.messages import send_message
from sessions_app.models import Brief, Engagement, Feedback, Message
from tests.conftest import NOW
from tests.sessions_app.conftest import QUESTION, booking  # noqa: F401 - a fixture
from tests.trust.cases import decide
from trust.models import Exhibit, Report, ReportKind
from trust.reports import make_report
from trust.subjects import find_reportable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)
YEAR = settings.RETENTION["conversations"]


@pytest.fixture
def closed(booking, bob) -> Engagement:  # noqa: F811
    """bob and alice are done with each other since NOW."""
    Brief.objects.update(situation="A long story", answers={"goal": "More"})
    send_message(engagement=booking.engagement, body="See you", by=bob, key="k", now=NOW)
    Engagement.objects.update(closed_at=NOW)
    return Engagement.objects.get()


def test_words_of_a_conversation_go_a_year_after_it_closed(closed):
    assert retain(now=NOW + YEAR)["conversations"] == 0
    assert Brief.objects.get().question == QUESTION

    assert retain(now=NOW + YEAR + DAY)["conversations"] == 2

    brief, message = Brief.objects.get(), Message.objects.get()
    assert (brief.question, brief.situation, brief.answers) == ("", "", {})
    assert (message.body, message.erased_at is None) == ("", False)
    assert retain(now=NOW + YEAR + DAY)["conversations"] == 0


def test_question_stays_while_another_conversation_about_it_goes_on(closed, bob, dora):
    Engagement.objects.create(mentee=bob, mentor=dora, brief=closed.brief, continues=closed)

    retain(now=NOW + YEAR + DAY)

    assert Brief.objects.get().question == QUESTION


def test_question_that_its_author_lets_us_show_stays(closed, booking, bob):  # noqa: F811
    shown = {"may_publish": True, "may_publish_question": True, "published_at": NOW, "left_with": "A plan"}
    Feedback.objects.create(booking=booking, author=bob, role="mentee", resolution="yes", created_at=NOW, **shown)

    retain(now=NOW + YEAR + DAY)

    assert Brief.objects.get().question == QUESTION


def test_evidence_outlives_its_message_and_goes_three_years_after_the_decision(closed, alice, maria):
    found = find_reportable("message", str(Message.objects.get().uuid), alice)
    case = make_report(found=found, kind=ReportKind.CONDUCT, words="He shouts", by=alice, now=NOW).case
    retain(now=NOW + YEAR + DAY)
    assert (Message.objects.get().body, Exhibit.objects.get().snapshot["message"]) == ("", "See you")

    decide(case, maria)
    retain(now=NOW + YEAR + DAY)
    assert (Report.objects.get().words, Exhibit.objects.get().snapshot["message"]) == ("He shouts", "See you")

    retain(now=NOW + settings.RETENTION["cases"] + DAY)
    case.refresh_from_db()
    opened = case.openings.get().reason
    assert (Report.objects.get().words, Exhibit.objects.get().snapshot, case.text, opened) == ("", {}, "", "")
    assert case.outcome == "note"


def test_a_run_ends_with_its_time_and_the_next_one_goes_on(monkeypatch):
    asked = []

    def forget(before, most) -> int:
        asked.append(before)
        return most

    monkeypatch.setattr(retention, "rules", [Rule("conversations", forget)])

    assert retain(now=NOW, seconds=0) == {"conversations": 0}
    assert retain(now=NOW, seconds=0.01)["conversations"] >= retention.AT_ONCE
    assert set(asked) == {NOW - YEAR}


def test_a_rule_that_fails_keeps_back_no_other_one(monkeypatch, caplog):
    def fail(before, most) -> int:
        raise RuntimeError("some words of bob")

    rules = [Rule("conversations", fail), Rule("cases", lambda before, most: 3)]
    monkeypatch.setattr(retention, "rules", rules)

    assert retain(now=NOW) == {"conversations": 0, "cases": 3}
    assert "some words" not in caplog.text


def test_every_rule_has_its_time_in_the_settings():
    assert {rule.name for rule in retention.rules} <= set(settings.RETENTION)
