"""Lines of the inbox about what follows a session: the question, and the page that asks it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Exists
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import InboxItem
from notifications.registry import InboxLine
from sessions_app.models import Booking, BookingState, FollowUpStep, NextStep, WrittenQuestion
from sessions_app.questions.asked_later import FOLLOW_UP_KINDS, WRITTEN_FOLLOW_UP_KINDS

from .questions import calls_after, later_contacts, next_step_text

STEP_OF_KIND = {kind: step for step, kind in FOLLOW_UP_KINDS.items()}
STEP_OF_WRITTEN_KIND = {kind: step for step, kind in WRITTEN_FOLLOW_UP_KINDS.items()}


def follow_up_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    held = Booking.objects.filter(mentee=reader, state=BookingState.COMPLETED).select_related("mentor")
    bookings = held.exclude(Exists(later_contacts())).in_bulk({item.subject_id for item in items})
    return {
        item.pk: follow_up_inbox_line(bookings[item.subject_id], STEP_OF_KIND[item.kind])
        for item in items
        if item.subject_id in bookings
    }


def follow_up_inbox_line(booking: Booking, step: FollowUpStep) -> InboxLine:
    words = {"minutes": booking.length, "name": booking.mentor.first_name}
    text = _("After %(minutes)s minutes with %(name)s: is your question solved?") % words
    return InboxLine(text, reverse("session_follow_up", args=[booking.uuid, step.value]))


def next_step_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    own = NextStep.objects.filter(person=reader).select_related("booking")
    actions = own.in_bulk({item.subject_id for item in items})
    return {item.pk: next_step_inbox_line(actions[item.subject_id]) for item in items if item.subject_id in actions}


def next_step_inbox_line(action: NextStep) -> InboxLine:
    page = reverse("session_follow_up", args=[action.booking.uuid, FollowUpStep.NEXT_STEP.value])
    return InboxLine(_("Today: %(step)s") % {"step": next_step_text(action)}, page)


def later_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    """The questions some days after an answer in writing, unless a session about it has questions of its own."""
    mine = WrittenQuestion.objects.filter(mentee=reader).exclude(Exists(calls_after())).with_people()
    known = mine.in_bulk({item.subject_id for item in items})
    return {item.pk: later_inbox_line(item.kind, known[item.subject_id]) for item in items if item.subject_id in known}


def later_inbox_line(kind: str, written: WrittenQuestion) -> InboxLine:
    text = _("After %(name)s’s answer: is your question solved?") % {"name": written.mentor.first_name}
    step = STEP_OF_WRITTEN_KIND[kind]
    return InboxLine(text, reverse("written_follow_up", args=[written.engagement.uuid, step.value]))
