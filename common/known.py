"""Values that a constraint or an earlier check promises, though their type allows None."""

from typing import TypeVar

T = TypeVar("T")


def known(value: T | None) -> T:
    """The value itself, which the type checker then knows not to be None.

    Raises ValueError for None: the promise that the caller relies on doesn't hold, which is a fault of ours and nothing
    to tell a person about.
    """
    if value is None:
        raise ValueError("A value that must be there is missing.")
    return value
