"""When a mentee is asked again, and reminded of their step. The text of the mails is in `emails.py`."""

from datetime import datetime, time, timedelta

from accounts.models import User
from notifications.services import Due, reschedule_notices
from sessions_app.models import NextStep
from sessions_app.questions.asked_later import at_local

NEXT_STEP_SUBJECT = "action"
NEXT_STEP_KIND = "action_due"
MORNING = time(9)


def next_step_dues(action: NextStep) -> list[Due]:
    """The reminder of a step that isn't done: at nine on its day in the mentee's zone, and on that day only.

    None if that moment had passed when the step was written.
    """
    due_at = at_local(action.due_on, MORNING, action.person.zone)
    if action.done_at or due_at < action.written_at:
        return []
    midnight = at_local(action.due_on + timedelta(days=1), time(), action.person.zone)
    return [Due(NEXT_STEP_KIND, action.person_id, NEXT_STEP_SUBJECT, action.pk, action.version, due_at, midnight)]


def follow_zone(person: User, now: datetime) -> None:
    """Steps whose day may still come are reminded of in the morning of where this person is now."""
    open_steps = NextStep.objects.filter(person=person, done_at=None, due_on__gte=(now - timedelta(days=1)).date())
    dues = [due for step in open_steps.select_related("person") for due in next_step_dues(step)]
    reschedule_notices(*dues, now=now)
