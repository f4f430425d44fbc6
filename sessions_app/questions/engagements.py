"""What all acts within an engagement share: the lock, and whether it is still open."""

from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.errors import SessionError
from sessions_app.locks import lock_people
from sessions_app.models import Engagement


def lock_engagement(engagement: Engagement) -> Engagement:
    lock_people(engagement.mentor_id, engagement.mentee_id)
    return Engagement.objects.select_related("mentor", "mentee").get(pk=engagement.pk)


def why_not_share(engagement: Engagement) -> SessionError | None:
    """Why nothing can be added to the engagement, be it a file or a message. For pages and services."""
    if engagement.closed_at is not None:
        words = _("This has ended. A new session or question starts a new conversation, with its own files.")
        return SessionError("closed", words)
    return None


def check_part_in(engagement: Engagement, person: User) -> None:
    if person.pk not in (engagement.mentor_id, engagement.mentee_id):
        raise SessionError("not_yours", _("You don’t have access to this."))
