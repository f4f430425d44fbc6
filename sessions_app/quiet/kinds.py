"""The kinds of notices about mentors of whom nobody hears."""

from mentors.models import MentorProfile
from mentors.moderation.acts import SUBJECT_TYPE
from notifications.registry import Kind
from sessions_app.waiting.notices import WAITING_SUBJECT

from .acts import ASKING_OFF, MOVED_ON, QUESTION, RESTING
from .emails import moved_on_lines, quiet_lines, render_moved_on_email, render_quiet_email

KINDS = [
    *(
        Kind(name, SUBJECT_TYPE, render_quiet_email(name), quiet_lines, model=MentorProfile, passing=True)
        for name in (QUESTION, ASKING_OFF, RESTING)
    ),
    Kind(MOVED_ON, WAITING_SUBJECT, render_moved_on_email, moved_on_lines),
]
