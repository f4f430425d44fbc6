"""The kinds of notices that ask afterwards whether a session or an answer helped."""

from functools import partial

from notifications.models import Group
from notifications.registry import Kind, Policy
from sessions_app.booking.notices.kinds import booking_kind
from sessions_app.models import WRITTEN_SUBJECT, BookingState, NextStep, WrittenQuestion
from sessions_app.models.states import AGREED
from sessions_app.questions.asked_later import FOLLOW_UP_KINDS, WRITTEN_FOLLOW_UP_KINDS

from . import emails
from .inbox import follow_up_inbox_lines, later_inbox_lines, next_step_inbox_lines
from .notices import NEXT_STEP_KIND, NEXT_STEP_SUBJECT, follow_zone

COMPLETED = (BookingState.COMPLETED,)

# A question that may have left is not asked a second time.
_booking_question = partial(booking_kind, policy=Policy.HOLD, group=Group.AFTERWARDS)
_question = partial(Kind, policy=Policy.HOLD, group=Group.AFTERWARDS, passing=True)

KINDS = [
    _booking_question("feedback_request", AGREED, partial(emails.render_feedback_email, nudge=False), passing=True),
    # Its line would be the first one's again.
    _booking_question("feedback_nudge", AGREED, partial(emails.render_feedback_email, nudge=True), lines=None),
    *(
        _booking_question(
            name,
            COMPLETED,
            partial(emails.render_follow_up_email, step=step),
            lines=follow_up_inbox_lines,
            passing=True,
        )
        for step, name in FOLLOW_UP_KINDS.items()
    ),
    _question(
        NEXT_STEP_KIND,
        NEXT_STEP_SUBJECT,
        emails.render_next_step_email,
        next_step_inbox_lines,
        model=NextStep,
        follow_zone=follow_zone,
    ),
    *(
        _question(
            name,
            WRITTEN_SUBJECT,
            partial(emails.render_written_follow_up_email, step=step),
            later_inbox_lines,
            model=WrittenQuestion,
        )
        for step, name in WRITTEN_FOLLOW_UP_KINDS.items()
    ),
]
