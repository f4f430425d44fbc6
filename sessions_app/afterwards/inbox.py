"""What the inbox says about what follows a session: the question, and the page that asks it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Exists
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.inbox import Line, shows
from notifications.models import InboxItem
from sessions_app.models import ActionItem, Booking, BookingState, FollowUpStep, WrittenQuestion
from sessions_app.questions.asked_later import FOLLOW_UP_KINDS, WRITTEN_FOLLOW_UP_KINDS

from .notices import ACTION_KIND
from .questions import calls_after, later_contacts, step_text

STEPS = {kind: step for step, kind in FOLLOW_UP_KINDS.items()}


def register_lines() -> None:
    shows(*STEPS, lines=follow_up_lines, passing=True)
    shows(ACTION_KIND, lines=action_lines, passing=True)
    shows(*WRITTEN_LATER, lines=written_later_lines, passing=True)


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


WRITTEN_LATER = {kind: step for step, kind in WRITTEN_FOLLOW_UP_KINDS.items()}


def written_later_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, Line]:
    """The questions some days after an answer, unless a session about it is asked about itself."""
    mine = WrittenQuestion.objects.filter(mentee=reader).exclude(Exists(calls_after())).with_people()
    known = mine.in_bulk({item.subject_id for item in items})
    return {
        item.pk: written_later_line(item.kind, known[item.subject_id]) for item in items if item.subject_id in known
    }


def written_later_line(kind: str, written: WrittenQuestion) -> Line:
    text = _("After the answer of %(name)s: is your question solved?") % {"name": written.mentor.first_name}
    return Line(text, reverse("written_follow_up", args=[written.engagement.uuid, WRITTEN_LATER[kind].value]))
