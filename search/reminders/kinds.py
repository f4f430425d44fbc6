"""A reminder as a mail, and as a line of the inbox: what the next step is, as things are when it is read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.known import known
from common.mail.rendering import Context, absolute_url
from notifications.models import Group, InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Kind, Message, Nothing, Policy
from programmes.models import RUNNING, Nudge, NudgeStage

from .steps import list_steps
from .sweep import NUDGE

LINES: dict[str, Promise] = {
    NudgeStage.NEVER_ASKED: _("%(programme)s: find someone for your first question"),
    NudgeStage.NO_TIMES: _("%(programme)s: tell people when you have time"),
    NudgeStage.NOTHING_YET: _("%(programme)s: nobody has said yes yet. Ask someone else"),
    NudgeStage.NEVER_MET: _("%(programme)s: your session didn’t take place. Book another time"),
}


def render_nudge_email(row: Notification, now: datetime) -> Message | Nothing:
    nudge = Nudge.objects.select_related("programme", "person__mentor_profile").filter(pk=row.subject_id).first()
    if nudge is None:
        return Nothing("gone")
    programme = nudge.programme
    if not programme.reminds or programme.stage_at(now) not in RUNNING:
        return Nothing("no reminders any more")
    if (row.recipient_id, NudgeStage(nudge.stage)) not in set(list_steps(programme, now, [row.recipient_id])):
        return Nothing("not so any more")
    context: Context = {
        "stage": nudge.stage,
        "programme": programme.name,
        "step_url": settings.SITE_URL + step_address(nudge),
        "page_url": absolute_url("programme", programme.slug),
    }
    return NoticeReader(row.recipient, now).render_email("programmes/nudge", context, from_name=programme.name)


def step_address(nudge: Nudge) -> str:
    """The path of the page on which the step is taken; a search lists the mentors of the programme."""
    if nudge.stage != NudgeStage.NO_TIMES:
        return f"{reverse('mentor_list')}?programme={nudge.programme.slug}"
    return reverse("mentor_availability" if hasattr(known(nudge.person), "mentor_profile") else "become_a_mentor")


def nudge_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    rows = Nudge.objects.filter(person=reader, pk__in=[item.subject_id for item in items])
    found = {row.pk: row for row in rows.select_related("programme", "person__mentor_profile")}
    return {
        item.pk: InboxLine(str(LINES[row.stage]) % {"programme": row.programme.name}, step_address(row))
        for item in items
        if (row := found.get(item.subject_id))
    }


# Of a doubtful mail no second copy is sent: a reminder too many is worse than one that is missing.
KINDS = [Kind(NUDGE, NUDGE, render_nudge_email, nudge_lines, policy=Policy.HOLD, group=Group.NUDGES)]
