from .attendance import AttendanceAct, AttendanceKind
from .bookings import (
    OCCUPYING,
    Booking,
    BookingEvent,
    BookingState,
    Brief,
    Engagement,
    Occupancy,
)
from .endings import MoreTime, Takeaway
from .feedback import Feedback, Resolution, Role, WordsAct, WordsDecision
from .feeds import CalendarFeed
from .followups import ActionItem, FollowUp, FollowUpQuestion, FollowUpStep
from .schedules import AvailabilityWindow, DateOverride, Schedule, TimeOff
from .waiting import HeldTime, Waiting

__all__ = [
    "OCCUPYING",
    "ActionItem",
    "AttendanceAct",
    "AttendanceKind",
    "AvailabilityWindow",
    "Booking",
    "BookingEvent",
    "BookingState",
    "Brief",
    "CalendarFeed",
    "DateOverride",
    "Engagement",
    "Feedback",
    "FollowUp",
    "FollowUpQuestion",
    "FollowUpStep",
    "HeldTime",
    "MoreTime",
    "Occupancy",
    "Resolution",
    "Role",
    "Schedule",
    "Takeaway",
    "TimeOff",
    "Waiting",
    "WordsAct",
    "WordsDecision",
]
