"""What this app enters into the lists of lower apps when it starts."""

from django.core.checks import Tags, register

from accounts.privacy.hooks import looks_of_staff
from accounts.privacy.registry import register_tables
from accounts.privacy.retention import rules as retention_rules
from notifications.registry import register_kinds

from .checks import check_deciders, check_on_call
from .kinds import KINDS
from .privacy import RULES, TABLES, looks_at_cases


def register_all() -> None:
    register_tables(*TABLES)
    retention_rules.extend(RULES)
    looks_of_staff.append(looks_at_cases)
    register_kinds(KINDS)
    register(check_deciders, Tags.database)
    register(check_on_call, Tags.database)
