"""The kind of notice about messages from the contact page."""

from notifications.models import Group
from notifications.registry import Kind

from .contact import KIND, SUBJECT_TYPE
from .notices import contact_lines, render_contact_email

KINDS = [Kind(KIND, SUBJECT_TYPE, render_contact_email, contact_lines, group=Group.CONTACT)]
