"""What narrows who sees a mentor. Apps above append their functions, since imports only go down."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from accounts.models import User

# Each leaves of these profiles those whom a reader, or a visitor (None), sees.
narrowings: list[Callable[[QuerySet[Any], User | None], QuerySet[Any]]] = []
