"""The notice that a time is held. The text of the mail is in `emails.py`."""

from datetime import timedelta

from notifications.services import Due
from sessions_app.models import HeldTime, WaitlistEntry

HELD_TIME = "held_time"
WAITING_SUBJECT = "waiting"
# A person for whom mentors are asked is told when nobody has said yes for so long.
STILL_LOOKING = {"still_looking": timedelta(hours=24), "still_looking_long": timedelta(hours=72)}
NEWS_KEEPS = timedelta(hours=24)


def held_time_due(held: HeldTime) -> Due:
    return Due(HELD_TIME, held.person_id, HELD_TIME, held.pk, held.version, held.at, held.until)


def still_looking_dues(waiting: WaitlistEntry) -> list[Due]:
    return [
        Due(kind, waiting.person_id, WAITING_SUBJECT, waiting.pk, 0, due := waiting.since + after, due + NEWS_KEEPS)
        for kind, after in STILL_LOOKING.items()
    ]
