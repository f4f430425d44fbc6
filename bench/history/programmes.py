"""A programme with members, whose figures are counted from every hundredth booking."""

from datetime import datetime, timedelta

from accounts.models import User
from programmes.models import Manager, Membership, Programme, ProgrammeState

from .people import Crowd
from .rows import insert_rows

MADE_BEFORE = timedelta(weeks=260)
SLUG, ONE_IN = "history", 100


def fill_programme(crowd: Crowd, *, now: datetime) -> Programme:
    """Every tenth person is in it, but not those with the longest histories."""
    made_at = now - MADE_BEFORE
    owner = User.objects.get(pk=crowd.mentor + 2)
    manager = User.objects.create(
        email="manager@history.example", name="Hanna Lind", timezone="Europe/London", date_joined=made_at
    )
    programme = Programme.objects.create(
        slug=SLUG,
        name="History",
        state=ProgrammeState.OPEN,
        first_day=made_at.date(),
        timezone="Europe/London",
        made_at=made_at,
    )
    Manager.objects.create(programme=programme, person=manager, given_by=owner, at=made_at)
    insert_rows(
        Membership,
        f"generate_series(3, {crowd.mentors + crowd.mentees}, 10) AS n",
        now=now,
        programme_id=str(programme.pk),
        person_id=f"{crowd.mentor} + n",
        gives=f"n <= {crowd.mentors}",
        asks="true",
        source="'link'",
        state="'live'",
        joined_at=f"'{made_at.isoformat()}'",
    )
    return programme
