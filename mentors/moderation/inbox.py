"""Lines of the inbox about a mentor's profile."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.inbox import InboxLine, register_inbox_kinds
from notifications.models import InboxItem

SENTENCES = {
    "profile_received": _("We have your profile. A person reads it."),
    "profile_approved": _("Your profile is live"),
    "profile_changes": _("We ask for changes to your profile"),
    "profile_declined": _("We cannot publish what you sent for your profile"),
    "profile_suspended": _("Your profile is suspended"),
}


def register_lines() -> None:
    register_inbox_kinds(*SENTENCES, lines=inbox_lines)


def inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    page = reverse("mentor_profile")
    return {item.pk: InboxLine(str(SENTENCES[item.kind]), page) for item in items}
