"""What stands in the way of reading a calendar, in words, and what its person can do."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import SERVICE_KINDS, Connection, ConnectionKind


class Failure(NamedTuple):
    what: str | Promise
    what_to_do: str | Promise


WAIT = _("There’s nothing to do: we’ll keep trying.")
COPY_AGAIN = _("Copy the secret address from your calendar once more, and save it in place of the old one.")
SMALLER = _("Connect a smaller calendar, or one that holds only upcoming events.")
FAILURES: dict[str, Failure] = {
    "address": Failure(_("The address leads to a place that we can’t read from."), COPY_AGAIN),
    "refused": Failure(_("Nothing can be read at the address. It’s wrong, or it was reset or turned off."), COPY_AGAIN),
    "key": Failure(_("We can’t open the address that we stored any more."), COPY_AGAIN),
    "unreachable": Failure(_("The calendar’s server can’t be reached."), WAIT),
    "limited": Failure(_("The calendar’s server asks us to come back later."), WAIT),
    "broken": Failure(_("The calendar’s server answers with an error."), WAIT),
    "too_slow": Failure(_("Reading the calendar takes too long."), WAIT),
    "cut_off": Failure(_("The calendar’s server sends only a part of it."), WAIT),
    "redirects": Failure(_("The address leads from one place to the next without an end."), COPY_AGAIN),
    "not_a_calendar": Failure(
        _("The address leads to a web page, not to a calendar."),
        _("Use the secret address in iCal format. “Your other calendars” shows where to find it."),
    ),
    "too_large": Failure(_("The calendar is larger than 10 MB."), SMALLER),
    "too_many_events": Failure(_("The calendar has more than 20,000 entries."), SMALLER),
    "too_many_times": Failure(_("The calendar has more than 5,000 busy times ahead."), SMALLER),
}
# Of accounts whose calendars are read by CalDAV, where it isn't as above
AGAIN = _("Disconnect the account and connect it again.")
ACCOUNT_FAILURES: dict[str, Failure] = {
    "address": Failure(_("The server’s address leads to a place that we can’t read from."), AGAIN),
    "refused": Failure(
        _("The server doesn’t accept the user name with this password. It may have been changed or revoked."),
        _("Make a new app password there, and save it in place of the old one."),
    ),
    "not_caldav": Failure(
        _("We found no calendar account at this address."),
        _("Copy the CalDAV address that your calendar shows, and connect again with it."),
    ),
    "no_calendars": Failure(
        _("There’s no calendar with events in this account."),
        _("Make one there, then choose “Look now”."),
    ),
    "elsewhere": Failure(
        _("This server sends us to another one, and we give your password only to the server that you entered."),
        _("Connect again with the address of the server that holds your calendars."),
    ),
    "key": Failure(_("We can’t open what we stored of this account any more."), AGAIN),
    "redirects": Failure(_("The server leads us from one place to the next without an end."), WAIT),
}
# Of accounts at Google and Microsoft
CONSENT_AGAIN = _("Connect it again. What you chose for its calendars stays.")
SERVICE_FAILURES: dict[str, Failure] = {
    "refused": Failure(_("The account doesn’t let us read its calendars any more."), CONSENT_AGAIN),
    "key": Failure(_("We can’t open what we stored of this account any more."), CONSENT_AGAIN),
    "switched_off": Failure(
        _("Accounts of this kind can’t be read here at the moment."),
        _("If it stays so, disconnect the account and connect its calendar by its secret address."),
    ),
    "too_large": Failure(_("There’s more in the account than we can read."), SMALLER),
}


# What stands in the way of putting sessions there
WRITING_FAILURES: dict[str, Failure] = {
    "read_only": Failure(
        _("The calendar’s server doesn’t let us write into this calendar."), _("Choose another calendar.")
    ),
    "calendar_gone": Failure(_("This calendar isn’t there any more."), _("Choose another calendar.")),
    "too_slow": Failure(_("Writing into the calendar takes too long."), WAIT),
    "too_large": Failure(_("The calendar is full."), _("Make room there, or choose another calendar.")),
}


def describe_writing_failure(connection: Connection) -> Failure:
    code = connection.write_failure
    return WRITING_FAILURES.get(code) or _describe_code(connection, code)


def describe_failure(connection: Connection) -> Failure:
    return _describe_code(connection, connection.failure)


def _describe_code(connection: Connection, code: str) -> Failure:
    if connection.kind in SERVICE_KINDS and code in SERVICE_FAILURES:
        return SERVICE_FAILURES[code]
    if connection.kind == ConnectionKind.CALDAV and code in ACCOUNT_FAILURES:
        return ACCOUNT_FAILURES[code]
    return FAILURES.get(code, FAILURES["broken"])
