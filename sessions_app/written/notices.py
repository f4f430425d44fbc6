"""Who is told what about a question in writing, and when. The text of the mails is in `emails.py`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from accounts.models import User
from common.known import known
from notifications.models import Notification
from notifications.services import Due
from sessions_app.models import WRITTEN_SUBJECT, Role, WrittenQuestion, WrittenState
from sessions_app.questions.asked_later import WRITTEN_FOLLOW_UP_KINDS, dues_later

LAST_CALL = timedelta(hours=6)
NEWS_KEEPS = timedelta(hours=48)
SETTLED = {
    WrittenState.ANSWERED: ("written_answered", (Role.MENTEE,)),
    WrittenState.DECLINED: ("written_declined", (Role.MENTEE,)),
    WrittenState.EXPIRED: ("written_expired", (Role.MENTOR, Role.MENTEE)),
    WrittenState.WITHDRAWN: ("written_withdrawn", (Role.MENTOR,)),
    # Nobody: both are told of the session itself.
    WrittenState.CALL: ("", ()),
}


def written_notices(written: WrittenQuestion) -> list[Due]:
    """All notices that the question's present state and version require."""
    if written.state == WrittenState.ASKED:
        return list(_asked_dues(written))
    kind, roles = SETTLED[WrittenState(written.state)]
    people = [written.mentor_id if role == Role.MENTOR else written.mentee_id for role in roles]
    at = known(written.settled_at)
    news = [_written_due(kind, written, person, at, at + NEWS_KEEPS) for person in people]
    return [*news, *written_followup_dues(written)] if written.state == WrittenState.ANSWERED else news


def _asked_dues(written: WrittenQuestion) -> Iterator[Due]:
    asked, due, mentor = written.asked_at, written.due_at, written.mentor_id
    yield _written_due("written_asked", written, mentor, asked, due)
    yield _written_due("written_asked", written, written.mentee_id, asked, due, by_recipient=True)
    if written.asked_back_at:
        yield _written_due("written_due_again", written, mentor, due - LAST_CALL, due)
    else:
        yield _written_due("written_waiting", written, mentor, asked + (due - asked) / 2, due)
        yield _written_due("written_due", written, mentor, due - LAST_CALL, due)


def _written_due(
    kind: str, written: WrittenQuestion, person: int, at: datetime, until: datetime, *, by_recipient: bool = False
) -> Due:
    return Due(kind, person, WRITTEN_SUBJECT, written.pk, written.version, at, until, by_recipient=by_recipient)


def written_followup_dues(written: WrittenQuestion) -> list[Due]:
    return dues_later(written, written.mentee_id, WRITTEN_SUBJECT, WRITTEN_FOLLOW_UP_KINDS)


def has_heard_of_question(written: WrittenQuestion, person: User) -> bool:
    about = Notification.objects.about(WRITTEN_SUBJECT, written.pk).filter(recipient=person)
    return about.filter(subject_version__lt=written.version).left().exists()
