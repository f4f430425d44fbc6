"""What this app enters into the lists of lower apps when it starts."""

from django.core.checks import register

from accounts.privacy.hooks import on_leaving
from accounts.privacy.registry import register_tables
from common.checks.configuration import CONFIGURATION
from notifications.registry import register_kinds
from sessions_app.availability.busy_week import list_calendars
from sessions_app.invites.elsewhere import comes_without_invitation, concerns_sql, list_notes, on_calendar_change

from .connecting import disconnect_all
from .kinds import KINDS
from .listing import list_counting
from .privacy import TABLES
from .sources.checks import check_calendar_providers
from .writing.queue import CONCERNS, enter_bookings
from .writing.told import comes_by_writing, describe_removal


def register_all() -> None:
    register_tables(*TABLES)
    register_kinds(KINDS)
    register(check_calendar_providers, CONFIGURATION)
    on_leaving.append(disconnect_all)
    list_calendars.append(list_counting)
    on_calendar_change.append(enter_bookings)
    concerns_sql.append(CONCERNS)
    comes_without_invitation.append(comes_by_writing)
    list_notes.append(describe_removal)
