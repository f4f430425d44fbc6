"""Two programmes of the invented world, made by the product's own acts: a company's and a university's."""

from collections.abc import Sequence
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
from programmes.models import Directory, Invitation, Membership, Programme, ProgrammeState, Source
from programmes.rules import Rules, change_rules, rules_mark

from .people import DOMAIN

DAY = timedelta(days=1)
# Of one programme: mentors, people who said that they’d mentor and have no times yet, people who ask to join, and at
# most so many mentees, however large the world is
MENTORS, NEW_MENTORS, ASKING, MENTEES = 18, 6, 2, 190
# Everyone is in it after so many days.
FILLED_AFTER = 7


@dataclass(frozen=True, slots=True)
class Plan:
    """`manager`, `mentors` and `members` are the first parts of addresses; others are people whom nobody knows.

    `first` and `last` are days from now. `unmet`: topics of questions that found nobody, and of how many people each.
    """

    slug: str
    name: str
    line: str
    zone: str
    manager: str
    mentors: tuple[str, ...]
    members: tuple[str, ...]
    first: int
    last: int | None
    colour: str
    unmet: tuple[tuple[str, int], ...]
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Cohort:
    """A programme with its mentors and those who look for one, by their ids."""

    plan: Plan
    programme: Programme
    mentors: Sequence[int]
    mentees: Sequence[int]


PLANS = (
    Plan(
        "leadership-year",
        "Leadership year",
        "For new team leads at Nordlicht, with mentors from other teams",
        "Europe/Stockholm",
        "hanna",
        ("priya",),
        ("sam",),
        -75,
        304,
        "#7a1f5c",
        (("Difficult conversations", 8), ("Delegating", 6), ("Stage fright", 3), ("Burnout", 2), ("Fundraising", 2)),
    ),
    Plan(
        "career-service",
        "Career service",
        "Students of Halden University ask people who work where they’d like to",
        "Europe/Oslo",
        "luis",
        ("tomas",),
        (),
        -159,
        None,
        "",
        (
            ("Case interviews", 9),
            ("Personal statements", 6),
            ("First job", 5),
            ("Machine learning", 3),
            ("Day rates", 2),
        ),
        Rules(most_sessions=6, most_open=2, directory=Directory.MEMBERS),
    ),
)


def write_programmes(now: datetime, *, mentors: Sequence[int], mentees: Sequence[int]) -> list[Cohort]:
    """Their people are taken from these, in turn. Nobody is mailed about what was before the world began."""
    owner = User.objects.get(email=f"maria@{DOMAIN}")
    people = User.objects.in_bulk([*mentors, *mentees])
    made = [
        _write(
            plan,
            owner,
            [people[pk] for pk in mentors[number :: len(PLANS)][:MENTORS]],
            [people[pk] for pk in mentees[number :: len(PLANS)][: ASKING + NEW_MENTORS + MENTEES]],
            now,
        )
        for number, plan in enumerate(PLANS)
    ]
    Notification.objects.filter(recipient__email__endswith=f"@{DOMAIN}", due_at__lte=now).delete()
    return [one for one in made if one]


def _write(plan: Plan, owner: User, mentors: list[User], others: list[User], now: datetime) -> Cohort | None:
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
    asking, others = others[:ASKING], others[ASKING:]
    known = {name: User.objects.get(email=f"{name}@{DOMAIN}") for name in (*plan.mentors, *plan.members)}
    mentors = [*(known[name] for name in plan.mentors), *mentors]
    to_mentors = LinkInput(True, False, 100, 180, label="Letter to our mentors")
    _join_by_link(programme, to_mentors, [*mentors, *others[:NEW_MENTORS]], manager, begun)
    # One of them is seen by members only; the demo would lose half of its mentors otherwise.
    hidden = mentors[len(plan.mentors) :][-1:]  # nobody of those who have stories, which begin outside of programmes
    Membership.objects.filter(programme=programme, gives=True).exclude(person__in=hidden).update(shown_outside=True)
    mentees = [*(known[name] for name in plan.members), *others[NEW_MENTORS:]]
    to_mentees = LinkInput(False, True, MENTEES + len(plan.members), 180, label="Welcome mail")
    whole = _join_by_link(programme, to_mentees, mentees, manager, begun)
    revoke_invitation(programme=programme, number=whole.pk, by=manager, now=now - 2 * DAY)
    asked, _text = make_invitation(
        programme=programme, given=LinkInput(False, True, 40, 30, True, "Poster in the hall"), by=manager, now=now - DAY
    )
    for number, person in enumerate(asking):
        join(person=person, invitation=asked, now=now - timedelta(hours=2 + number))
    words = "You’ve moved to another team, which has a programme of its own."
    remove_member(programme=programme, person=mentees[-1], reason=words, by=manager, now=now - 3 * DAY)
    looking = [person.pk for person in mentees[:-1] if person not in known.values()]
    return Cohort(plan, programme, [person.pk for person in mentors], looking)


def _join_by_link(
    programme: Programme, given: LinkInput, people: Sequence[User], manager: User, begun: datetime
) -> Invitation:
    """All in one statement: of those who come in by a link nobody is told."""
    link, _text = make_invitation(programme=programme, given=given, by=manager, now=begun)
    Membership.objects.bulk_create(
        Membership(
            programme=programme,
            person=person,
            gives=given.gives,
            asks=given.asks,
            source=Source.LINK,
            joined_at=max(begun + number % FILLED_AFTER * DAY, person.date_joined),
        )
        for number, person in enumerate(people)
    )
    Invitation.objects.filter(pk=link.pk).update(uses=len(people))
    return link
