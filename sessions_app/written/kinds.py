"""The kinds of notices about questions in writing."""

from functools import partial

from notifications.models import Group
from notifications.registry import Kind
from sessions_app.models import WRITTEN_SUBJECT, WrittenQuestion, WrittenState

from .emails import REMINDERS, TAKEN_BACK, render_written_email
from .inbox import written_inbox_lines


def _news_kind(name: str, state: WrittenState, *, elsewhere: bool = False) -> Kind:
    """`elsewhere`: the mail to the mentee names others who could help."""
    say = partial(render_written_email, template=f"written/{name}", state=state, elsewhere=elsewhere)
    return Kind(name, WRITTEN_SUBJECT, render=say, lines=written_inbox_lines, model=WrittenQuestion)


def _reminder_kind(name: str) -> Kind:
    return Kind(
        name,
        WRITTEN_SUBJECT,
        render=partial(render_written_email, template="written/written_waiting", state=WrittenState.ASKED),
        lines=written_inbox_lines,
        model=WrittenQuestion,
        passing=True,
        group=Group.REMINDERS,
    )


KINDS = [
    _news_kind("written_asked", WrittenState.ASKED),
    *(_reminder_kind(name) for name in REMINDERS),
    _news_kind("written_answered", WrittenState.ANSWERED),
    _news_kind("written_declined", WrittenState.DECLINED, elsewhere=True),
    _news_kind("written_expired", WrittenState.EXPIRED, elsewhere=True),
    _news_kind(TAKEN_BACK, WrittenState.WITHDRAWN),
]
