"""What people are told of reports, cases and appeals: who is told what when, and the mails."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.mail.rendering import Context, absolute_url
from common.times import in_zone
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from notifications.services import Due, schedule_notices, show_in_inbox

from .deadlines import APPEAL_WITHIN, ON_CALL_AFTER
from .models import Appeal, Case, CaseState, Outcome, Report, ReportKind, Sanction, SanctionKind
from .subjects import subject_named

REPORT, CASE, SANCTION, APPEAL, DAY_OF_CASES = "report", "case", "sanction", "appeal", "day_of_cases"
RECEIVED, OUTCOME = "report_received", "report_outcome"
DECIDED, LIFTED = "case_decided", "sanction_lifted"
APPEAL_RECEIVED, APPEAL_ANSWERED = "appeal_received", "appeal_answered"
# At 0, 4 and 12 hours
ON_CALL = ("safety_case", "safety_case_4_hours", "safety_case_12_hours")
CASES_OVERDUE, TAKEN_OVER = "cases_overdue", "case_taken_over"
WORTH_TELLING_FOR = timedelta(days=14)
DAY = timedelta(days=1)
APPEAL_KEY = Signer(salt="trust.appeal")
# After these a person can do all that they could before.
STOPS_NOTHING = (SanctionKind.NOTE, SanctionKind.CONTENT)


def tell(kind: str, person: int, subject: str, pk: int, *, now: datetime, version: int = 0) -> None:
    schedule_notices(Due(kind, person, subject, pk, version, now, now + WORTH_TELLING_FOR), now=now)


def tell_reporter(report: Report, *, now: datetime) -> None:
    tell(RECEIVED, report.by_id, REPORT, report.pk, now=now)


def tell_reporters(case: Case, *, now: datetime) -> None:
    """Of an outcome. A report that was added to after a decision has two: the case's number tells them apart."""
    for report in case.reports.all():
        tell(OUTCOME, report.by_id, REPORT, report.pk, now=now, version=case.pk)


def on_call_people() -> list[User]:
    """The accounts that `SAFETY_ON_CALL` names, if they may read cases; all who may, if it names none of these."""
    readers = User.objects.who_may(Power.MODERATE).order_by("pk")
    addresses = {address.lower() for address in settings.SAFETY_ON_CALL}
    return [person for person in readers if person.email in addresses] or list(readers)


def tell_on_call(case: Case, *, now: datetime) -> None:
    """At once, and again while nobody takes it: each is a row of its own, and writes itself off if it isn't needed."""
    parties = {case.about_id, *case.reports.values_list("by", flat=True)}
    people = [person for person in on_call_people() if person.pk not in parties]
    dues = [
        Due(kind, person.pk, CASE, case.pk, 0, now + after, now + after + DAY)
        for person in people
        for kind, after in zip(ON_CALL, ON_CALL_AFTER, strict=True)
    ]
    schedule_notices(*dues, now=now)


def tell_taken_over(case: Case, person: int, *, now: datetime) -> None:
    """Who had it sees in their inbox that someone else decides it now. They needn't do anything, so no mail comes."""
    show_in_inbox(Due(TAKEN_OVER, person, CASE, case.pk, case.version, now, now + WORTH_TELLING_FOR))


def tell_owners_of_overdue(*, now: datetime) -> int:
    """One mail a day to each owner while cases are overdue. Returns how many are. Running it twice does no harm."""
    overdue = Case.objects.overdue(now).count()
    if overdue:
        day = in_zone(now, settings.SITE_ZONE).date().toordinal()
        owners = User.objects.who_may(Power.RUN).order_by("pk")
        dues = [Due(CASES_OVERDUE, owner.pk, DAY_OF_CASES, day, 0, now, now + DAY) for owner in owners]
        schedule_notices(*dues, now=now)
    return overdue


def label_of(report: Report) -> str:
    subject = subject_named(report.subject_type)
    return str(subject.label) if subject else ""


