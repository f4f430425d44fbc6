"""The lines of the inbox after an event."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event, Goal, Registration
from notifications.models import InboxItem
from notifications.registry import InboxLine, WriteLines

from .notices import AGAIN, ASKED, GOAL_DUE, IN_TOUCH, WITNESS_ASKED

ABOUT_EVENTS: dict[str, Promise] = {
    ASKED: _("How was %(title)s? One minute for those you met"),
    AGAIN: _("Someone you met at %(title)s also wants to talk again"),
}
# What the line says, and the page that it leads to.
ABOUT_GOALS: dict[str, tuple[Promise, str]] = {
    WITNESS_ASKED: (_("%(name)s asks you to be the witness of a goal from %(title)s"), "event_after"),
    GOAL_DUE: (_("Three months after %(title)s: how did your goal go?"), "event_goal"),
    IN_TOUCH: (_("Did you and %(name)s stay in touch after %(title)s?"), "event_after"),
}


def words_of(kind: str, event: Event) -> Promise:
    return ABOUT_EVENTS[kind] if event.has_rounds else _("Did %(title)s help? One press is enough")


def event_lines(kind: str) -> WriteLines:
    def write(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
        known = Registration.objects.of(reader).select_related("event")
        events = {pk: one.event for pk, one in known.in_bulk({item.subject_id for item in items}).items()}
        return {
            item.pk: InboxLine(
                str(words_of(kind, events[item.subject_id])) % {"title": events[item.subject_id].title},
                reverse("event_after", args=[events[item.subject_id].slug]),
            )
            for item in items
            if item.subject_id in events
        }

    return write


def goal_lines(kind: str) -> WriteLines:
    words, page = ABOUT_GOALS[kind]

    def write(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
        found = Goal.objects.with_people().in_bulk({item.subject_id for item in items})
        goals = {item.pk: found[item.subject_id] for item in items if item.subject_id in found}
        return {
            pk: InboxLine(
                str(words) % {"name": goal.registration.board_name, "title": goal.registration.event.title},
                reverse(page, args=[goal.registration.event.slug]),
            )
            for pk, goal in goals.items()
            if reader.pk in (goal.registration.person_id, goal.witness and goal.witness.person_id)
        }

    return write
