from .invitations import Invitation
from .members import Manager, Membership, Source
from .programmes import Directory, Programme, ProgrammeState, Stage
from .rule_changes import RuleChange
from .states import ASKED, INSIDE, LIVE, SHUT_OUT, MembershipState

__all__ = [
    "ASKED",
    "INSIDE",
    "LIVE",
    "SHUT_OUT",
    "Directory",
    "Invitation",
    "Manager",
    "Membership",
    "MembershipState",
    "Programme",
    "ProgrammeState",
    "RuleChange",
    "Source",
    "Stage",
]
