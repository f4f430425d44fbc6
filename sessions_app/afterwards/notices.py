"""When a mentee is asked again, and reminded of the step. What the mails say is in `followup_letters.py`."""

from datetime import time, timedelta

from notifications.services import Due
from sessions_app.models import ActionItem
from sessions_app.questions.asked_later import at_local

ACTION_SUBJECT = "action"
ACTION_KIND = "action_due"
MORNING = time(9)


def action_dues(action: ActionItem) -> list[Due]:
    """The reminder of a step that is not done: at nine on its day, in its person's zone, and on that day only.

    None if that morning had passed when the step was written.
    """
    due_at = at_local(action.due_on, MORNING, action.person.zone)
    if action.done_at or due_at < action.written_at:
        return []
    midnight = at_local(action.due_on + timedelta(days=1), time(), action.person.zone)
    return [Due(ACTION_KIND, action.person_id, ACTION_SUBJECT, action.pk, action.version, due_at, midnight)]
