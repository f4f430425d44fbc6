"""What staff may do: four roles, none of which implies another, and one table of what each may. Pure."""

from collections.abc import Iterable
from enum import StrEnum, auto
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class StaffRoleName(models.TextChoices):
    SUPPORT = "support", _("Support")
    PROGRAMME = "programme", _("Events manager")
    MODERATOR = "moderator", _("Moderator")
    OWNER = "owner", _("Owner")


# Of the person who begins an installation
FIRST_ROLES = (StaffRoleName.OWNER, StaffRoleName.MODERATOR, StaffRoleName.SUPPORT)


class Power(StrEnum):
    """What a page or an act asks for. Its value is never shown."""

    # People and sessions, without what they wrote; emails that failed, and work that is stuck
    LOOK_UP = auto()
    # Messages from the contact page
    ANSWER = auto()
    # How many questions get solved, and how long that takes
    FIGURES = auto()
    # Profiles, testimonials, topics, and how questions are read
    REVIEW = auto()
    # Who came to a session, where the two disagree
    ATTENDANCE = auto()
    # Reports: what was written, and what follows from it
    MODERATE = auto()
    # Appeals against what someone else decided
    APPEALS = auto()
    # The second signature under a removal
    SIGN = auto()
    EVENTS = auto()
    # Prepare what someone asks for by letter about their own data; an owner signs
    LETTERS = auto()
    # Roles, terms, webhooks, the log of what staff did, and the admin
    RUN = auto()


POWERS: dict[str, frozenset[Power]] = {
    StaffRoleName.SUPPORT: frozenset({Power.LOOK_UP, Power.ANSWER, Power.FIGURES, Power.LETTERS}),
    # Programmes have managers of their own, who aren’t staff; this role plans events for everyone.
    StaffRoleName.PROGRAMME: frozenset({Power.FIGURES, Power.EVENTS}),
    StaffRoleName.MODERATOR: frozenset(
        {
            Power.LOOK_UP,
            Power.ANSWER,
            Power.FIGURES,
            Power.REVIEW,
            Power.ATTENDANCE,
            Power.MODERATE,
            Power.APPEALS,
            Power.EVENTS,
        }
    ),
    StaffRoleName.OWNER: frozenset({Power.LOOK_UP, Power.ANSWER, Power.FIGURES, Power.APPEALS, Power.SIGN, Power.RUN}),
}
ABOUT_ROLES: dict[str, Any] = {
    StaffRoleName.SUPPORT: _("Looks up people and sessions, answers messages, sends failed emails again."),
    StaffRoleName.PROGRAMME: _("Plans and runs events, and sees the figures."),
    StaffRoleName.MODERATOR: _(
        "Reviews profiles, topics and feedback, decides cases and who came, plans and runs events."
    ),
    StaffRoleName.OWNER: _(
        "Gives roles, signs removals, answers appeals, sets terms and webhooks, reads staff’s log, opens the admin."
    ),
}


def roles_with(power: Power) -> list[str]:
    return [str(role) for role, powers in POWERS.items() if power in powers]


def powers_of(roles: Iterable[str]) -> frozenset[Power]:
    return frozenset().union(*(POWERS.get(role, frozenset()) for role in roles))
