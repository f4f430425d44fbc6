from .attendance import AttendanceAct, AttendanceKind
from .bookings import OCCUPYING, Booking, BookingEvent, BookingState, Brief, Engagement, Occupancy
from .certificates import Certificate
from .contacts import Contact
from .endings import MoreTime, Takeaway
from .feedback import Feedback, Resolution, Role, WordsAct, WordsDecision
from .feeds import CalendarFeed
from .files import SharedFile
from .followups import ActionItem, FollowUp, FollowUpQuestion, FollowUpStep
from .schedules import AvailabilityWindow, DateOverride, Schedule, TimeOff
from .stuck import StuckRow
from .threads import THREAD_SUBJECT, Message, Report, ReportReason, Seat, ThreadOpening
from .waiting import HeldTime, LineRound, SetAside, Waiting
from .written import ANSWERED_WITHIN, WRITTEN_SUBJECT, WrittenQuestion, WrittenState
from .zones import WallChange, ZoneRules

__all__ = [
    "ANSWERED_WITHIN",
    "OCCUPYING",
    "THREAD_SUBJECT",
    "WRITTEN_SUBJECT",
    "ActionItem",
    "AttendanceAct",
    "AttendanceKind",
    "AvailabilityWindow",
    "Booking",
    "BookingEvent",
    "BookingState",
    "Brief",
    "CalendarFeed",
    "Certificate",
    "Contact",
    "DateOverride",
    "Engagement",
    "Feedback",
    "FollowUp",
    "FollowUpQuestion",
    "FollowUpStep",
    "HeldTime",
    "LineRound",
    "Message",
    "MoreTime",
    "Occupancy",
    "Report",
    "ReportReason",
    "Resolution",
    "Role",
    "Schedule",
    "Seat",
    "SetAside",
    "SharedFile",
    "StuckRow",
    "Takeaway",
    "ThreadOpening",
    "TimeOff",
    "Waiting",
    "WallChange",
    "WordsAct",
    "WordsDecision",
    "WrittenQuestion",
    "WrittenState",
    "ZoneRules",
]
