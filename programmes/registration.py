"""What this app enters into the lists of lower apps when it starts."""

from accounts.privacy.hooks import on_leaving
from accounts.privacy.registry import register_tables
from notifications.registry import register_kinds

from .kinds import KINDS
from .privacy import TABLES, leave_programmes


def register_all() -> None:
    register_tables(*TABLES)
    register_kinds(KINDS)
    on_leaving.append(leave_programmes)
