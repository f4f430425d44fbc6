"""Rules and messages as the tests of signals need them."""

from datetime import datetime, timedelta

from sessions_app.models import Message
from tests.conftest import NOW
from tests.sessions_app.helpers.messages import write
from trust.models import LooksFor, SignalRule
from trust.signals import look_for_signals

LATER = NOW + timedelta(minutes=10)


def make_rule(looks_for: LooksFor = LooksFor.WORDS, words: str = "savings\nwestern union", **fields) -> SignalRule:
    """The only one, except for that of self-harm."""
    SignalRule.objects.exclude(looks_for=LooksFor.SELF_HARM).delete()
    if looks_for != LooksFor.WORDS:
        words = ""
    return SignalRule.objects.create(name="A rule", looks_for=looks_for, words=words, **fields)


def switch_on(settings) -> None:
    """From now on messages are looked at; what there was before isn't."""
    settings.SIGNALS = True
    look_for_signals(now=NOW)


def say(booking, body: str = "Send me your SAVINGS.", *, now: datetime = NOW) -> Message:
    return write(booking, booking.mentor, body, now=now)
