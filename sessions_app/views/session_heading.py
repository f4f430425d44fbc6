"""The heading of a session's page: what is the case now, in one line, for the one who reads it."""

from django.utils.translation import gettext as _

from sessions_app.booking.stages import Stage

from .session_attendance import Desk


def heading_of(desk: Desk, *, asks: bool) -> str:
    """`asks`: whether the page asks its reader how the session went."""
    if desk.stage == Stage.MISSED:
        return _missed(desk)
    if desk.stage == Stage.OVER and desk.question:
        return _("Did you come?")
    if desk.stage == Stage.OVER and asks:
        return _("How did it go?")
    words = _("%(minutes)d minutes with %(name)s")
    return _answered(desk) or words % {"minutes": desk.booking.length, "name": desk.other.display_name}


def _missed(desk: Desk) -> str:
    if desk.attendance.is_contested:
        return _("Who came is not settled yet")
    if desk.is_mine:
        return _("You missed this session")
    return _("%(name)s did not join") % {"name": desk.other.first_name}


def _answered(desk: Desk) -> str:
    """Of a request, and of what was called off; empty for any other session."""
    is_mentor = desk.reader.pk == desk.booking.mentor_id
    match desk.stage:
        case Stage.WAITING:
            words = _("%(name)s asks for %(minutes)d minutes") if is_mentor else _("Waiting for %(name)s")
        case Stage.DECLINED:
            words = _("You declined this request") if is_mentor else _("%(name)s cannot make it")
        case Stage.EXPIRED:
            words = _("You did not answer in time") if is_mentor else _("%(name)s did not answer in time")
        case Stage.WITHDRAWN:
            words = _("%(name)s withdrew this request") if is_mentor else _("You withdrew this request")
        case Stage.CANCELLED:
            words = _cancelled(desk)
        case _:
            return ""
    return words % {"name": desk.other.first_name, "minutes": desk.booking.length}


def _cancelled(desk: Desk) -> str:
    if desk.booking.ended_by_id == desk.reader.pk:
        return _("You cancelled this session")
    if desk.booking.ended_by_id == desk.other.pk:
        return _("%(name)s cancelled this session")
    return _("Our team cancelled this session")
