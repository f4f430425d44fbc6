"""The kind of notice about seals of the logs."""

from notifications.models import Group
from notifications.registry import Kind

from .notices import render_seal_email
from .seals import KIND, SUBJECT_TYPE

KINDS = [Kind(KIND, SUBJECT_TYPE, render_seal_email, None, group=Group.SEALS)]
