"""Ways into an account, or a part of it, that need no password. Apps above append theirs to `ways_in`.

A new password signs out every other browser by itself. It doesn't end these, so the person is asked whether to.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from .models import User
from .providers.connections import describe_connections, end_connections
from .tokens import describe_tokens, stop_tokens


@dataclass(frozen=True, slots=True)
class WayIn:
    """`describe` names what this person has ("2 API tokens"), or nothing; `end` makes all of it useless."""

    describe: Callable[[User], str]
    end: Callable[[User], None]


ways_in: list[WayIn] = [WayIn(describe_tokens, stop_tokens), WayIn(describe_connections, end_connections)]


def describe_ways_in(person: User) -> list[str]:
    return [text for way in ways_in if (text := way.describe(person))]


@transaction.atomic
def end_ways_in(*, person: User) -> None:
    for way in ways_in:
        way.end(person)
