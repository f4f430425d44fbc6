"""The tables of events; each concept has a file."""

from .evening import Answer, Goal, PairMessage, Presence, PresenceKind, Went
from .events import Event, EventKind, EventMode, Helper, HelperRole, Shape, Side
from .plans import Chair, EventTable, Outcome, Pairing, Plan, PlanState, Round
from .registrations import (
    Attending,
    MeToo,
    Place,
    Registration,
    Wish,
    WishKind,
)
from .states import EventState, RegistrationState

__all__ = [
    "Answer",
    "Attending",
    "Chair",
    "Event",
    "EventKind",
    "EventMode",
    "EventState",
    "EventTable",
    "Goal",
    "Helper",
    "HelperRole",
    "MeToo",
    "Outcome",
    "PairMessage",
    "Pairing",
    "Place",
    "Plan",
    "PlanState",
    "Presence",
    "PresenceKind",
    "Registration",
    "RegistrationState",
    "Round",
    "Shape",
    "Side",
    "Went",
    "Wish",
    "WishKind",
]
