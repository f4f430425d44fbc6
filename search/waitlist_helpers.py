"""Mentors who can help a person on the waiting list; `sessions_app.questions.suggestions` calls `find_helpers`."""

from datetime import datetime

from django.http import QueryDict

from accounts.models import User
from common.zones import UTC_NAME
from sessions_app.questions.suggestions import FreeMentor

from .criteria import Order, SearchCriteria, When
from .finding import find_mentors
from .forms import read_criteria

# For everyone who waits with the same words: a person who can't have one of these mentors may have another.
MOST = 20
LONGEST_FILTERS = 300


def filters_of(wish: SearchCriteria) -> str:
    """The filters of a search's address that say something about people.

    Dates and times of day are left out: they pass.
    """
    lasting = wish.with_changes(
        words="", saved=False, when=When.ANY, first=None, last=None, later=False, loose=False, order=Order.SOONEST
    )
    return lasting.query_string()[:LONGEST_FILTERS]


def find_helpers(words: str, filters: str, *, now: datetime, member: User | None = None) -> list[FreeMentor]:
    """Mentors who match all of the words and are free within the days that a search looks at first.

    The answer serves everyone who waits with these words, whatever their zone, so no date or time of day is asked
    about. Rules of programmes hold as for a visitor, or as for this `member`.
    """
    wish = read_criteria(QueryDict(filters)).with_changes(words=words)
    found = find_mentors(wish, zone=UTC_NAME, now=now, count=MOST, mentee=member, for_waitlist=True)
    return list(found.matches)
