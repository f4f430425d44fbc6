"""The kinds of notices about a mentor's profile."""

from notifications.digests import digest_kind
from notifications.models import Group
from notifications.registry import Kind

from . import digests, emails
from .acts import SUBJECT_TYPE
from .inbox import inbox_lines

# The profile's own version is no measure: a decision stays true when the profile has changed since.
KINDS = [
    digest_kind(digests.KIND, digests.SUBJECT_TYPE, digests.render_review_email),
    Kind("profile_received", SUBJECT_TYPE, emails.render_received_email, inbox_lines, group=Group.PROFILE),
    Kind("profile_approved", SUBJECT_TYPE, emails.render_approved_email, inbox_lines, group=Group.PROFILE),
    Kind("profile_changes", SUBJECT_TYPE, emails.render_changes_email, inbox_lines, group=Group.PROFILE),
    Kind("profile_declined", SUBJECT_TYPE, emails.render_declined_email, inbox_lines),
    Kind("profile_suspended", SUBJECT_TYPE, emails.render_suspended_email, inbox_lines),
]
