"""Say why something shouldn't count: oneself once a year, and the other person whenever they like."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from common.times import day_text
from sessions_app.errors import SessionError
from sessions_app.ledger.facts import counts_against
from sessions_app.locks import atomic_act, lock_for
from sessions_app.models import Booking, Excuse, ExcuseKind, Role
from sessions_app.models.ledger import OWN_EXCUSES


def side_of(person: User, booking: Booking) -> Role:
    return Role.MENTOR if person.pk == booking.mentor_id else Role.MENTEE


def excused_again_at(person: User, *, now: datetime) -> datetime | None:
    """When this person can excuse themselves again; None: now."""
    own = Excuse.objects.filter(person=person, by=person, at__gt=now - settings.EXCUSE_EVERY)
    last = own.order_by("-at").values_list("at", flat=True).first()
    return last + settings.EXCUSE_EVERY if last else None


def why_not_excuse_oneself(person: User, *, now: datetime) -> SessionError | None:
    again = excused_again_at(person, now=now)
    if again is None:
        return None
    words = _("You’ve used this year’s excuse. You can use the next from %(day)s, and the other person can excuse you.")
    return SessionError("excused_lately", words % {"day": day_text(again, person.zone_name, now)})


@atomic_act
def excuse(*, booking: Booking, person: User, kind: ExcuseKind, by: User, now: datetime) -> Excuse:
    """From now on this booking doesn't count against `person`. Twice does no harm.

    Raises SessionError `not_yours`, `nothing_counts`, `excused_lately`.
    """
    booking = lock_for(booking, by)
    if excused := Excuse.objects.filter(booking=booking, person=person).first():
        return excused
    if (kind in OWN_EXCUSES) != (by == person) or person.pk not in booking.participants:
        raise SessionError("not_yours", _("You don’t have access to this session."))
    if not counts_against(person, side_of(person, booking), booking, now=now):
        raise SessionError("nothing_counts", _("This session doesn’t count against anyone, so no excuse is needed."))
    if by == person and (refusal := why_not_excuse_oneself(person, now=now)):
        raise refusal
    return Excuse.objects.create(booking=booking, person=person, kind=kind, by=by, at=now)
