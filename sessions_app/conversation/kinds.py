"""The kinds of notices about messages that wait to be read, and about files that a scanner didn't let through."""

from notifications.models import Group
from notifications.registry import Kind, Policy
from sessions_app.models import THREAD_SUBJECT, ReadMarker

from .emails import render_unread_email
from .inbox import thread_inbox_lines
from .notices import KIND
from .scan_notices import (
    FOUND,
    FOUND_FOR_STAFF,
    REFUSED,
    SUBJECT_TYPE,
    render_scan_email,
    render_staff_email,
    scan_inbox_lines,
)

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
    Kind(FOUND, SUBJECT_TYPE, render_scan_email, scan_inbox_lines),
    Kind(REFUSED, SUBJECT_TYPE, render_scan_email, scan_inbox_lines),
    Kind(FOUND_FOR_STAFF, SUBJECT_TYPE, render_staff_email, scan_inbox_lines),
]
