"""What staff see of a case: what was reported, and with a reason the evidence of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import ABOUT_CASES, Trace, User
from accounts.roles import may
from accounts.rules.roles import Power
from trust.cases import is_open_to, may_read, reports_in
from trust.models import Case, Exhibit, Report, Sanction
from trust.notices import label_of
from trust.subjects import Neighbour, subject_named


@dataclass(frozen=True, slots=True)
class ReportedThing:
    """One of the reports of a case, with what the decider may read of it by now."""

    report: Report
    what: str
    exhibits: list[Exhibit]
    around: list[Neighbour]


@dataclass(frozen=True, slots=True)
class FoundThing:
    """What a rule found, with what the decider may read of it by now."""

    rule: str
    what: str
    at: datetime
    exhibits: list[Exhibit]
    around: list[Neighbour]


def read_found(case: Case, *, is_open: bool) -> list[FoundThing]:
    exhibits = list(case.exhibits.all()) if is_open else []
    found = []
    for hit in case.signals.select_related("rule"):
        subject, key = subject_named(hit.subject_type), (hit.subject_type, hit.subject_id)
        own = [one for one in exhibits if (one.subject_type, one.subject_id) == key]
        around = subject.around(hit.subject_id) if subject and is_open else []
        found.append(FoundThing(hit.rule.name, str(subject.label) if subject else "", hit.at, own, around))
    return found


def read_things(case: Case) -> list[ReportedThing]:
    exhibits = list(case.exhibits.all())
    things = []
    for report in reports_in(case):
        subject = subject_named(report.subject_type)
        own = [one for one in exhibits if (one.subject_type, one.subject_id) == thing_of(report)]
        around = subject.around(report.subject_id) if subject else []
        things.append(ReportedThing(report, label_of(report), own, around))
    return things


def thing_of(report: Report) -> tuple[str, int]:
    return report.subject_type, report.subject_id


def list_things(case: Case) -> list[tuple[str, str, datetime]]:
    """What was reported, without a word of it."""
    return [(label_of(report), report.get_kind_display(), report.at) for report in reports_in(case)]


def describe_case(case: Case, reader: User, *, now: datetime) -> dict[str, Any]:
    """What the pages of a case and of an appeal show of it."""
    is_open = may_read(case, reader) and is_open_to(case, reader, now=now)
    about = case.about
    others = Case.objects.filter(about=about).exclude(pk=case.pk).decidable_by(reader) if about else Case.objects.none()
    return {
        "case": case,
        "is_overdue": case.is_overdue(now),
        "is_open": is_open,
        "things": read_things(case) if is_open else [],
        "listed": list_things(case),
        "found": read_found(case, is_open=is_open),
        "others": list(others.order_by("-opened_at", "-pk")),
        "opens_cases": may(reader, Power.MODERATE),
        "openings": case.openings.select_related("by"),
        "traces": Trace.objects.filter(act__in=ABOUT_CASES, subject=str(case.uuid)).select_related("by").order_by("pk"),
        "sanction": Sanction.objects.filter(case=case).select_related("decided_by", "second_by", "lifted_by").first(),
        "nav": "cases",
    }
