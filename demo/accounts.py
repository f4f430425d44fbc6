"""The demo's fixed people, one for each part that someone can play."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from accounts.rules.roles import FIRST_ROLES, StaffRoleName
from mentors.models import Format, IssueType, ProfileState

from .data import Leaf, topic_leaves
from .mentors import MentorPlan, OfferPlan
from .people import DOMAIN, People, Person
from .schedules import SchedulePlan

PASSWORD = "quarter-hour"  # noqa: S105 - the invented people's, told to everyone
FOUNDED = 420


COLLEAGUES = (
    ("Ines Duarte", "Europe/Lisbon", StaffRoleName.MODERATOR),
    ("Olu Adeyemi", "Africa/Lagos", StaffRoleName.SUPPORT),
    ("Petra Novak", "Europe/Prague", StaffRoleName.PROGRAMME),
)
PROGRAMME_MANAGERS = (("Hanna Lindholm", "Europe/Stockholm"), ("Luis Ferrer", "Europe/Oslo"))


@dataclass(frozen=True, slots=True)
class Account:
    email: str
    role: str


ACCOUNTS = (
    Account(f"sam@{DOMAIN}", "mentee, with sessions upcoming, past and cancelled"),
    Account(f"priya@{DOMAIN}", "mentor, booked at once, evenings in Bengaluru"),
    Account(f"tomas@{DOMAIN}", "mentor, asked first, with a request waiting"),
    Account(f"jonas@{DOMAIN}", "applicant, profile in review"),
    Account(f"maria@{DOMAIN}", "staff: owner, moderator and support"),
    Account(f"ines@{DOMAIN}", "staff: moderator"),
    Account(f"olu@{DOMAIN}", "staff: support"),
    Account(f"petra@{DOMAIN}", "staff: events manager"),
    Account(f"hanna@{DOMAIN}", "manages a company’s programme, Leadership year"),
    Account(f"luis@{DOMAIN}", "manages a university’s programme, Career service"),
)


def account_table() -> str:
    """Whom to sign in as, of those who are there: a demo made by an earlier version lacks those who came later."""
    there = set(User.objects.filter(email__in=[one.email for one in ACCOUNTS]).values_list("email", flat=True))
    found = [account for account in ACCOUNTS if account.email in there]
    if not found:
        return "There are no invented people here: sign in with your own account. script/manage seed_demo adds some."
    rows = [("e-mail", "role", "password"), *((account.email, account.role, PASSWORD) for account in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if len(found) < len(ACCOUNTS):
        lines.append(
            "This demo is from an earlier version. Make it again for the others: script/manage seed_demo --reset"
        )
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Cast:
    sam: Person
    maria: Person
    colleagues: tuple[Person, ...]
    priya: MentorPlan
    tomas: MentorPlan
    jonas: MentorPlan
    managers: tuple[Person, ...]


def invent_cast(people: People, today: datetime) -> Cast:
    return Cast(
        sam=people.invent_named("Sam Whitlock", "Europe/London", ("en",), days_ago=90),
        maria=people.invent_named(
            "Maria Lindqvist",
            "Europe/Stockholm",
            ("sv", "en"),
            days_ago=FOUNDED,
            roles=FIRST_ROLES,
        ),
        colleagues=tuple(
            people.invent_named(name, zone, ("en",), days_ago=FOUNDED - 90, roles=(role,))
            for name, zone, role in COLLEAGUES
        ),
        priya=_plan_priya(people, today),
        tomas=_plan_tomas(people, today),
        jonas=_plan_jonas(people, today),
        managers=tuple(
            people.invent_named(name, zone, ("en",), days_ago=FOUNDED - 90) for name, zone in PROGRAMME_MANAGERS
        ),
    )


def _find_topics(*names: str) -> tuple[Leaf, ...]:
    return tuple(next(leaf for leaf in topic_leaves() if leaf.name == name) for name in names)


def _weekly_windows(days: tuple[int, ...], start: float, end: float) -> tuple[tuple[int, int, int], ...]:
    return tuple((day, round(start * 60), round(end * 60)) for day in days)


def _plan_priya(people: People, today: datetime) -> MentorPlan:
    person = people.invent_named(
        "Priya Raghunathan", "Asia/Kolkata", ("en", "ta"), days_ago=400, culture="south_indian", is_woman=True
    )
    kinds = (IssueType.DECISION, IssueType.CAREER)
    return MentorPlan(
        person=person,
        headline="Engineering director, hired 120 people at two scale-ups",
        asks=(
            "Should I take the counter-offer?",
            "How do I ask for the level, not just the raise?",
            "My first reorg is on Monday. What do I say to the team?",
        ),
        how_i_work=(
            "Bring the letter, the number or the message you have to send. I’ll read it with you and say what I’d do "
            "in your place, then we’ll write the next sentence together.\n\nI’ve made four counter-offers and turned "
            "down two of my own. I can’t help with visas or legal terms, but I’ll tell you who can."
        ),
        topics=_find_topics("Counter-offers", "Negotiation", "First-time managing", "Promotion"),
        offers=(
            OfferPlan("One quick answer", 15, Format.VIDEO, True, kinds),
            OfferPlan("Talk it through", 25, Format.VIDEO, True, kinds),
            OfferPlan("Work on it together", 45, Format.VIDEO, True, kinds),
        ),
        schedule=SchedulePlan(
            "Asia/Kolkata",
            _weekly_windows((1, 2, 3, 4, 5), 18.5, 21.5),
            overrides={(today + timedelta(days=9)).date(): ((600, 720),)},
            time_off=(((today + timedelta(days=19)).date(), (today + timedelta(days=23)).date()),),
        ),
        approved_at=person.joined + timedelta(days=2),
    )


def _plan_tomas(people: People, today: datetime) -> MentorPlan:
    person = people.invent_named(
        "Tomás Herrera", "America/Sao_Paulo", ("pt", "es", "en"), days_ago=380, culture="brazilian"
    )
    return MentorPlan(
        person=person,
        headline="Talent partner, eleven years in tech recruiting",
        asks=(
            "They matched it. What happens to me in six months?",
            "Reading an offer letter line by line",
            "Resigning without burning the bridge",
        ),
        how_i_work=(
            "I ask a lot of questions for five minutes and then tell you what I think. Send me the offer or the job "
            "advert the day before.\n\nI don’t pass applications on to my employer."
        ),
        topics=_find_topics("Comparing offers", "Counter-offers", "Leaving a job", "CVs"),
        offers=(
            OfferPlan("Read one page with me", 25, Format.VIDEO, False, (IssueType.CAREER, IssueType.FEEDBACK)),
            OfferPlan("A mock interview with feedback", 45, Format.VIDEO, False, (IssueType.INTERVIEW,)),
        ),
        schedule=SchedulePlan(
            "America/Sao_Paulo",
            (*_weekly_windows((1, 3, 5), 9, 11), *_weekly_windows((2, 4), 17, 20)),
            notice=720,
            max_per_week=6,
        ),
        approved_at=person.joined + timedelta(days=3),
    )


def _plan_jonas(people: People, today: datetime) -> MentorPlan:
    person = people.invent_named("Jonas Albrecht", "Europe/Berlin", ("de", "en"), days_ago=2, culture="german")
    return MentorPlan(
        person=person,
        headline="Lab manager, formerly in a hospital",
        asks=("Is a doctorate right for me?", "From the lab to industry: what first?", "Leadership"),
        how_i_work="Tell me what you’ve already tried, so we can skip it. Two people did this for me once.",
        topics=_find_topics("Choosing studies", "Changing field"),
        offers=(OfferPlan("One question, properly", 20, Format.VIDEO, True, (IssueType.DECISION,)),),
        schedule=SchedulePlan("Europe/Berlin", _weekly_windows((2, 4), 18, 20), max_per_week=2),
        state=ProfileState.SUBMITTED,
        submitted_at=person.joined + timedelta(days=1),
    )
