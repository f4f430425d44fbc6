"""What this app enters into the lists of lower apps when it starts."""

from accounts.hooks import after_person_change
from accounts.privacy.registry import register_tables
from mentors.hooks import after_change, warn_of_words
from notifications.registry import register_kinds
from sessions_app.availability.openings import on_time_opened
from sessions_app.questions.searched import on_booked, on_page_opened
from sessions_app.questions.suggestions import helpers, kind_readers, knowers, suggesters
from trust.signals.looking import self_harm_readers

from .figures.kinds import KINDS
from .finding import suggest_kind, suggest_mentors
from .indexing import forget_bounds, write_people, write_profiles
from .reading.learning import propose_booked
from .reading.noted import count_opened
from .reading.privacy import TABLES
from .reading.synonyms import warn_of_synonyms
from .reminders.kinds import KINDS as REMINDERS
from .understanding.crisis import is_self_harm
from .waitlist_helpers import find_helpers, find_knowers


def register_all() -> None:
    register_tables(*TABLES)
    register_kinds([*KINDS, *REMINDERS])
    on_time_opened.append(forget_bounds)
    after_change.append(write_profiles)
    after_person_change.append(write_people)
    suggesters.append(suggest_mentors)
    helpers.append(find_helpers)
    knowers.append(find_knowers)
    kind_readers.append(suggest_kind)
    warn_of_words.append(warn_of_synonyms)
    on_page_opened.append(count_opened)
    on_booked.append(propose_booked)
    self_harm_readers.append(is_self_harm)
