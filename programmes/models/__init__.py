from .claims import ClaimRule
from .domains import DomainRule
from .invitations import Invitation
from .looks import Look
from .members import Manager, Membership, Source
from .programmes import RUNNING, RUNNING_STATES, Directory, Programme, ProgrammeState, Stage
from .rosters import BAD, Invitee, Roster, RosterRow, RosterState, Verdict
from .rule_changes import RuleChange
from .states import ASKED, INSIDE, LIVE, SHUT_OUT, MembershipState
from .words import COUNTS_FOR, MOST_NUDGES, Announcement, Audience, Nudge, NudgeStage

__all__ = [
    "ASKED",
    "BAD",
    "COUNTS_FOR",
    "INSIDE",
    "LIVE",
    "MOST_NUDGES",
    "RUNNING",
    "RUNNING_STATES",
    "SHUT_OUT",
    "Announcement",
    "Audience",
    "ClaimRule",
    "Directory",
    "DomainRule",
    "Invitation",
    "Invitee",
    "Look",
    "Manager",
    "Membership",
    "MembershipState",
    "Nudge",
    "NudgeStage",
    "Programme",
    "ProgrammeState",
    "Roster",
    "RosterRow",
    "RosterState",
    "RuleChange",
    "Source",
    "Stage",
    "Verdict",
]
