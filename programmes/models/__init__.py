from .invitations import Invitation
from .members import LIVE, Manager, Membership, MembershipState, Source
from .programmes import Directory, Programme, ProgrammeState, Stage

__all__ = [
    "LIVE",
    "Directory",
    "Invitation",
    "Manager",
    "Membership",
    "MembershipState",
    "Programme",
    "ProgrammeState",
    "Source",
    "Stage",
]
