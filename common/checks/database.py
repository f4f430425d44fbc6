"""Checks PostgreSQL's settings in installations where we can't set them at the start of each connection."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import connections

SHOW = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"


def check_role(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Behind a pooler the role has the settings: see docs/deployment.md."""
    if not settings.DATABASE_POOLER:
        return []
    return [error for alias in databases or () for error in role_errors(alias)]


def role_errors(alias: str) -> list[CheckMessage]:
    wanted = settings.SESSION_SETTINGS
    with connections[alias].cursor() as cursor:
        cursor.execute(SHOW, [list(wanted)])
        found = dict(cursor.fetchall())
    role = connections[alias].settings_dict["USER"]
    wrong = {name: value for name, value in wanted.items() if found.get(name) != value}
    return [
        Error(
            f"PostgreSQL has {name} = {found.get(name)} for {role}. It must be {value}: only the role can say so.",
            hint=f"ALTER ROLE \"{role}\" SET {name} = '{value}'; then let the pooler connect again.",
            id="common.E010",
        )
        for name, value in wrong.items()
    ]
