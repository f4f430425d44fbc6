"""What narrows who sees a mentor. Apps above append their functions, since imports only go down."""

from collections.abc import Callable
from functools import cache
from typing import Any

from accounts.models import User
from common.statements import Prepared, reading_connection

# Each leaves, of a queryset of profiles, those whom a reader, or a visitor (None), sees.
narrowings: list[Callable[[Any, User | None], Any]] = []
# Each says the same in SQL, of one mentor: a condition on two parameters or columns, the ids of a reader (null for a
# visitor) and of the mentor's person.
conditions: list[Callable[[str, str], str]] = []


def is_shown_to(reader: User | None, mentor: int) -> bool:
    """Whether what narrows who sees mentors lets this reader, or a visitor, see the one with this person's id."""
    with reading_connection().cursor() as cursor:
        _shown().execute(cursor, {"reader": reader.pk if reader else None, "mentor": mentor})
        return bool(cursor.fetchone()[0])


# Composed when it is first asked, since apps enter their conditions while they load.
@cache
def _shown() -> Prepared:
    every = [condition("%(reader)s::bigint", "%(mentor)s::bigint") for condition in conditions]
    return Prepared(f"SELECT {' AND '.join(f'({one})' for one in every) or 'true'}")
