"""Programmes for tests, their links and their members."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from programmes.invitations import LinkInput, make_invitation
from programmes.managers import ProgrammeInput, open_programme
from programmes.members import join
from programmes.models import Directory, Invitation, Membership, Programme, ProgrammeState
from tests.conftest import NOW

FIRST_DAY = NOW.date()
LAST_DAY = FIRST_DAY + timedelta(days=90)


def make_programme(
    manager: User, owner: User, name: str = "Spring cohort", is_open: bool = True, **given: Any
) -> Programme:
    said = {
        "slug": name.lower().replace(" ", "-"),
        "name": name,
        "line": f"The line of {name}",
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "timezone": "Europe/London",
        "language": "en",
        "directory": Directory.PUBLIC,
        **given,
    }
    made = open_programme(given=ProgrammeInput(**said), manager=manager, by=owner, now=NOW)
    return open_to_members(made) if is_open else made


def open_to_members(programme: Programme) -> Programme:
    programme.state = ProgrammeState.OPEN
    programme.save()
    return programme


def make_link(programme: Programme, manager: User, **given: Any) -> tuple[Invitation, str]:
    said = {"gives": False, "asks": True, "most": 10, "days": 30, **given}
    return make_invitation(programme=programme, given=LinkInput(**said), by=manager, now=NOW)


def let_in(person: User, programme: Programme, manager: User, **given: Any) -> Membership:
    return join(person=person, invitation=make_link(programme, manager, **given)[0], now=NOW)
