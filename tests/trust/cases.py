"""Reports and cases as tests make them: by the acts of the pages."""

from datetime import datetime, timedelta

from accounts.models import User
from accounts.rules.roles import StaffRoleName
from tests.conftest import NOW, make_person
from tests.sessions_app.helpers.messages import write
from trust.appeals import make_appeal
from trust.cases import Decision, decide_case, open_evidence, take_case
from trust.models import Appeal, Case, Outcome, Report, ReportKind, Rule, Sanction
from trust.reports import make_report
from trust.sanctions import sign_second
from trust.subjects import find_reportable

TEXT = "You asked for money, which isn’t what sessions are for."
WEEK = timedelta(days=7)


def make_team(number: int = 2) -> list[User]:
    """More moderators and owners, so that someone can decide an appeal and sign."""
    roles = list(StaffRoleName.values)
    return [make_person(f"team{one}@example.org", f"Team {one}", is_staff=True, roles=roles) for one in range(number)]


def report_profile(
    of: User, by: User, *, kind: ReportKind = ReportKind.SELLING, words: str = "Money", now: datetime = NOW
) -> Report:
    found = find_reportable("profile", of.mentor_profile.slug, by)
    return make_report(found=found, kind=kind, words=words, by=by, now=now)


def report_message(booking, by: User, *, kind: ReportKind = ReportKind.SELLING, now: datetime = NOW) -> Report:
    message = write(booking, booking.other_person(by), "Send me your savings")
    found = find_reportable("message", str(message.uuid), by)
    return make_report(found=found, kind=kind, words="He wants money", by=by, now=now)


def take_and_read(case: Case, by: User, *, now: datetime = NOW) -> Case:
    take_case(case=case, by=by, now=now)
    open_evidence(case=case, reason="Reported", by=by, now=now)
    case.refresh_from_db()
    return case


def decide(
    case: Case, by: User, outcome: Outcome = Outcome.NOTE, *, now: datetime = NOW, until: datetime | None = None
) -> Case:
    """The decider takes and reads it first. What needs an end gets a week."""
    case = take_and_read(case, by, now=now)
    decision = Decision(outcome, Rule.SELLING, TEXT, until or now + WEEK)
    return decide_case(case=case, decision=decision, by=by, now=now, seen=case.version)


def sanction_for(case: Case) -> Sanction:
    return Sanction.objects.get(case=case)


def read_and_sign(sanction: Sanction, by: User, *, now: datetime = NOW) -> Sanction:
    open_evidence(case=sanction.case, reason="To sign", by=by, now=now)
    return sign_second(sanction=sanction, by=by, now=now)


def object_to(case: Case, *, now: datetime = NOW) -> Appeal:
    sanction = sanction_for(case)
    return make_appeal(sanction=sanction, words="It was a joke", by=sanction.person, now=now)
