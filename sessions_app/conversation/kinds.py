"""The kind of notice about messages that wait to be read."""

from notifications.models import Group
from notifications.registry import Kind, Policy
from sessions_app.models import THREAD_SUBJECT, ReadMarker

from .emails import unread_messages
from .inbox import thread_inbox_lines
from .notices import KIND

KINDS = [
    Kind(
        KIND,
        THREAD_SUBJECT,
        render=unread_messages,
        lines=thread_inbox_lines,
        model=ReadMarker,
        passing=True,
        policy=Policy.HOLD,
        capped=True,
        group=Group.MESSAGES,
    ),
]
