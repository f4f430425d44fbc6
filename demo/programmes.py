"""Two programmes of the invented world, made by the product's own acts: a company's and a university's."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import User
from notifications.models import Notification
from programmes.changes import change_state, state_mark
from programmes.errors import ProgrammeError
from programmes.invitations import LinkInput, make_invitation, revoke_invitation
from programmes.looks import LookInput, change_look, look_mark, look_of
from programmes.managers import ProgrammeInput, open_programme
from programmes.members import join, remove_member
from programmes.models import Directory, Programme, ProgrammeState
from programmes.rules import Rules, change_rules, rules_mark

from .people import DOMAIN

DAY = timedelta(days=1)
MEMBERS, ASKING = 14, 2


@dataclass(frozen=True, slots=True)
class Plan:
    """`manager` and `members` are the first parts of addresses; others are taken from whom nobody knows."""

    slug: str
    name: str
    line: str
    zone: str
    manager: str
    members: tuple[str, ...]
    first: int
    last: int | None
    colour: str
    rules: Rules = field(default_factory=Rules)


PLANS = (
    Plan(
        "leadership-year",
        "Leadership year",
        "For new team leads at Nordlicht, with mentors from other teams",
        "Europe/Stockholm",
        "hanna",
        ("sam", "priya"),
        -60,
        304,
        "#7a1f5c",
    ),
    Plan(
        "career-service",
        "Career service",
        "Students of Halden University ask people who work where they’d like to",
        "Europe/Oslo",
        "luis",
        ("tomas",),
        -200,
        None,
        "",
        Rules(most_sessions=6, most_open=2),
    ),
)


def write_programmes(now: datetime) -> int:
    """Returns how many. Nobody is mailed about what was before the world began."""
    owner = User.objects.get(email=f"maria@{DOMAIN}")
    known = {f"{name}@{DOMAIN}" for plan in PLANS for name in (plan.manager, *plan.members)}
    others = User.objects.filter(email__endswith=f"@{DOMAIN}", is_staff=False).exclude(email__in=known)
    free = list(others.exclude(email=f"jonas@{DOMAIN}").order_by("pk")[: len(PLANS) * (MEMBERS + ASKING)])
    made = [_write(plan, owner, free[number :: len(PLANS)], now) for number, plan in enumerate(PLANS)]
    Notification.objects.filter(recipient__email__endswith=f"@{DOMAIN}", due_at__lte=now).delete()
    return len([one for one in made if one])


def _write(plan: Plan, owner: User, others: list[User], now: datetime) -> Programme | None:
    """None where a real programme has the name already."""
    manager, begun = User.objects.get(email=f"{plan.manager}@{DOMAIN}"), now + plan.first * DAY
    given = ProgrammeInput(
        slug=plan.slug,
        name=plan.name,
        line=plan.line,
        first_day=begun.date(),
        last_day=(now + plan.last * DAY).date() if plan.last else None,
        timezone=plan.zone,
        language="en",
        directory=Directory.PUBLIC,
    )
    try:
        programme = open_programme(given=given, manager=manager, by=owner, now=begun)
    except ProgrammeError:
        return None
    change_state(programme=programme, state=ProgrammeState.OPEN, by=manager, seen=state_mark(programme))
    change_rules(programme=programme, given=plan.rules, by=manager, now=begun, seen=rules_mark(programme))
    given_look = LookInput(plan.colour, None, False, ())
    change_look(programme=programme, given=given_look, by=manager, seen=look_mark(look_of(programme)))
    both, _text = make_invitation(programme=programme, given=LinkInput(True, True, 200, 180), by=manager, now=begun)
    mentees, _text = make_invitation(
        programme=programme, given=LinkInput(False, True, 40, 30, needs_yes=True), by=manager, now=now - DAY
    )
    known = [User.objects.get(email=f"{name}@{DOMAIN}") for name in plan.members]
    members, asking = [*known, *others[ASKING:]], others[:ASKING]
    for number, person in enumerate(members):
        join(person=person, invitation=both, now=begun + (number % 20) * DAY)
    for number, person in enumerate(asking):
        join(person=person, invitation=mentees, now=now - timedelta(hours=2 + number))
    if members[len(known) :]:
        words = "You’ve moved to another team, which has a programme of its own."
        remove_member(programme=programme, person=members[-1], reason=words, by=manager, now=now - 3 * DAY)
    revoke_invitation(programme=programme, number=both.pk, by=manager, now=now - 2 * DAY)
    return programme
