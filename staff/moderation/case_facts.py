"""What staff see of a case: what was reported, and with a reason the evidence of it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import ABOUT_CASES, Trace, TracedAct, User
from accounts.roles import may
from accounts.rules.roles import Power
from trust.cases import is_open_to, may_read, reports_in
from trust.models import Case, Exhibit, Report, Sanction, SignalHit
from trust.notices import label_of
from trust.subjects import Neighbour, subject_named

# The type of a subject and its number
Key = tuple[str, int]
TAKES = (TracedAct.CASE_TAKEN, TracedAct.CASE_TAKEN_OVER)


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


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Someone of staff read the evidence, with a `reason`, or did something else, which `act` names and `words` say."""

    at: datetime
    by: User | None
    act: str = ""
    words: str = ""
    reason: str = ""

    @property
    def place(self) -> int:
        """Among those of one moment: a case is taken before it is read, and read before it is decided."""
        if not self.act:
            return 1
        return 0 if self.act in TAKES else 2


@dataclass(frozen=True, slots=True)
class CaseThings:
    """All reports and hits of a case, read at once; what they are about only for who may read it (`is_open`)."""

    reports: list[Report]
    hits: list[SignalHit]
    exhibits: dict[Key, list[Exhibit]]
    around: dict[Key, list[Neighbour]]

    @classmethod
    def read(cls, case: Case, *, is_open: bool) -> "CaseThings":
        reports, hits = list(reports_in(case)), list(case.signals.select_related("rule"))
        if not is_open:
            return cls(reports, hits, {}, {})
        exhibits: dict[Key, list[Exhibit]] = defaultdict(list)
        for exhibit in case.exhibits.all():
            exhibits[key_of(exhibit)].append(exhibit)
        keys = {key_of(one) for one in reports} | {key_of(one) for one in hits}
        return cls(reports, hits, exhibits, read_around(keys))

    def reported(self) -> list[ReportedThing]:
        return [
            ReportedThing(one, label_of(one), self.exhibits.get(key_of(one), []), self.around.get(key_of(one), []))
            for one in self.reports
        ]

    def found(self) -> list[FoundThing]:
        found = []
        for hit in self.hits:
            subject, key = subject_named(hit.subject_type), key_of(hit)
            label = str(subject.label) if subject else ""
            own, around = self.exhibits.get(key, []), self.around.get(key, [])
            found.append(FoundThing(hit.rule.name, label, hit.at, own, around))
        return found

    def listed(self) -> list[tuple[str, str, datetime]]:
        """What was reported, without a word of it."""
        return [(label_of(one), one.get_kind_display(), one.at) for one in self.reports]


def key_of(row: Report | SignalHit | Exhibit) -> Key:
    return row.subject_type, row.subject_id


def read_around(keys: Collection[Key]) -> dict[Key, list[Neighbour]]:
    """What stands beside each, with the statements of one for all of a kind."""
    found: dict[Key, list[Neighbour]] = {}
    for name in sorted({name for name, _pk in keys}):
        subject = subject_named(name)
        if subject is not None:
            beside = subject.around([pk for kind, pk in keys if kind == name])
            found |= {(name, pk): neighbours for pk, neighbours in beside.items()}
    return found


def list_history(case: Case) -> list[HistoryLine]:
    """All that staff did in it, the earliest first."""
    openings = [HistoryLine(one.at, one.by, reason=one.reason) for one in case.openings.select_related("by")]
    rows = Trace.objects.filter(act__in=ABOUT_CASES, subject=str(case.uuid)).select_related("by").order_by("pk")
    acts = [HistoryLine(one.at, one.by, one.act, one.get_act_display()) for one in rows]
    return sorted([*acts, *openings], key=lambda line: (line.at, line.place))


def describe_case(case: Case, reader: User, *, now: datetime) -> dict[str, Any]:
    """What the pages of a case and of an appeal show of it."""
    is_open = may_read(case, reader) and is_open_to(case, reader, now=now)
    things, about = CaseThings.read(case, is_open=is_open), case.about
    others = Case.objects.filter(about=about).exclude(pk=case.pk).decidable_by(reader) if about else Case.objects.none()
    return {
        "case": case,
        "is_overdue": case.is_overdue(now),
        "is_open": is_open,
        "things": things.reported() if is_open else [],
        "listed": things.listed(),
        "found": things.found(),
        "others": list(others.order_by("-opened_at", "-pk")),
        "opens_cases": may(reader, Power.MODERATE),
        "history": list_history(case),
        "sanction": Sanction.objects.filter(case=case).select_related("decided_by", "second_by", "lifted_by").first(),
        "nav": "cases",
    }
