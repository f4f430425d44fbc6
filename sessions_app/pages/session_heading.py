"""The heading of a session's page: what is the case now, in one line, for the one who reads it."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sessions_app.booking.stages import SessionStage

from .session_attendance import AttendancePanel


def heading_of(desk: AttendancePanel, *, asks: bool, is_freed: bool) -> str:
    """`asks`: whether the page asks its reader how the session went. `is_freed`: they hadn't confirmed it."""
    if is_freed:
        return _("You didn’t confirm this session in time")
    if desk.stage == SessionStage.MISSED:
        return _missed_heading(desk)
    if desk.stage == SessionStage.OVER and desk.question:
        return _("Did you come?")
    if desk.stage == SessionStage.OVER and asks:
        return _("How did it go?")
    words = _("%(minutes)d minutes with %(name)s")
    # As it was booked: what the two agree on meanwhile stands below it.
    return _answered_heading(desk) or words % {"minutes": desk.booking.booked_length, "name": desk.other.display_name}


def _missed_heading(desk: AttendancePanel) -> str:
    if desk.attendance.is_contested:
        return _("Not decided yet: who came")
    if desk.is_reader_missing:
        return _("You missed this session")
    return _("%(name)s didn’t join") % {"name": desk.other.first_name}


def _answered_heading(desk: AttendancePanel) -> str:
    """Of a request, and of what was called off; empty for any other session."""
    is_mentor = desk.reader.pk == desk.booking.mentor_id
    match desk.stage:
        case SessionStage.WAITING:
            words = _("%(name)s is asking for %(minutes)d minutes") if is_mentor else _("Waiting for %(name)s")
        case SessionStage.COUNTERED:
            words = _("Waiting for %(name)s to choose") if is_mentor else _offered_words(desk)
        case SessionStage.EXPIRED if desk.booking.counter_times.exists():
            words = _("%(name)s didn’t choose a time") if is_mentor else _("You didn’t choose a time")
        case SessionStage.DECLINED:
            words = _("You declined this request") if is_mentor else _("%(name)s can’t make it")
        case SessionStage.EXPIRED:
            words = _("You didn’t answer in time") if is_mentor else _("%(name)s didn’t answer in time")
        case SessionStage.WITHDRAWN:
            words = _("%(name)s withdrew this request") if is_mentor else _("You withdrew this request")
        case SessionStage.CANCELLED:
            words = _cancelled_heading(desk)
        case _:
            return ""
    return words % {"name": desk.other.first_name, "minutes": desk.booking.length}


def _offered_words(desk: AttendancePanel) -> str:
    count = desk.booking.counter_times.count()
    return ngettext("%(name)s has offered you another time", "%(name)s has offered you other times", count)


def _cancelled_heading(desk: AttendancePanel) -> str:
    if desk.booking.ended_by_id == desk.reader.pk:
        return _("You cancelled this session")
    if desk.booking.ended_by_id == desk.other.pk:
        return _("%(name)s cancelled this session")
    if desk.booking.cannot_take_place:
        return _("This session can’t take place")
    return _("Our team cancelled this session")
