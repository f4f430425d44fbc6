"""Signals: rules look at new messages once, and what they find opens a case that people decide."""

import pytest

from notifications.models import Notification
from sessions_app.models import Message
from tests.trust.signals import LATER, make_rule, say, switch_on
from trust.deadlines import first_decision_due
from trust.models import Case, Exhibit, Sanction, SignalHit
from trust.signals import look_for_signals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def test_message_that_a_rule_finds_opens_a_case_and_does_nothing_else(booking, settings):
    rule = make_rule()
    switch_on(settings)
    told = Notification.objects.exclude(kind="message").count()
    message = say(booking)
    say(booking, "Nothing to see here")

    assert look_for_signals(now=LATER) == 1
    case = Case.objects.get()
    assert (case.about, case.kind, case.state) == (booking.mentor, "signal", "open")
    assert case.due_at == first_decision_due("conduct", LATER)
    assert Exhibit.objects.get(case=case).snapshot["message"] == message.body
    assert SignalHit.objects.get(case=case).rule == rule
    assert not Message.objects.filter(is_hidden=True).exists()
    assert not Sanction.objects.exists()
    assert Notification.objects.exclude(kind="message").count() == told
