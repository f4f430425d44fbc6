"""What every act inside an engagement shares: the lock, whose it is, and whether it still goes on."""

from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.errors import SessionError
from sessions_app.locks import lock_people
from sessions_app.models import Engagement


def lock_engagement(engagement: Engagement) -> Engagement:
    """The engagement as it is now, with its people locked: whoever writes into it waits its turn."""
    lock_people(engagement.mentor_id, engagement.mentee_id)
    return Engagement.objects.select_related("mentor", "mentee").get(pk=engagement.pk)


def why_not_share(engagement: Engagement) -> SessionError | None:
    """What pages and services both ask before anything is added, be it a file or a message."""
    if engagement.closed_at is not None:
        words = _("This has ended. A new session or question starts a new conversation, with files of its own.")
        return SessionError("closed", words)
    return None


def check_part_in(engagement: Engagement, person: User) -> None:
    if person.pk not in (engagement.mentor_id, engagement.mentee_id):
        raise SessionError("not_yours", _("This belongs to other people."))
