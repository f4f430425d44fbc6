"""Lines of the inbox about a mentor's profile."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.models import InboxItem
from notifications.registry import InboxLine

SENTENCES = {
    "profile_received": _("We’ve received your profile. A person will read it."),
    "profile_approved": _("Your profile is live"),
    "profile_changes": _("We’ve asked for changes to your profile"),
    "profile_declined": _("We can’t publish what you sent"),
    "profile_suspended": _("Your profile is suspended"),
}


def inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    page = reverse("mentor_profile")
    return {item.pk: InboxLine(str(SENTENCES[item.kind]), page) for item in items}
