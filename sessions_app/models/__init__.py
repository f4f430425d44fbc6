from .bookings import (
    OCCUPYING,
    Booking,
    BookingEvent,
    BookingState,
    Brief,
    Engagement,
    Occupancy,
)
from .feedback import Feedback, Resolution, Role, WordsAct, WordsDecision
from .feeds import CalendarFeed
from .files import SharedFile
from .followups import ActionItem, FollowUp, FollowUpQuestion, FollowUpStep
from .schedules import AvailabilityWindow, DateOverride, Schedule, TimeOff

__all__ = [
    "OCCUPYING",
    "ActionItem",
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
    "Occupancy",
    "Resolution",
    "Role",
    "Schedule",
    "SharedFile",
    "TimeOff",
    "WordsAct",
    "WordsDecision",
]
