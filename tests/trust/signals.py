"""Rules and messages as the tests of signals need them."""

from datetime import datetime, timedelta

from accounts.models import User
from sessions_app.models import Message
from tests.conftest import NOW
from tests.sessions_app.helpers.messages import write
from trust.models import Case, CaseState, LooksFor, Outcome, Rule, SignalHit, SignalRule
from trust.signals.looking import look_for_signals

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


def decided_hits(rule: SignalRule, about: User, by: User, *, right: int, wrong: int) -> None:
    """As many decided cases as nobody wants to decide by hand."""
    for number in range(right + wrong):
        case = Case.objects.create(
            about=about,
            kind="signal",
            state=CaseState.DECIDED,
            opened_at=NOW,
            due_at=NOW,
            taken_by=by,
            taken_at=NOW,
            decided_by=by,
            decided_at=NOW,
            outcome=Outcome.NOTE if number < right else Outcome.NOTHING,
            rule=Rule.SELLING,
            text="Looked at",
        )
        SignalHit.objects.create(
            rule=rule, case=case, subject_type="message", subject_id=number, at=NOW - timedelta(days=1)
        )
