from .domains import DomainRule
from .invitations import Invitation
from .members import Manager, Membership, Source
from .programmes import Directory, Programme, ProgrammeState, Stage
from .rosters import BAD, Invitee, Roster, RosterRow, RosterState, Verdict
from .rule_changes import RuleChange
from .states import ASKED, INSIDE, LIVE, SHUT_OUT, MembershipState

__all__ = [
    "ASKED",
    "BAD",
    "INSIDE",
    "LIVE",
    "SHUT_OUT",
    "Directory",
    "DomainRule",
    "Invitation",
    "Invitee",
    "Manager",
    "Membership",
    "MembershipState",
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
