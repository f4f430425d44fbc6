"""The notice that a time is held. The text of the mail is in `emails.py`."""

from notifications.services import Due
from sessions_app.models import HeldTime

HELD_TIME = "held_time"


def held_time_due(held: HeldTime) -> Due:
    return Due(HELD_TIME, held.person_id, HELD_TIME, held.pk, held.version, held.at, held.until)
