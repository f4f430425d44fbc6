"""How what is known of who came reads as a list."""

from django import template
from django.utils.translation import gettext as _

from sessions_app.attendance import Attendance
from sessions_app.models import AttendanceAct, AttendanceKind
from sessions_app.models.attendance import DECISIONS

register = template.Library()


@register.filter
def told(attendance: Attendance) -> list[AttendanceAct]:
    """All acts in order; of each person's joins the first and the last."""
    joins: dict[int, list[AttendanceAct]] = {}
    for act in attendance.acts:
        if act.kind == AttendanceKind.JOINED:
            joins.setdefault(act.person_id, []).append(act)
    between = {act.pk for acts in joins.values() for act in acts[1:-1]}
    return [act for act in attendance.acts if act.pk not in between]


@register.filter
def sentence(act: AttendanceAct) -> str:
    """“Alice pressed Join”; who of the team decided is the team's own affair."""
    name = _("Our team") if act.kind in DECISIONS else act.person.first_name
    return _("%(name)s %(did)s") % {"name": name, "did": act.get_kind_display()}
