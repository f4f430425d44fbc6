"""The kinds of notices about reports and cases, which always come, and about seals of the logs."""

from notifications.models import Group
from notifications.registry import Kind

from . import notices, seals
from .seal_notices import render_seal_email

KINDS = [
    Kind(seals.KIND, seals.SUBJECT_TYPE, render_seal_email, None, group=Group.SEALS),
    Kind(notices.RECEIVED, notices.REPORT, notices.render_received_email, notices.report_lines),
    Kind(notices.OUTCOME, notices.REPORT, notices.render_outcome_email, notices.report_lines),
    *(Kind(name, notices.CASE, notices.render_on_call_email, notices.case_lines) for name in notices.ON_CALL),
    Kind(notices.TAKEN_OVER, notices.CASE, render=None, lines=notices.taken_over_lines),
    Kind(notices.CASES_OVERDUE, notices.DAY_OF_CASES, notices.render_overdue_email, None),
    Kind(
        notices.DECIDED,
        notices.SANCTION,
        notices.render_decided_email,
        notices.sanction_lines,
        reaches_closed=True,
    ),
    Kind(notices.LIFTED, notices.SANCTION, notices.render_lifted_email, notices.sanction_lines, reaches_closed=True),
    Kind(
        notices.APPEAL_RECEIVED,
        notices.APPEAL,
        notices.render_appeal_email,
        notices.appeal_lines,
        reaches_closed=True,
    ),
    Kind(
        notices.APPEAL_ANSWERED,
        notices.APPEAL,
        notices.render_appeal_email,
        notices.appeal_lines,
        reaches_closed=True,
    ),
]
