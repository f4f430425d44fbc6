"""Database errors that pass: nothing was done, and the same act may work in a moment."""

from datetime import timedelta

from django.db import DatabaseError

# lock_not_available, deadlock_detected, serialization_failure, query_canceled (which took too long)
PASSING = {"55P03", "40P01", "40001", "57014"}
TRY_AGAIN_AFTER = timedelta(seconds=3)


def sqlstate_of(error: BaseException) -> str:
    return getattr(error.__cause__, "pgcode", None) or ""


def constraint_of(error: DatabaseError) -> str:
    """The name of the constraint that was violated, or an empty text."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def is_passing(error: BaseException) -> bool:
    return isinstance(error, DatabaseError) and sqlstate_of(error) in PASSING
