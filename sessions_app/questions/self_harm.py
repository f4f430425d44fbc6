"""Questions in which a mentee says that they may harm themselves: those on call are told, as of a message."""

from datetime import datetime

from accounts.models import User
from sessions_app.models import Brief
from trust.signals.looking import watch_for_self_harm

QUESTION_SUBJECT = "question"


def watch_question(brief: Brief, *, by: User, now: datetime) -> None:
    """Call it where a question is sent to a mentor, or changed after that."""
    watch_for_self_harm(QUESTION_SUBJECT, brief.pk, by, brief.texts, now=now)