def render_received_email(row: Notification, now: datetime) -> Message | Nothing:
    report = Report.objects.select_related("case").filter(pk=row.subject_id).first()
    if report is None:
        return Nothing("report is gone")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "what": label_of(report),
        "kind": report.get_kind_display(),
        "by_when": reader.when_in_city(report.case.due_at),
        "is_safety": report.kind == "safety",
        "are_apart": report.kind == "safety" and report.about_id is not None,
        "help_addresses": settings.HELP_ADDRESSES,
        "report_url": absolute_url("report_sent", report.uuid),
    }
    return reader.render_email("trust/report_received", context)


def render_outcome_email(row: Notification, now: datetime) -> Message | Nothing:
    report = Report.objects.select_related("case").filter(pk=row.subject_id).first()
    case = Case.objects.filter(pk=row.subject_version).first()
    if report is None or case is None or not (outcome := outcome_class(case)):
        return Nothing("not decided any more")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "what": label_of(report),
        "when": reader.when_in_city(report.at),
        "outcome": outcome,
        "report_url": absolute_url("report_sent", report.uuid),
    }
    return reader.render_email("trust/report_outcome", context)


def outcome_class(case: Case) -> str:
    """All that its reporters learn: nobody else is told what follows for a person. Empty before it is decided.

    A removal isn't decided before it is signed.
    """
    if case.is_undecided or Sanction.objects.to_sign().filter(case=case).exists():
        return ""
    if case.outcome == Outcome.NOTHING:
        return "nothing"
    return "removed" if case.outcome == Outcome.CONTENT else "acted"


def render_on_call_email(row: Notification, now: datetime) -> Message | Nothing:
    """Without a word of what was reported: that is read on the case's page, for a reason."""
    case = Case.objects.filter(pk=row.subject_id).first()
    if case is None or case.state != CaseState.OPEN:
        return Nothing("it is taken")
    if not may(row.recipient, Power.MODERATE):
        return Nothing("not staff any more")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "since": reader.when_in_city(case.opened_at),
        "by_when": reader.when_in_city(case.due_at),
        "is_again": row.kind != ON_CALL[0],
        "is_self_harm": case.kind != ReportKind.SAFETY,
        "are_apart": case.about_id is not None,
        "case_url": absolute_url("staff_case", case.uuid),
    }
    return reader.render_email("trust/safety_case", context)


def render_overdue_email(row: Notification, now: datetime) -> Message | Nothing:
    overdue = Case.objects.overdue(now).order_by("due_at")
    oldest = overdue.first()
    if oldest is None:
        return Nothing("nothing is overdue any more")
    if not may(row.recipient, Power.RUN):
        return Nothing("not an owner any more")
    reader = NoticeReader(row.recipient, now)
    count = overdue.count()
    heading = ngettext("%(count)s case is overdue", "%(count)s cases are overdue", count)
    context: Context = {
        "heading": heading % {"count": count},
        "since": reader.when_in_city(oldest.due_at),
        "roles_url": absolute_url("staff_roles"),
    }
    return reader.render_email("trust/cases_overdue", context)


def appeal_url(sanction: Sanction) -> str:
    """Who was removed can't sign in: their link carries a proof that it came by mail."""
    address = absolute_url("appeal", sanction.uuid)
    if sanction.kind != SanctionKind.REMOVAL:
        return address
    return f"{address}?key={APPEAL_KEY.signature(str(sanction.uuid))}"


def render_decided_email(row: Notification, now: datetime) -> Message | Nothing:
    sanction = Sanction.objects.select_related("case", "person").filter(pk=row.subject_id).first()
    if sanction is None or sanction.lifted_at or sanction.begins is None:
        return Nothing("lifted")
    reader, case = NoticeReader(row.recipient, now), sanction.case
    objects_until = (case.decided_at or now) + APPEAL_WITHIN
    context: Context = {
        "kind": sanction.kind,
        "is_from_rule": not case.reports.exists(),
        "until": reader.when_in_city(sanction.until) if sanction.until else "",
        "rule": case.get_rule_display(),
        "facts": case.text,
        "objects_until": reader.day(objects_until),
        "appeal_url": appeal_url(sanction),
    }
    return reader.render_email("trust/case_decided", context)


