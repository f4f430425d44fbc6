"""The end of a question in writing, whoever brings it about: what its acts and the booking of a call share."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import MentorProfile
from notifications.inbox import forget_passing, mark_subject_read
from notifications.services import schedule_notices, silence_older_versions
from sessions_app.errors import SessionError
from sessions_app.models import WRITTEN_SUBJECT, Engagement, WrittenQuestion, WrittenState

from .notices import written_notices

# After these the two go on, in the thread or in a call, until the engagement closes; after any other nothing is left.
GOES_ON = (WrittenState.ANSWERED, WrittenState.CALL)


def close_question(
    written: WrittenQuestion, to: WrittenState, *, by: User | None, now: datetime, **fields: Any
) -> WrittenQuestion:
    """Move a question whose people are locked from the state it was read in to its last, with its notices."""
    values = {"state": to, "version": written.version + 1, "settled_at": now, "settled_by": by, **fields}
    asked = WrittenQuestion.objects.filter(pk=written.pk, state=WrittenState.ASKED, version=written.version)
    if not asked.update(**values):
        raise SessionError("changed", _("This question has changed in the meantime. Look at it again."))
    for name, value in values.items():
        setattr(written, name, value)
    if by:
        mark_subject_read(by, subject_type=WRITTEN_SUBJECT, subject_id=written.pk, now=now)
    subject: dict[str, Any] = {"subject_type": WRITTEN_SUBJECT, "subject_id": written.pk, "version": written.version}
    silence_older_versions(**subject)
    forget_passing(**subject)
    schedule_notices(*written_notices(written), now=now)
    if to not in GOES_ON:
        written.engagement.closed_at = now
        written.engagement.save(update_fields=["closed_at"])
    return written


def close_as_call(mentee: User, mentor: User, *, now: datetime) -> None:
    """The two, who are locked, will meet: what one asked the other in writing is not waited for any more."""
    waiting = WrittenQuestion.objects.filter(mentee=mentee, mentor=mentor, state=WrittenState.ASKED)
    for written in waiting.select_related("engagement"):
        close_question(written, WrittenState.CALL, by=mentee, now=now)


def close_earlier_engagement(mentee: User, profile: MentorProfile, *, now: datetime) -> None:
    """A new question is a new engagement; the one before, whose sessions are over, ends with it."""
    close_as_call(mentee, profile.person, now=now)
    Engagement.objects.live().between(mentee, profile.person).update(closed_at=now)
