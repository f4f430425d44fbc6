"""The mails after an event, written from what is known when they leave."""

from collections.abc import Callable
from datetime import datetime

from common.mail.rendering import absolute_url
from events.models import Goal, Pairing, Registration, Side
from events.registering.emails import RegistrationForReader, registration_facts
from notifications.models import Notification
from notifications.registry import Message, Nothing, Render

from .answers import has_said_how_it_was, mutual_meetings


def render_asked(row: Notification, now: datetime) -> Message | Nothing:
    registration = _registration(row.subject_id)
    if registration is None or not registration.is_in:
        return Nothing("not there")
    if has_said_how_it_was(registration):
        return Nothing("answered meanwhile")
    return _write("asked", registration, now, has_rounds=registration.event.has_rounds)


def render_again(row: Notification, now: datetime) -> Message | Nothing:
    registration = _registration(row.subject_id)
    if registration is None:
        return Nothing("registration is gone")
    known = mutual_meetings(registration.event, Pairing.objects.of(registration)).get(registration.pk, [])
    if not known:
        return Nothing("no longer mutual")
    pairs = Pairing.objects.with_people().filter(pk__in=known).order_by("pk")
    names = [pair.partner_of(registration).board_name for pair in pairs]
    return _write("again", registration, now, names=names)


def goal_email(template: str, reader_of: Callable[[Goal], Registration | None]) -> Render:
    def render(row: Notification, now: datetime) -> Message | Nothing:
        goal = Goal.objects.with_people().filter(pk=row.subject_id).first()
        reader = reader_of(goal) if goal else None
        if goal is None or reader is None:
            return Nothing("nobody to ask")
        reader = _registration(reader.pk)
        if reader is None:
            return Nothing("registration is gone")
        names = {"goal": goal.text, "witness": goal.witness.board_name if goal.witness else ""}
        goal_url = absolute_url("event_goal", goal.registration.event.slug)
        return _write(template, reader, now, **names, name=goal.registration.board_name, goal_url=goal_url)

    return render


# Who agreed, unless they have said it on the page since the day began
def witness_to_ask(goal: Goal) -> Registration | None:
    return goal.witness if goal.is_witnessed and goal.in_touch is None else None


render_goal_due = goal_email("goal_due", lambda goal: None if goal.went else goal.registration)
render_in_touch = goal_email("in_touch", witness_to_ask)


def _registration(pk: int) -> Registration | None:
    return Registration.objects.select_related("person", "event__by").filter(pk=pk).first()


def _write(template: str, registration: Registration, now: datetime, **facts: object) -> Message:
    reader = RegistrationForReader(registration.person, now, registration)
    after_url = absolute_url("event_after", registration.event.slug)
    own = {"after_url": after_url, "is_guest": registration.side == Side.GUEST}
    return reader.render_email(f"events/{template}", registration_facts(reader) | own | facts)
