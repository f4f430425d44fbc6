"""Free times, bookings and schedules as programs read and change them."""

from common.api.errors import answers_for
from common.api.problems import Fields
from sessions_app.availability.schedule import ScheduleError
from sessions_app.errors import SessionError

# Codes of input that is wrong in itself (422). All other refusals come from the present state (409).
BOOKING_RULES = {"not_in_writing", "own_profile", "reason_needed", "same_time", "unknown_offer"}
SCHEDULE_RULES = {"away", "ends_early", "exists", "far", "no_time", "no_weekday", "overlap", "past", "rule", "too_many"}
FIELD_OF = {
    "not_in_writing": "offer",
    "own_profile": "offer",
    "reason_needed": "reason",
    "same_time": "start",
    "unknown_offer": "offer",
}


def about_booking(error: SessionError) -> Fields:
    field = FIELD_OF.get(error.code)
    return {field: [str(error.message)]} if field else {}


def about_schedule(error: ScheduleError) -> Fields:
    field = "windows" if error.weekday or error.code in ("no_weekday",) else error.field
    field = {"away_until": "paused_until", "zone": "timezone"}.get(field, field)
    return {field: [str(error.message)]} if field else {}


answers_for(SessionError, unprocessable=BOOKING_RULES, fields=about_booking)
answers_for(ScheduleError, unprocessable=SCHEDULE_RULES, fields=about_schedule)
