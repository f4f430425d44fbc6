"""What narrows who sees a mentor. Apps above append their functions, since imports only go down."""

from collections.abc import Callable
from typing import Any

from accounts.models import User

# Each leaves, of a queryset of profiles, those whom a reader, or a visitor (None), sees.
narrowings: list[Callable[[Any, User | None], Any]] = []
