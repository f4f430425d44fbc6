"""Who can help with a question that somebody waits with: entered in the registry of `sessions_app.suggestions`."""

from datetime import datetime

from django.http import QueryDict

from accounts.models import User
from sessions_app.suggestions import FreeMentor

from .finding import find_mentors
from .forms import read_wish
from .wishes import Order, When, Wish

# A person for whom one mentor is not the right one is not asked about all of them.
MOST = 5
LONGEST_FILTERS = 300


def filters_of(wish: Wish) -> str:
    """What narrows a search down to people, as its address has it: dates and times of a day pass, these stay."""
    lasting = wish.but(words="", when=When.ANY, first=None, last=None, later=False, loose=False, order=Order.SOONEST)
    return lasting.query()[:LONGEST_FILTERS]


def find_helpers(words: str, filters: str, *, now: datetime, mentee: User) -> list[FreeMentor]:
    """Only people who match the words whole, free within the days that a search looks at first."""
    wish = read_wish(QueryDict(filters)).but(words=words)
    zone = mentee.timezone or "UTC"
    found = find_mentors(wish, zone=zone, now=now, mentee=mentee, count=MOST, in_line=True)
    return list(found.matches)
