"""What the inbox says about what follows a session: the question, and the page that asks it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Exists
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.inbox import Line, shows
from notifications.models import InboxItem

from .followup_notices import ACTION_KIND, KINDS
from .followups import later_contacts, step_text
from .models import ActionItem, Booking, BookingState, FollowUpStep

STEPS = {kind: step for step, kind in KINDS.items()}


def register_lines() -> None:
    shows(*STEPS, lines=follow_up_lines, passing=True)
    shows(ACTION_KIND, lines=action_lines, passing=True)


def follow_up_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, Line]:
    held = Booking.objects.filter(mentee=reader, state=BookingState.COMPLETED).select_related("mentor")
    bookings = held.exclude(Exists(later_contacts())).in_bulk({item.subject_id for item in items})
    return {
        item.pk: follow_up_line(bookings[item.subject_id], STEPS[item.kind])
        for item in items
        if item.subject_id in bookings
    }


def follow_up_line(booking: Booking, step: FollowUpStep) -> Line:
    words = {"minutes": booking.length, "name": booking.mentor.first_name}
    text = _("After %(minutes)s minutes with %(name)s: is your question solved?") % words
    return Line(text, reverse("session_follow_up", args=[booking.uuid, step.value]))


def action_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, Line]:
    own = ActionItem.objects.filter(person=reader).select_related("booking")
    actions = own.in_bulk({item.subject_id for item in items})
    return {item.pk: action_line(actions[item.subject_id]) for item in items if item.subject_id in actions}


def action_line(action: ActionItem) -> Line:
    page = reverse("session_follow_up", args=[action.booking.uuid, FollowUpStep.ACTION.value])
    return Line(_("Today: %(step)s") % {"step": step_text(action)}, page)
