"""What is known of who came, as lines of a list."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django import template
from django.utils.translation import gettext as _

from sessions_app.attendance.facts import Attendance
from sessions_app.models import AttendanceAct, AttendanceKind
from sessions_app.models.attendance import DECISIONS

register = template.Library()


class AttendanceLine(NamedTuple):
    kind: str
    text: str
    words: str
    at: datetime


@register.filter
def told(attendance: Attendance) -> Iterator[AttendanceLine]:
    """All acts in order; of each person's joins the first and the last."""
    joins: dict[int, list[AttendanceAct]] = {}
    for act in attendance.acts:
        if act.kind == AttendanceKind.JOINED:
            joins.setdefault(act.person_id, []).append(act)
    between = {act.pk for acts in joins.values() for act in acts[1:-1]}
    for act in attendance.acts:
        if act.kind in DECISIONS:
            # Which member of the team decided isn't shown; what they wrote is shown elsewhere on the page.
            yield AttendanceLine(act.kind, _("Our team %(did)s") % {"did": act.get_kind_display()}, "", act.at)
        elif act.pk not in between:
            yield AttendanceLine(act.kind, act_sentence(act, attendance), act.words, act.at)


def act_sentence(act: AttendanceAct, attendance: Attendance) -> str:
    names = {"name": act.person.first_name, "other": attendance.booking.other_person(act.person).first_name}
    if act.kind == AttendanceKind.ABSENT:
        return _("%(name)s says %(other)s hasn’t come") % names
    if act.kind == AttendanceKind.ARRIVED:
        return _("%(name)s says %(other)s is here after all") % names
    return _("%(name)s %(did)s") % (names | {"did": act.get_kind_display()})
