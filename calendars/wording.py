"""What stands in the way of reading a calendar, in words, and what its person can do."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Failure(NamedTuple):
    what: str | Promise
    what_to_do: str | Promise


WAIT = _("There’s nothing to do: we’ll keep trying.")
COPY_AGAIN = _("Copy the secret address from your calendar once more, and connect it again.")
SMALLER = _("Connect a smaller calendar, or one that holds only upcoming events.")
FAILURES: dict[str, Failure] = {
    "address": Failure(_("The address leads to a place that we can’t read from."), COPY_AGAIN),
    "refused": Failure(_("Nothing can be read at the address. It’s wrong, or it was reset or turned off."), COPY_AGAIN),
    "key": Failure(_("We can’t open the address that we stored any more."), COPY_AGAIN),
    "unreachable": Failure(_("The calendar’s server can’t be reached."), WAIT),
    "broken": Failure(_("The calendar’s server answers with an error."), WAIT),
    "too_slow": Failure(_("Reading the calendar takes too long."), WAIT),
    "cut_off": Failure(_("The calendar’s server sends only a part of it."), WAIT),
    "redirects": Failure(_("The address leads from one place to the next without an end."), COPY_AGAIN),
    "not_a_calendar": Failure(
        _("The address leads to a web page, not to a calendar."),
        _("Use the secret address in iCal format. The page of your calendars here shows where to find it."),
    ),
    "too_large": Failure(_("The calendar is larger than 10 MB."), SMALLER),
    "too_many_events": Failure(_("The calendar has more than 20,000 entries."), SMALLER),
    "too_many_times": Failure(_("The calendar has more than 5,000 busy times ahead."), SMALLER),
}


def describe_failure(code: str) -> Failure:
    return FAILURES.get(code, FAILURES["broken"])
