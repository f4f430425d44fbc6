"""Reports about messages: made by one of the two, read by staff for a reason that is logged, and settled by them."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from sessions_app.errors import SessionError
from sessions_app.models import Message, Report, ReportReason, ThreadOpening
from sessions_app.questions.engagements import check_part_in

# How long staff may read after giving a reason.
OPEN_FOR = timedelta(hours=1)


@transaction.atomic
def report_message(*, message: Message, reason: ReportReason, words: str, by: User, now: datetime) -> Report:
    """Report a message of the other person to staff. A second report replaces the words until it is settled.

    Raises SessionError `not_yours`, `own_message`.
    """
    check_part_in(message.engagement, by)
    if message.author_id == by.pk:
        raise SessionError(
            "own_message", _("This is your own message. You can only report what the other person wrote.")
        )
    report, created = Report.objects.select_for_update().get_or_create(
        message=message, by=by, defaults={"reason": reason, "words": words, "at": now}
    )
    if not created and report.settled_at is None:
        report.reason, report.words = reason, words
        report.save(update_fields=["reason", "words"])
    return report


def is_open_to(report: Report, by: User, *, now: datetime) -> bool:
    """Whether this member of staff has said within the last hour why they read it."""
    return report.openings.filter(by=by, at__gt=now - OPEN_FOR).exists()


@transaction.atomic
def open_report(*, report: Report, reason: str, by: User, now: datetime) -> ThreadOpening:
    """Log why this member of staff reads what two people wrote to each other. Raises SessionError `own_thread`."""
    check_staff(report, by)
    return ThreadOpening.objects.create(report=report, by=by, reason=reason, at=now)


@transaction.atomic
def settle_report(*, report: Report, outcome: str, by: User, now: datetime) -> Report:
    """Raises SessionError `own_thread`, `unread` (nobody settles a report they haven't read), `changed`."""
    check_staff(report, by)
    report = Report.objects.select_for_update().get(pk=report.pk)
    if report.settled_at is not None:
        raise SessionError("changed", _("This report has been settled in the meantime. Check it again."))
    if not is_open_to(report, by, now=now):
        raise SessionError("unread", _("Read the message first."))
    report.settled_at, report.settled_by, report.outcome = now, by, outcome
    report.save(update_fields=["settled_at", "settled_by", "outcome"])
    return report


def check_staff(report: Report, by: User) -> None:
    if not may(by, Power.MODERATE):
        raise PermissionDenied
    engagement = report.message.engagement
    if by.pk in (engagement.mentor_id, engagement.mentee_id):
        raise SessionError("own_thread", _("This is about your own messages. Someone else needs to decide."))
