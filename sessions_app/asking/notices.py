"""What mentors are told who are asked to help, and when. The text of the mails is in `emails.py`."""

from notifications.services import Due
from sessions_app.models import Route

ROUTE = "route"
HELP_ASKED, HELP_OVER = "help_asked", "help_over"


def asked_due(route: Route) -> Due:
    return Due(HELP_ASKED, route.mentor_id, ROUTE, route.pk, route.version, route.opened_at, route.until)


def over_due(route: Route) -> Due:
    """For a line of the inbox alone: nobody needs a mail that there is nothing left to do."""
    return Due(HELP_OVER, route.mentor_id, ROUTE, route.pk, route.version, route.opened_at, route.until)
