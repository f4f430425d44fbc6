"""The later mails, through the real services, the outbox and SMTP."""

from datetime import date, timedelta

import pytest
import time_machine

from notifications.models import InboxItem, Notification
from notifications.registry import Policy, policy_of
from notifications.tasks import drain_outbox
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.afterwards.followups import NextStepInput, answer_follow_up, drop_next_step, write_next_step
from sessions_app.booking.clock import complete_ended
from sessions_app.models import Booking, BookingState, FollowUpQuestion, FollowUpStep, Resolution
from tests.conftest import at
from tests.markup import elements_of
from tests.sessions_app.conftest import QUESTION, THURSDAY
from tests.smtp import smtp_sink, text_of, words_of  # noqa: F401 - smtp_sink is a fixture

pytestmark = pytest.mark.django_db
END = THURSDAY + timedelta(minutes=25)
DAY = timedelta(days=1)
NINE_IN_KOLKATA = at("2026-11-28 03:30")
KINDS = ("follow_up_three_days", "follow_up_two_weeks", "action_due")


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"


@pytest.fixture
def over(booking) -> Booking:
    complete_ended(now=END)
    booking.refresh_from_db()
    return booking


@pytest.fixture
def read(smtp_sink):  # noqa: F811
    """read(now) sends what is due of these kinds at this moment, and gives it with what became of each row."""

    def drain(now):
        Notification.objects.exclude(kind__in=KINDS).delete()
        smtp_sink.mails.clear()
        drain_outbox(now)
        assert list(Notification.objects.exclude(last_error="").values_list("kind", "last_error")) == []
        return list(smtp_sink.mails)

    return drain


def became() -> dict[str, tuple[str, str]]:
    return {row.kind: (row.state, row.reason) for row in Notification.objects.exclude(state="pending")}


def step(booking, person, due_on=date(2026, 11, 28)):
    return write_next_step(
        booking=booking, step=NextStepInput("he <asks> on Monday", "ask for the level", due_on), by=person, now=END
    )


def test_mail_after_three_days_asks_one_question(over, read):
    (mail,) = read(END + 3 * DAY)

    page = f"https://mentoring.example/sessions/{over.uuid}/follow-up/3-days/?about=solved&answer="
    assert (mail["To"], mail["Subject"]) == ("Bob Bose <bob@example.org>", "Is it solved? Your question to Alice")
    assert text_of(mail).split("\n\n--\n")[0] == (
        "Your session with Alice Adair, Thu 26 Nov, 20:00 (Kolkata)\n\n"
        "Is your question solved?\n\n"
        f"Your question:\n“{QUESTION}”\n\n"
        f"Yes:\n{page}yes\n\nPartly:\n{page}partly\n\nNo:\n{page}no\n\n"
        f"It turned into another question:\n{page}other\n\n"
        "Each link opens the page with that answer selected. Nothing is sent until you press the button there.\n\n"
        "Alice only sees your answer if you tick the box. If it isn’t solved, the page shows what else you can do."
    )


def test_mail_after_three_days_asks_about_a_step_whose_day_is_over(over, bob, read):
    step(over, bob)
    Notification.objects.filter(kind="action_due").delete()

    (mail,) = read(END + 3 * DAY)

    body = text_of(mail)
    assert ("he <asks> on Monday" in body, "ask for the level" in body) == (True, True)
    assert f"/sessions/{over.uuid}/follow-up/3-days/?about=done&answer=partly" in body
    assert "about=solved" not in body


def test_mail_on_the_morning_of_a_step(over, bob, read):
    step(over, bob)
    assert read(NINE_IN_KOLKATA - timedelta(seconds=1)) == []

    (mail,) = read(NINE_IN_KOLKATA)

    assert f"/sessions/{over.uuid}/follow-up/step/?about=done&answer=yes" in text_of(mail)


def test_mail_after_two_weeks_follows_from_what_was_said(over, bob, read):
    answer_follow_up(
        contact=over,
        step=FollowUpStep.THREE_DAYS,
        question=FollowUpQuestion.SOLVED,
        answer=Resolution.PARTLY,
        by=bob,
        now=END + 3 * DAY,
    )

    (mail,) = read(END + 14 * DAY)

    assert "/follow-up/14-days/?about=contact&answer=yes" in text_of(mail)
    assert became()["follow_up_three_days"] == ("expired", "too late")


def test_html_and_text_of_a_mail_say_the_same(over, bob, read):
    step(over, bob)
    Notification.objects.filter(kind="action_due").delete()

    (mail,) = read(END + 3 * DAY)

    text, html = words_of(mail)
    assert text == html


def never_answered(over, bob):
    Booking.objects.update(state=BookingState.MENTOR_NO_SHOW)


def not_completed_yet(over, bob):
    Booking.objects.update(state=BookingState.CONFIRMED)


