"""The unit of a member: the team or department where they work, which a programme can keep from meeting itself."""

from django.db import transaction

from accounts.models import User
from common.pages.seen import mark_of

from .errors import stale_error
from .members import check_decides
from .models import INSIDE, Membership, Programme


def unit_mark(membership: Membership) -> str:
    return mark_of(membership.unit)


@transaction.atomic
def set_unit(*, programme: Programme, person: User, unit: str, by: User, seen: str) -> bool:
    """Say where a member works, for bookings from now on. They read it on the programme's page.

    `seen` is the mark of what the page showed. Returns whether anything changed: nothing does for someone who is out.
    Raises PermissionDenied, ProgrammeError `yourself`, `stale`.
    """
    User.objects.locked(person)
    check_decides(by, person, programme)
    theirs = Membership.objects.filter(programme=programme, person=person, state__in=INSIDE).first()
    if theirs is None or theirs.unit == unit:
        return False
    if seen != unit_mark(theirs):
        raise stale_error()
    theirs.unit = unit
    theirs.save(update_fields=["unit"])
    return True
