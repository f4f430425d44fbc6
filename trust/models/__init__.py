"""Who is apart from whom; reports, the cases they lead to, and what follows from a case."""

from .cases import ABOUT_SANCTIONS, KEEPS_HIDDEN, Case, CaseState, Exhibit, Opening, Outcome, Rule
from .reports import Report, ReportAddition, ReportKind
from .sanctions import Appeal, AppealOutcome, Sanction, SanctionKind, is_barred_sql
from .seals import Seal
from .separations import (
    END_EVERYTHING,
    Separation,
    SeparationKind,
    apart_from_sql,
    live_sql,
    ordered_pair,
    pair_is_apart_sql,
    pair_is_cut_off_sql,
    parted_around_sql,
)
from .signals import LooksFor, SignalHit, SignalMark, SignalRule

__all__ = [
    "ABOUT_SANCTIONS",
    "END_EVERYTHING",
    "KEEPS_HIDDEN",
    "Appeal",
    "AppealOutcome",
    "Case",
    "CaseState",
    "Exhibit",
    "LooksFor",
    "Opening",
    "Outcome",
    "Report",
    "ReportAddition",
    "ReportKind",
    "Rule",
    "Sanction",
    "SanctionKind",
    "Seal",
    "Separation",
    "SeparationKind",
    "SignalHit",
    "SignalMark",
    "SignalRule",
    "apart_from_sql",
    "is_barred_sql",
    "live_sql",
    "ordered_pair",
    "pair_is_apart_sql",
    "pair_is_cut_off_sql",
    "parted_around_sql",
]
