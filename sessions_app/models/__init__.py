"""The tables of this app, one module for each concept."""

from .attendance import AttendanceAct, AttendanceKind
from .bookings import Booking, BookingEvent, Brief, CounterTime, Engagement
from .busy import BusyMinutes, BusySpan
from .certificates import Certificate
from .contacts import Contact
from .endings import MoreTime, Takeaway
from .feedback import Feedback, QuoteAct, QuoteDecision, Resolution, Role
from .feeds import CalendarFeed
from .files import ScanState, SharedFile
from .followups import FollowUp, FollowUpQuestion, FollowUpStep, NextStep
from .ledger import Confirmation, Excuse, ExcuseKind, LedgerReview
from .occupancy import Occupancy
from .rooms import RoomSeat, RoomSignal, SignalKind
from .routes import Route, RouteKind, RouteState
from .schedules import AvailabilityWindow, DateOverride, Schedule, TimeOff
from .states import BookingState
from .stuck import StuckRow
from .tallies import MentorTally
from .threads import THREAD_SUBJECT, Message, ReadMarker
from .waiting import HeldTime, LineRound, ReservedTime, WaitlistEntry
from .written import ANSWERED_WITHIN, WRITTEN_SUBJECT, WrittenQuestion, WrittenState
from .zones import WallChange, ZoneRules

__all__ = [
    "ANSWERED_WITHIN",
    "THREAD_SUBJECT",
    "WRITTEN_SUBJECT",
    "AttendanceAct",
    "AttendanceKind",
    "AvailabilityWindow",
    "Booking",
    "BookingEvent",
    "BookingState",
    "Brief",
    "BusyMinutes",
    "BusySpan",
    "CalendarFeed",
    "Certificate",
    "Confirmation",
    "Contact",
    "CounterTime",
    "DateOverride",
    "Engagement",
    "Excuse",
    "ExcuseKind",
    "Feedback",
    "FollowUp",
    "FollowUpQuestion",
    "FollowUpStep",
    "HeldTime",
    "LedgerReview",
    "LineRound",
    "MentorTally",
    "Message",
    "MoreTime",
    "NextStep",
    "Occupancy",
    "QuoteAct",
    "QuoteDecision",
    "ReadMarker",
    "ReservedTime",
    "Resolution",
    "Role",
    "RoomSeat",
    "RoomSignal",
    "Route",
    "RouteKind",
    "RouteState",
    "ScanState",
    "Schedule",
    "SharedFile",
    "SignalKind",
    "StuckRow",
    "Takeaway",
    "TimeOff",
    "WaitlistEntry",
    "WallChange",
    "WrittenQuestion",
    "WrittenState",
    "ZoneRules",
]
