"""Who sees a mentor at all: everyone, or only members of the programmes in which they mentor.

A mentor's *audience* is a list of ids of programmes, or of 0 alone for everyone. Everyone sees those who mentor in no
programme, in one whose directory is public, or who have chosen to be shown outside of one; all others are seen by
members of their programmes only. Days make no difference: the end of a programme shows nobody to more people.

The database computes it (`programme_audience`), so that the search index, booking and pages can't read it differently.
`narrow_to_seen` says the same for querysets.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User

from .models import LIVE, Directory, Membership

EVERYONE = 0
# A membership that shows its mentor to everyone
SHOWS_TO_ALL = Q(programme__directory=Directory.PUBLIC) | Q(shown_outside=True)


def audience_sql(mentor: str) -> str:
    """The audience of a mentor as an array of integers; `mentor` is a column or a parameter with their person's id."""
    return f"programme_audience({mentor})"


def reader_sql(reader: str | None) -> str:
    """What a reader's programmes are called in an audience, as an array; `reader` is a parameter, None for a visitor.

    It depends on no row of a larger statement, so Postgres computes it once.
    """
    if reader is None:
        return f"ARRAY[{EVERYONE}]"
    mine = f"SELECT mine.programme_id::int FROM programmes_membership AS mine WHERE mine.person_id = {reader}"
    return f"ARRAY[{EVERYONE}] || ARRAY({mine} AND mine.state = '{LIVE.value}')"


def sees_sql(reader: str | None, mentor: str) -> str:
    """Whether a reader, or a visitor, sees this mentor; both are columns or parameters."""
    return f"{audience_sql(mentor)} && ({reader_sql(reader)})"


def may_be_hidden_sql() -> str:
    """Whether any mentor may have another audience than everyone; Postgres finds out once in a statement."""
    return f"EXISTS (SELECT FROM programmes_programme AS hides WHERE hides.directory = '{Directory.MEMBERS.value}')"


def narrow_to_seen(profiles: QuerySet[Any], reader: User | None) -> QuerySet[Any]:
    """The profiles of mentors whom this reader, or a visitor, sees; `MentorProfile.objects.seen_by` calls it."""
    gives = Membership.objects.filter(person=OuterRef("person"), state=LIVE, gives=True)
    shows = SHOWS_TO_ALL
    if reader is not None:
        shows |= Q(programme__in=Membership.objects.filter(person=reader, state=LIVE).values("programme"))
    return profiles.filter(~Exists(gives) | Exists(gives.filter(shows)))
