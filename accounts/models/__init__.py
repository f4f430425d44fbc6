"""The tables of this app, one module for each concept."""

from .consents import Consent, ConsentHow
from .my_data import (
    UNFINISHED,
    DataExport,
    Erasure,
    ErasureState,
    ExportState,
    LetterAct,
    LetterOutcome,
    LetterRequest,
)
from .people import LOCK_PEOPLE, HourCycle, Theme, User, UserManager, UserQuerySet
from .programs import AccessToken, KeptAnswer, RequestCount, Scope
from .resets import FactorReset
from .staff import ABOUT_CASES, ABOUT_PROGRAMMES, StaffRole, Trace, TracedAct, TraceManager

__all__ = [
    "ABOUT_CASES",
    "ABOUT_PROGRAMMES",
    "LOCK_PEOPLE",
    "UNFINISHED",
    "AccessToken",
    "Consent",
    "ConsentHow",
    "DataExport",
    "Erasure",
    "ErasureState",
    "ExportState",
    "FactorReset",
    "HourCycle",
    "KeptAnswer",
    "LetterAct",
    "LetterOutcome",
    "LetterRequest",
    "RequestCount",
    "Scope",
    "StaffRole",
    "Theme",
    "Trace",
    "TraceManager",
    "TracedAct",
    "User",
    "UserManager",
    "UserQuerySet",
]
