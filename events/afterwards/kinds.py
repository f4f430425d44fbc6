"""The kinds of notices after an event."""

from functools import partial

from events.models import Goal, Registration
from events.registering.notices import REGISTRATION
from notifications.models import Group
from notifications.registry import Kind, Policy

from . import emails
from .inbox import event_lines, goal_lines
from .notices import (
    AGAIN,
    AGAIN_SUBJECT,
    ASKED,
    ASKED_AGAIN,
    GOAL_DUE,
    GOAL_SUBJECT,
    IN_TOUCH,
    WITNESS_ASKED,
    follow_zone,
)

# A question that may have left is not asked a second time.
_question = partial(Kind, policy=Policy.HOLD, group=Group.AFTERWARDS, passing=True)
_goal_question = partial(_question, model=Goal, follow_zone=follow_zone)

KINDS = [
    _question(ASKED, REGISTRATION, emails.render_asked, event_lines(ASKED), model=Registration),
    # Its line would be the first one's again.
    _question(ASKED_AGAIN, REGISTRATION, emails.render_asked, None, model=Registration),
    Kind(AGAIN, AGAIN_SUBJECT, emails.render_again, event_lines(AGAIN), passing=True, group=Group.AFTERWARDS),
    Kind(WITNESS_ASKED, GOAL_SUBJECT, None, goal_lines(WITNESS_ASKED), model=Goal, passing=True),
    _goal_question(GOAL_DUE, GOAL_SUBJECT, emails.render_goal_due, goal_lines(GOAL_DUE)),
    _goal_question(IN_TOUCH, GOAL_SUBJECT, emails.render_in_touch, goal_lines(IN_TOUCH)),
]
