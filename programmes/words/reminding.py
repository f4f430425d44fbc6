"""What holds for every reminder: who switches them on, when they are due, and who gets none."""

from datetime import timedelta

from django.db import transaction

from accounts.models import User
from common.hashing import hash_text
from common.pages.seen import mark_of
from programmes.errors import stale_error
from programmes.managers import check_manages, lock_programme
from programmes.models import NudgeStage, Programme

# How long after something a step counts as not taken
DUE_AFTER: dict[str, timedelta] = {
    NudgeStage.INVITED: timedelta(days=7),
    NudgeStage.NEVER_ASKED: timedelta(days=14),
    NudgeStage.NO_TIMES: timedelta(days=7),
    NudgeStage.NOTHING_YET: timedelta(days=3),
    NudgeStage.NEVER_MET: timedelta(days=7),
}
# One person gets no more than one in this time, whichever programme reminds them.
REST = timedelta(days=14)
HELD_OUT_OF = 10


def reminders_mark(programme: Programme) -> str:
    return mark_of("reminders", programme.reminds)


@transaction.atomic
def switch_reminders(*, programme: Programme, is_on: bool, by: User, seen: str) -> bool:
    """Begin to remind people of a programme, or stop. `seen` is the mark of what the page showed.

    Returns whether that changed anything. Raises PermissionDenied, ProgrammeError `stale`.
    """
    programme = lock_programme(programme)
    check_manages(by, programme)
    if programme.reminds == is_on:
        return False
    if seen != reminders_mark(programme):
        raise stale_error()
    programme.reminds = is_on
    programme.save(update_fields=["reminds"])
    return True


def is_held_out(programme: Programme, who: int | str) -> bool:
    """Whether this person, or this address, is in the tenth of a programme that gets no reminders: always the same."""
    return int(hash_text(f"reminders {programme.pk} {who}")[:12], 16) % HELD_OUT_OF == 0
