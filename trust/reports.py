"""Reports: made from any page that shows something of another person, and added to. They are never taken back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User

from .deadlines import first_decision_due, gravest_of
from .errors import TrustError
from .evidence import keep_exhibit
from .models import Case, CaseState, Exhibit, Report, ReportAddition, ReportKind, SeparationKind
from .notices import tell_on_call, tell_reporter
from .separations import part
from .subjects import Found, Subject, subject_named

MOST_A_DAY = 10
MOST_ADDITIONS = 10
DAY = timedelta(days=1)
TOO_MANY = "too_many_reports"


def make_report(*, found: Found, kind: ReportKind, words: str, by: User, now: datetime) -> Report:
    """Report this subject, which joins the open case about its person or opens one. The same person reports it once:
    a second time adds to the first.

    After a report about safety the two are apart, even if it is one too many of this day.
    Raises TrustError `too_many_reports`, `too_many_additions`.
    """
    try:
        return _make_report(found, kind, words, by=by, now=now)
    except TrustError as refused:
        if refused.code == TOO_MANY and kind == ReportKind.SAFETY and found.about:
            part(person=by, other=found.about, kind=SeparationKind.SAFETY, by=by, now=now)
        raise


@transaction.atomic
def _make_report(found: Found, kind: ReportKind, words: str, *, by: User, now: datetime) -> Report:
    User.objects.lock_rows(*filter(None, (by, found.about)))
    subject = _subject_of(found.kind)
    report = Report.objects.filter(subject_type=found.kind, subject_id=found.pk, by=by).first()
    if report:
        add_to_report(report=report, kind=kind, words=words, by=by, now=now)
        return report
    _check_pace(by, now=now)
    case = join_case(found, kind, now=now)
    report = Report.objects.create(
        subject_type=found.kind,
        subject_id=found.pk,
        about=found.about,
        by=by,
        kind=kind,
        words=words,
        case=case,
        at=now,
    )
    _act_at_once(report, kind, case, subject, now=now)
    tell_reporter(report, now=now)
    return report


@transaction.atomic
def add_to_report(*, report: Report, kind: ReportKind, words: str, by: User, now: datetime) -> None:
    """More words, or another kind. If its case is decided, a new one opens, which shows the old.

    Raises TrustError `not_yours`, `too_many_additions`.
    """
    if report.by_id != by.pk:
        raise TrustError("not_yours", _("Someone else wrote this report. You can write one of your own."))
    User.objects.lock_rows(*filter(None, (report.by_id, report.about_id)))
    report = Report.objects.select_for_update(of=("self",)).select_related("about", "case").get(pk=report.pk)
    if report.additions.filter(at__gt=now - DAY).count() >= MOST_ADDITIONS:
        said = _("You’ve added to this report several times today. Our team reads all of it; add more tomorrow.")
        raise TrustError("too_many_additions", said)
    subject = _subject_of(report.subject_type)
    found = Found(report.subject_type, report.subject_id, report.about, "", "")
    case = join_case(found, kind, now=now)
    if report.case_id != case.pk:
        Report.objects.filter(pk=report.pk).update(case=case)
        report.case = case
    ReportAddition.objects.create(report=report, kind=kind, words=words, at=now)
    _act_at_once(report, kind, case, subject, now=now)


def _subject_of(name: str) -> Subject:
    """Raises LookupError for one that no app has entered."""
    subject = subject_named(name)
    if subject is None:
        raise LookupError(name)
    return subject


def _check_pace(by: User, *, now: datetime) -> None:
    if Report.objects.filter(by=by, at__gt=now - DAY).count() >= MOST_A_DAY:
        words = _("You can send %(count)d reports a day. Write to %(email)s about this one, or report it tomorrow.")
        raise TrustError(TOO_MANY, words % {"count": MOST_A_DAY, "email": settings.CONTACT_EMAIL})


def join_case(found: Found, kind: str, *, now: datetime, urgency: str = "") -> Case:
    """The undecided case about this person, locked, with this report counted in; a new one if there is none.

    `urgency`: the kind by which it is due, if not by its own.

    Two who report an event have no lock in common: the second insert waits for the first, and then does nothing.
    """
    due_at = first_decision_due(urgency or kind, now, ZoneInfo(settings.SITE_ZONE))
    topic = "" if found.about else f"{found.kind}:{found.pk}"
    same = {"about": found.about, "topic": topic}
    new = Case(**same, kind=kind, opened_at=now, due_at=due_at)
    Case.objects.bulk_create([new], ignore_conflicts=True)
    case = Case.objects.undecided().select_for_update(of=("self",)).get(**same)
    if case.uuid != new.uuid:
        case.kind = gravest_of(case.kind, kind)
        case.due_at = min(case.due_at, due_at)
        case.version += 1
        case.save(update_fields=["kind", "due_at", "version"])
    return case


def _act_at_once(report: Report, kind: str, case: Case, subject: Subject, *, now: datetime) -> None:
    """What doesn't wait for anyone to read it."""
    keep_exhibit(case, subject, report.subject_id, now=now)
    if kind == ReportKind.PRIVACY and subject.hide:
        subject.hide(report.subject_id, True)
    if kind != ReportKind.SAFETY:
        return
    if report.about:
        part(person=report.by, other=report.about, kind=SeparationKind.SAFETY, by=report.by, now=now)
    if case.state == CaseState.OPEN:
        tell_on_call(case, now=now)


def show_again(case: Case) -> None:
    """Bring back what was hidden because it was reported as private, unless another case still hides it."""
    kept = Exhibit.objects.order_by("subject_type", "subject_id")
    for kind, pk in kept.filter(case=case).values_list("subject_type", "subject_id").distinct():
        subject = subject_named(kind)
        if subject and subject.hide and not _is_hidden_by_another(case, kind, pk):
            subject.hide(pk, False)


def _is_hidden_by_another(case: Case, kind: str, pk: int) -> bool:
    """Whether it was reported as private before another case was decided that hides it.

    Its report may be in this case by now: what is added after a decision takes it to the next case.
    """
    of_subject = {"subject_type": kind, "subject_id": pk}
    private = {"kind": ReportKind.PRIVACY}
    reports = Report.objects.filter(**of_subject, **private).values_list("at", flat=True)
    added = ReportAddition.objects.filter(report__in=Report.objects.filter(**of_subject), **private).values_list(
        "at", flat=True
    )
    said = [*reports, *added]
    kept = Exhibit.objects.filter(**of_subject).values("case")
    others = Case.objects.hiding().filter(pk__in=kept).exclude(pk=case.pk).values_list("decided_at", flat=True)
    return any(decided is None or at <= decided for decided in others for at in said)