def render_lifted_email(row: Notification, now: datetime) -> Message | Nothing:
    sanction = Sanction.objects.filter(pk=row.subject_id).first()
    if sanction is None or sanction.lifted_at is None:
        return Nothing("not lifted")
    others = Sanction.objects.in_force(now).filter(person=row.recipient).exclude(kind__in=STOPS_NOTHING)
    context: Context = {
        "stopped": sanction.kind not in STOPS_NOTHING,
        "is_still_stopped": others.exists(),
        "was_removed": sanction.kind == SanctionKind.CONTENT,
        "appeal_url": appeal_url(sanction),
    }
    return NoticeReader(row.recipient, now).render_email("trust/sanction_lifted", context)


def render_appeal_email(row: Notification, now: datetime) -> Message | Nothing:
    appeal = Appeal.objects.select_related("sanction").filter(pk=row.subject_id).first()
    if appeal is None:
        return Nothing("appeal is gone")
    if row.kind == APPEAL_RECEIVED and appeal.decided_at:
        return Nothing("answered already")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "is_answered": row.kind == APPEAL_ANSWERED,
        "is_upheld": appeal.outcome == "upheld",
        "answer": appeal.answer,
        "by_when": reader.when_in_city(appeal.due_at),
        "appeal_url": appeal_url(appeal.sanction),
    }
    return reader.render_email("trust/appeal", context)


def _lines(
    items: Sequence[InboxItem], pages: Mapping[int, UUID], page: str, words: Mapping[str, str]
) -> Mapping[int, InboxLine]:
    """A line for each subject that has a `page`, in the words for the kind of its news."""
    return {
        item.pk: InboxLine(words[item.kind], reverse(page, args=[pages[item.subject_id]]))
        for item in items
        if item.subject_id in pages
    }


def report_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    reports = Report.objects.filter(pk__in=[item.subject_id for item in items], by=reader)
    words = {RECEIVED: _("We’ve received your report"), OUTCOME: _("We’ve decided about your report")}
    return _lines(items, dict(reports.values_list("pk", "uuid")), "report_sent", words)


def sanction_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    sanctions = Sanction.objects.filter(pk__in=[item.subject_id for item in items], person=reader)
    words = {
        DECIDED: _("Our team has decided about something that was reported"),
        LIFTED: _("Our team has ended a decision about you"),
    }
    return _lines(items, dict(sanctions.values_list("pk", "uuid")), "appeal", words)


def appeal_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    appeals = Appeal.objects.filter(pk__in=[item.subject_id for item in items], by=reader)
    words = {APPEAL_RECEIVED: _("We’ve received your appeal"), APPEAL_ANSWERED: _("We’ve answered your appeal")}
    return _lines(items, dict(appeals.values_list("pk", "sanction__uuid")), "appeal", words)


def case_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    if not may(reader, Power.MODERATE):
        return {}
    waiting = Case.objects.filter(state=CaseState.OPEN, pk__in=[item.subject_id for item in items])
    pages = dict(waiting.decidable_by(reader).values_list("pk", "uuid"))
    return _lines(items, pages, "staff_case", dict.fromkeys(ON_CALL, _("A case about safety waits")))


def taken_over_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    if not may(reader, Power.MODERATE):
        return {}
    cases = Case.objects.decidable_by(reader).filter(pk__in=[item.subject_id for item in items])
    words = {TAKEN_OVER: _("Someone else has taken over your overdue case")}
    return _lines(items, dict(cases.values_list("pk", "uuid")), "staff_case", words)
