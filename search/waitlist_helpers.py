"""Who can help with a question that somebody waits with: entered in the registry of `sessions_app.suggestions`."""

from datetime import datetime

from django.http import QueryDict

from common.zones import UTC_NAME
from sessions_app.questions.suggestions import FreeMentor

from .criteria import Order, SearchCriteria, When
from .finding import find_mentors
from .forms import read_criteria

# For all who wait with the same words: whoever can't have one of these mentors may have another.
MOST = 20
LONGEST_FILTERS = 300


def filters_of(wish: SearchCriteria) -> str:
    """What narrows a search down to people, as its address has it: dates and times of a day pass, these stay."""
    lasting = wish.with_changes(
        words="", when=When.ANY, first=None, last=None, later=False, loose=False, order=Order.SOONEST
    )
    return lasting.query_string()[:LONGEST_FILTERS]


def find_helpers(words: str, filters: str, *, now: datetime) -> list[FreeMentor]:
    """Only people who match the words whole, free within the days that a search looks at first.

    For all who wait with these words, whatever their zone: no date or time of day is asked about.
    """
    wish = read_criteria(QueryDict(filters)).with_changes(words=words)
    found = find_mentors(wish, zone=UTC_NAME, now=now, count=MOST, for_waitlist=True)
    return list(found.matches)
