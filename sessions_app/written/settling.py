"""The end of a question in writing, whatever causes it: shared by its own acts and by booking a call."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import MentorProfile
from notifications.inbox import mark_subject_read
from notifications.services import schedule_notices, withdraw_older_versions
from sessions_app.availability.worker_hints import advance_soon
from sessions_app.errors import SessionError
from sessions_app.models import WRITTEN_SUBJECT, Engagement, Route, WrittenQuestion, WrittenState

from .notices import written_notices

# After these endings the engagement stays open, for the thread or a call. After the others it closes.
GOES_ON = (WrittenState.ANSWERED, WrittenState.CALL)


def close_question(
    written: WrittenQuestion, to: WrittenState, *, by: User | None, now: datetime, **fields: Any
) -> WrittenQuestion:
    """Move a question to its final state, with its notices. Its people must be locked."""
    values = {"state": to, "version": written.version + 1, "settled_at": now, "settled_by": by, **fields}
    asked = WrittenQuestion.objects.filter(pk=written.pk, state=WrittenState.ASKED, version=written.version)
    if not asked.update(**values):
        raise SessionError("changed", _("This question has changed in the meantime. Check it again."))
    for name, value in values.items():
        setattr(written, name, value)
    if by:
        mark_subject_read(by, subject_type=WRITTEN_SUBJECT, subject_id=written.pk, now=now)
    withdraw_older_versions(subject_type=WRITTEN_SUBJECT, subject_id=written.pk, version=written.version)
    schedule_notices(*written_notices(written), now=now)
    if to not in GOES_ON:
        written.engagement.closed_at = now
        written.engagement.save(update_fields=["closed_at"])
    for route in Route.objects.open().filter(written=written):
        advance_soon(route.waiting_id, now=now)
    return written


def close_as_call(mentee: User, mentor: User, *, now: datetime) -> None:
    """End the open question of these two, who are locked: they will meet instead."""
    waiting = WrittenQuestion.objects.filter(mentee=mentee, mentor=mentor, state=WrittenState.ASKED)
    for written in waiting.select_related("engagement"):
        close_question(written, WrittenState.CALL, by=mentee, now=now)


def close_earlier_engagement(mentee: User, profile: MentorProfile, *, now: datetime) -> None:
    """Close the pair's earlier engagement, whose sessions are over: a new question is a new engagement."""
    close_as_call(mentee, profile.person, now=now)
    Engagement.objects.live().between(mentee, profile.person).update(closed_at=now)
