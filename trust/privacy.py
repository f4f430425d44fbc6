"""What is kept of who doesn’t meet whom, of reports and of cases; seals of the logs name nobody."""

from datetime import datetime
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.erasing import let_logs_be_emptied
from accounts.privacy.registry import Step, Table, fact, hidden, mine, not_personal, removed_by_step
from accounts.privacy.retention import Rule

from .deadlines import SHOWN_AFTER
from .models import (
    Appeal,
    Case,
    CaseState,
    Exhibit,
    Opening,
    Report,
    ReportAddition,
    Sanction,
    Seal,
    Separation,
    SignalHit,
    SignalMark,
    SignalRule,
)

OURS = "what our team decided, which is evidence in a case"


def the_other(row: Separation, person: User) -> str:
    return row.other_than(person).display_name


def still_needed(rows: "QuerySet[Any]", to_case: str) -> "QuerySet[Any]":
    """A case keeps its words until it and its appeal are decided."""
    return rows.filter(Exists(Case.objects.waiting().filter(pk=OuterRef(to_case))))


def looks_at_cases(person: User, now: datetime) -> list[tuple[datetime, User]]:
    """That someone read about them is told to the person when nothing depends on it any more."""
    closed = Opening.objects.filter(case__about=person, case__closes_at__lte=now - SHOWN_AFTER)
    read = closed.select_related("by")
    return [(opening.at, opening.by) for opening in read.order_by("-at")[:50]]


def remove_evidence(person: User, now: datetime) -> bool:
    """The files that were kept of this person in cases that are over; the words go with their table."""
    kept = Exhibit.objects.filter(case__about=person).exclude(file="")
    gone = kept.exclude(pk__in=still_needed(kept, "case_id").values("pk"))
    delete_files(list(gone.values_list("file", flat=True)))
    return not still_needed(kept, "case_id").exists()


def empty_decisions(person: User, now: datetime) -> bool:
    """Not while a case about them waits: what is decided in it would stay."""
    cases = Case.objects.filter(about=person)
    cases.filter(state=CaseState.DECIDED).exclude(text="").update(text="", erased_at=now)
    return not cases.waiting().exists()


def delete_files(keys: list[str]) -> None:
    for key in keys:
        transaction.on_commit(partial(default_storage.delete, key), robust=True)


def forget_cases(before: datetime, most: int) -> int:
    """The words of old cases, and their files. That they were, and what was decided when, stays."""
    old = list(
        Case.objects.filter(decided_at__lt=before, erased_at=None)
        .exclude(closes_at=None)
        .order_by("pk")
        .values_list("pk", flat=True)[:most]
    )
    delete_files(list(Exhibit.objects.filter(case__in=old).exclude(file="").values_list("file", flat=True)))
    with transaction.atomic():
        let_logs_be_emptied()
        Exhibit.objects.filter(case__in=old).update(snapshot={}, file="")
        Opening.objects.filter(case__in=old).update(reason="")
        Report.objects.filter(case__in=old).update(words="")
        ReportAddition.objects.filter(report__case__in=old).update(words="")
        Appeal.objects.filter(sanction__case__in=old).update(words="", answer="", erased_at=Now())
        Case.objects.filter(pk__in=old).update(text="", erased_at=Now())
    return len(old)


RULES = (Rule("cases", forget_cases),)
TABLES: tuple[Table | Step, ...] = (
    Step("files kept as evidence", remove_evidence),
    Step("decisions in cases", empty_decisions),
    Table(
        Appeal,
        {
            "words": mine(),
            "answer": hidden("our team’s answer, which was mailed"),
            "outcome": fact(),
        },
        people=("by",),
        part="appeals",
        heading=_("Appeals you made"),
        stamp="erased_at",
        hidden=("due_at", "erased_at"),
        kept_for_now=lambda rows: still_needed(rows, "sanction__case_id"),
    ),
    Table(
        Sanction,
        {"kind": fact()},
        people=("person",),
        part="decisions-about-you",
        heading=_("Decisions about you"),
        hidden=("uuid", "ahead_ended_at"),
        why="stays: what was decided when, with no name",
    ),
    Table(
        Opening,
        {"reason": mine()},
        people=("by",),
        part="reports-you-read-as-staff",
        heading=_("Reports you read as staff"),
        is_log=True,
    ),
    Table(
        Exhibit,
        {
            "subject_type": fact(),
            "snapshot": hidden("evidence in a case, as it was when it was reported"),
            "sha256": not_personal("a hash"),
            "file": hidden("evidence in a case"),
        },
        people=("case__about",),
        is_log=True,
        kept_for_now=lambda rows: still_needed(rows, "case_id"),
        why="evidence in a case, which its person reads in the decision",
    ),
    Table(
        ReportAddition,
        {"kind": fact(), "words": mine()},
        people=("report__by",),
        part="reports-added-to",
        heading=_("What you added to reports"),
        kept_for_now=lambda rows: still_needed(rows, "report__case_id"),
    ),
    Table(
        Report,
        {"subject_type": fact(), "kind": fact(), "words": mine()},
        people=("by",),
        part="reports",
        heading=_("What you reported"),
        hidden=("uuid", "subject_id"),
        kept_for_now=lambda rows: still_needed(rows, "case_id"),
    ),
    Table(
        Case,
        {
            "topic": not_personal("which event"),
            "kind": not_personal("one of a few values of ours"),
            "state": not_personal("one of a few values of ours"),
            "outcome": not_personal("one of a few values of ours"),
            "rule": not_personal("one of a few values of ours"),
            "text": removed_by_step(OURS, in_copy=False),
        },
        people=("about",),
        why="what was decided about a person was mailed to them",
    ),
    Table(
        SignalHit,
        {"subject_type": fact()},
        people=("case__about",),
        why="which rule pointed our team to what, in a case whose decision was mailed",
    ),
    Table(
        SignalRule,
        {
            "name": not_personal("what staff call a rule"),
            "looks_for": not_personal("one of a few values of ours"),
            "language": not_personal("a language"),
            "words": not_personal("what a rule looks for"),
        },
        why="what rules look for in everyone’s messages",
    ),
    Table(SignalMark, {"source": not_personal("a kind of text")}, why="how far rules have looked"),
    Table(
        Separation,
        {"kind": fact()},
        people=("by",),
        part="people-you-dont-meet",
        heading=_("People you don’t meet"),
        hidden=("low", "high"),
        company=the_other,
        is_deleted=True,
    ),
    Table(
        Seal,
        {"parts": not_personal("digests of the logs"), "digest": not_personal("a digest of the logs")},
        why="digests of the logs",
    ),
)
