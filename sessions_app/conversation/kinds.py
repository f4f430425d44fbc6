"""The kind of notice about messages that wait to be read."""

from notifications.models import Group
from notifications.registry import Kind, Policy
from sessions_app.models import THREAD_SUBJECT, ReadMarker

from .emails import render_unread_email
from .inbox import thread_inbox_lines
from .notices import KIND

KINDS = [
    Kind(
        KIND,
        THREAD_SUBJECT,
        render=render_unread_email,
        lines=thread_inbox_lines,
        model=ReadMarker,
        passing=True,
        policy=Policy.HOLD,
        capped=True,
        group=Group.MESSAGES,
    ),
]
