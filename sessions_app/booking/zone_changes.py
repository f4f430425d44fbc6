"""After an update of the zone database: finds sessions that are at another time of day now, and tells both people."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import User
from common.known import known
from common.zones import zone_names, zone_release
from notifications.services import Due, schedule_notices
from sessions_app.models import Booking, WallChange, ZoneRules
from sessions_app.models.states import TIMED
from sessions_app.models.zones import WALL_CHANGE_SUBJECT

from .zone_rules import Offsets, offset_in, offsets_of

WALL_CHANGE = "wall_change"
LOCK = 7002


@transaction.atomic
def note_zone_changes(*, now: datetime, release: str | None = None) -> list[WallChange]:
    """Compare this process's zone database with the one noted before, tell people, and note this one.

    Returns the sessions whose time of day has changed. The first time there is nothing to compare with. A process with
    an older release changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    noted = {rules.zone: rules for rules in ZoneRules.objects.all()}
    newest = max((rules.release for rules in noted.values()), default="")
    release = release or zone_release()
    if release < newest:
        return []
    present = {zone: offsets_of(zone, _midnight_before(now)) for zone in zone_names()}
    changes = _find_wall_changes({zone: rules.offsets for zone, rules in noted.items()}, present, release, now=now)
    written = WallChange.objects.bulk_create(changes)
    schedule_notices(*(due for change in written for due in wall_change_dues(change)), now=now)
    ZoneRules.objects.bulk_create(
        [ZoneRules(zone=zone, release=release, offsets=offsets) for zone, offsets in present.items()],
        update_conflicts=True,
        unique_fields=["zone"],
        update_fields=["release", "offsets"],
    )
    return written


def wall_change_dues(change: WallChange) -> list[Due]:
    return [
        Due(WALL_CHANGE, person, WALL_CHANGE_SUBJECT, change.pk, change.version, change.at, change.start)
        for person in change.booking.participants
    ]


def _find_wall_changes(
    before: dict[str, Offsets], present: dict[str, list[list[int]]], release: str, *, now: datetime
) -> list[WallChange]:
    def moved_for(person: User, start: datetime) -> int | None:
        """The minutes ahead of UTC that their clock would have shown at the start, if that has changed; else None."""
        if person.timezone not in before or person.timezone not in present:
            return None
        was = offset_in(before[person.timezone], start)
        return was if was != offset_in(present[person.timezone], start) else None

    ahead = Booking.objects.filter(state__in=TIMED, during__startswith__gt=now).exclude(mentee=None)
    found = []
    for booking in ahead.select_related("mentor", "mentee").order_by("during", "pk"):
        mentor, mentee = moved_for(booking.mentor, booking.start), moved_for(known(booking.mentee), booking.start)
        if mentor is not None or mentee is not None:
            about = {"booking": booking, "release": release, "start": booking.start, "at": now}
            found.append(WallChange(**about, mentor_before=mentor, mentee_before=mentee))
    return found


def _midnight_before(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
