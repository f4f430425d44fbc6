"""Constants and short cuts for what follows a session."""

from datetime import date, timedelta

import pytest

from notifications.models import Notification
from sessions_app.afterwards.followups import NextStepInput, answer_follow_up, write_next_step
from sessions_app.errors import SessionError
from sessions_app.models import FollowUp, FollowUpQuestion, FollowUpStep, NextStep, Resolution
from tests.sessions_app.conftest import THURSDAY

END = THURSDAY + timedelta(minutes=25)
DAY = timedelta(days=1)
MONDAY = date(2026, 11, 30)
STEP = NextStepInput("he asks on Monday", "I ask for the level", MONDAY)
THREE, FOURTEEN, NEXT_STEP = FollowUpStep.THREE_DAYS, FollowUpStep.TWO_WEEKS, FollowUpStep.NEXT_STEP
DONE, SOLVED, CONTACT = FollowUpQuestion.DONE, FollowUpQuestion.SOLVED, FollowUpQuestion.CONTACT
YES, PARTLY, NO, OTHER = Resolution.YES, Resolution.PARTLY, Resolution.NO, Resolution.OTHER


def write(booking, person, step=STEP, now=END + DAY) -> NextStep:
    return write_next_step(booking=booking, step=step, by=person, now=now)


def answer(booking, person, step, question, value, now=END + 15 * DAY) -> FollowUp:
    return answer_follow_up(contact=booking, step=step, question=question, answer=value, by=person, now=now)


def code_of(act) -> str:
    with pytest.raises(SessionError) as refused:
        act()
    return refused.value.code


def planned(kind: str) -> list[tuple]:
    rows = Notification.objects.filter(kind=kind, state="pending").order_by("due_at")
    return list(rows.values_list("recipient__email", "due_at", "send_before"))
