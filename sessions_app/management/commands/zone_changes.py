"""manage.py zone_changes: after an update of the zone database, which sessions start at another time on the wall."""

from typing import Any

from django.core.management.base import BaseCommand

from common.clock import agreed_now
from sessions_app.booking.zone_changes import note_zone_changes


class Command(BaseCommand):
    help = "Lists sessions whose wall time a new zone database has moved, and tells both people once."

    def handle(self, *args: Any, **options: Any) -> None:
        changes = note_zone_changes(now=agreed_now())
        for change in changes:
            booking = change.booking
            zones = [
                person.timezone
                for person, before in ((booking.mentor, change.mentor_before), (booking.mentee, change.mentee_before))
                if person is not None and before is not None
            ]
            self.stdout.write(f"{change.start:%Y-%m-%d %H:%M} UTC  {booking.uuid}  {', '.join(dict.fromkeys(zones))}")
        what = "session starts" if len(changes) == 1 else "sessions start"
        self.stdout.write(f"{len(changes):,} {what} at another time on someone's clock.")