def answered(over, bob):
    answer_follow_up(
        contact=over,
        step=FollowUpStep.THREE_DAYS,
        question=FollowUpQuestion.SOLVED,
        answer=Resolution.YES,
        by=bob,
        now=END + 3 * DAY,
    )


def moved_on(over, bob):
    Booking.objects.update(version=over.version + 1)


@pytest.mark.parametrize(
    ("before", "reason"),
    [(never_answered, "moved on"), (not_completed_yet, "moved on"), (answered, "answered"), (moved_on, "moved on")],
)
def test_nothing_is_asked_any_more(over, bob, read, before, reason):
    before(over, bob)

    assert read(END + 3 * DAY) == []
    assert became() == {"follow_up_three_days": ("obsolete", reason)}


def test_nothing_is_asked_after_two_weeks_when_it_is_solved(over, bob, read):
    answered(over, bob)
    Notification.objects.filter(kind="follow_up_three_days").delete()

    assert read(END + 14 * DAY) == []
    assert became() == {"follow_up_two_weeks": ("obsolete", "solved")}


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        pytest.param(lambda over, bob: drop_next_step(booking=over, by=bob), "moved on", id="dropped"),
        pytest.param(
            lambda over, bob: Booking.objects.update(state=BookingState.MENTEE_NO_SHOW),
            "session did not take place",
            id="missed",
        ),
        pytest.param(
            lambda over, bob: answer_follow_up(
                contact=over,
                step=FollowUpStep.NEXT_STEP,
                question=FollowUpQuestion.DONE,
                answer=Resolution.YES,
                by=bob,
                now=END + DAY,
            ),
            "step is done or gone",
            id="done",
        ),
    ],
)
def test_nobody_is_reminded_of_a_step_any_more(over, bob, read, act, reason):
    step(over, bob)
    act(over, bob)

    assert read(NINE_IN_KOLKATA) == []
    assert became() == {"action_due": ("obsolete", reason)}


def test_a_reminder_of_a_step_is_not_sent_a_day_late(over, bob, read):
    step(over, bob)

    assert read(at("2026-11-28 18:30")) == []
    assert became() == {"action_due": ("expired", "too late")}


def test_who_never_wants_to_meet_the_mentor_again_is_asked_all_the_same(over, bob, read):
    """The question is theirs; where it leads leaves the mentor out."""
    give_feedback(booking=over, by=bob, now=END, answers={"resolution": "no", "again": "no"})

    (mail,) = read(END + 3 * DAY)

    assert f"/sessions/{over.uuid}/follow-up/3-days/?about=solved&answer=yes" in text_of(mail)


def test_what_may_have_left_is_not_sent_twice():
    assert {policy_of(kind) for kind in KINDS} == {Policy.HOLD}


# The inbox


def test_inbox_asks_what_the_mails_ask(over, bob, client_for):
    step(over, bob)
    with time_machine.travel(END + 14 * DAY, tick=False):
        page = client_for(bob).get("/notifications/").content.decode()

    home = f"/sessions/{over.uuid}/follow-up"
    [three], [fourteen], [due] = (
        elements_of(page, "a", href=f"{home}/{step}/") for step in ("3-days", "14-days", "step")
    )
    assert ["Alice" in link.text for link in (three, fourteen)] == [True, True]
    assert ("he <asks> on Monday" in due.text, "ask for the level" in due.text) == (True, True)


def test_inbox_forgets_a_step_that_was_dropped_or_moved(over, bob):
    step(over, bob)
    step(over, bob, date(2026, 11, 30))
    assert list(InboxItem.objects.filter(kind="action_due").values_list("at", flat=True)) == [at("2026-11-30 03:30")]

    drop_next_step(booking=over, by=bob)

    assert InboxItem.objects.filter(kind="action_due").count() == 0


def test_inbox_does_not_ask_about_a_session_that_was_missed(over, bob, client_for):
    Booking.objects.update(state=BookingState.MENTOR_NO_SHOW)

    with time_machine.travel(END + 4 * DAY, tick=False):
        page = client_for(bob).get("/notifications/").content.decode()

    assert f"/sessions/{over.uuid}/follow-up/" not in page


def test_inbox_marks_as_read_what_was_answered(over, bob):
    step(over, bob)
    answer_follow_up(
        contact=over,
        step=FollowUpStep.NEXT_STEP,
        question=FollowUpQuestion.DONE,
        answer=Resolution.PARTLY,
        by=bob,
        now=END + 4 * DAY,
    )

    shown = InboxItem.objects.shown_to(bob, END + 4 * DAY)
    assert set(shown.unread().values_list("kind", flat=True)) == set()
    assert {"action_due", "follow_up_three_days"} <= set(shown.values_list("kind", flat=True))
