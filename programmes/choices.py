"""What a mentor chooses for themselves in a programme: how many minutes in a week they give, and who sees them."""

from django.db import transaction

from accounts.models import User

from .models import Membership, Programme


@transaction.atomic
def set_minutes(*, programme: Programme, person: User, minutes: int | None) -> bool:
    """For bookings from now on; what is booked stays. None: as many as they give at all.

    The mentor is locked, as for a booking of theirs. Returns whether they mentor in it.
    """
    User.objects.locked(person)
    mentoring = Membership.objects.live().filter(programme=programme, person=person, gives=True)
    return mentoring.update(minutes_a_week=minutes) > 0


@transaction.atomic
def show_outside(*, programme: Programme, person: User, is_shown: bool) -> bool:
    """Let everyone see this mentor, though the programme's directory is for its members, or its members only again.

    Returns whether they mentor in it.
    """
    User.objects.locked(person)
    mentoring = Membership.objects.live().filter(programme=programme, person=person, gives=True)
    return mentoring.update(shown_outside=is_shown) > 0
