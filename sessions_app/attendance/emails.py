"""Mails about a missed session: to both people, and about the decision of staff."""

from datetime import datetime

from django.utils.formats import date_format

from common.mail.rendering import Context, absolute_url
from mentors.models import MentorProfile
from notifications.models import Notification
from notifications.readers import NoticeReader
from notifications.registry import Message, Nothing
from sessions_app.booking.notices.emails import (
    BookingForReader,
    render_booking_email,
    soonest_elsewhere,
)
from sessions_app.ledger.ledgers import ledger_of
from sessions_app.models import AttendanceKind, Role

from .confirming import confirmation_of
from .disputes import why_not_explain
from .facts import CONTEST_WITHIN, Attendance, answer_by, attendance_of


def render_not_here_email(reading: BookingForReader) -> Message | Nothing:
    attendance = attendance_of(reading.booking)
    claim = attendance.question_to(reading.person)
    if claim is None or attendance.has_spoken(reading.person):
        return Nothing("answered")
    booking = reading.booking
    extra: Context = {
        "answer_by": reading.when(answer_by(claim, booking), short=True),
        "is_open": booking.is_join_open(reading.now),
    }
    return render_booking_email(reading, "attendance/not_here", extra)


def render_missed_email(reading: BookingForReader) -> Message:
    attendance = attendance_of(reading.booking)
    me = reading.person.pk
    extra: Context = {
        "admitted": attendance.first_act_by(me, AttendanceKind.MISSED) is not None,
        "waited_from": waited_from(attendance, reading),
        "contest_until": reading.when(reading.booking.end + CONTEST_WITHIN, short=True),
        **pause_context(reading),
    }
    return render_booking_email(reading, "attendance/missed", extra)


def waited_from(attendance: Attendance, reading: BookingForReader) -> str:
    """Since when the other person was in the call; empty if they never joined one."""
    joined = attendance.first_act_by(reading.other.pk, AttendanceKind.JOINED)
    return reading.clock(max(joined.at, reading.booking.start)) if joined else ""


def pause_context(reading: BookingForReader) -> Context:
    """What follows from it, for a mentee. A mentor who is away because of it has a mail of their own about that."""
    ledger_url = absolute_url("my_ledger")
    if reading.is_mentor:
        return {"pause_near": False, "paused_until": "", "ledger_url": ledger_url}
    ledger = ledger_of(reading.person, Role.MENTEE, now=reading.now)
    until = ledger.paused_until(reading.now)
    return {
        "pause_near": ledger.is_near_pause,
        "paused_until": reading.when(until) if until else "",
        "ledger_url": ledger_url,
    }


def render_did_not_join_email(reading: BookingForReader) -> Message:
    answer = attendance_of(reading.booking).first_act_by(reading.other.pk, AttendanceKind.MISSED)
    extra: Context = {
        "admitted": answer is not None,
        "words": answer.words if answer else "",
        "is_running": reading.now < reading.booking.end,
    }
    if not reading.is_mentor:
        extra |= soonest_elsewhere(reading)
    return render_booking_email(reading, "attendance/did_not_join", extra)


def render_contested_email(reading: BookingForReader) -> Message | Nothing:
    """To the other of the two: what was written, and where to say how it was for them."""
    attendance = attendance_of(reading.booking)
    if not attendance.is_contested:
        return Nothing("decided")
    asked = attendance.first_act_by(reading.other.pk, AttendanceKind.CONTESTED)
    extra: Context = {
        "words": asked.words if asked else "",
        "can_explain": why_not_explain(attendance, by=reading.person) is None,
    }
    return render_booking_email(reading, "attendance/contested", extra)


def render_decided_email(reading: BookingForReader) -> Message:
    attendance = attendance_of(reading.booking)
    decision = attendance.decision
    missing = attendance.missing
    extra: Context = {
        "by_me": missing == reading.person,
        "by_nobody": missing is None,
        "words": decision.words if decision else "",
    }
    return render_booking_email(reading, "attendance/attendance_decided", extra)


def render_confirm_email(reading: BookingForReader) -> Message | Nothing:
    asked = confirmation_of(reading.booking, reading.person)
    if asked is None or asked.confirmed_at:
        return Nothing("confirmed")
    extra: Context = {"until": reading.when(asked.due_at, short=True), "ledger_url": absolute_url("my_ledger")}
    return render_booking_email(reading, "attendance/confirm_session", extra)


def render_mentor_paused_email(row: Notification, now: datetime) -> Message | Nothing:
    profile = MentorProfile.objects.select_related("person").filter(pk=row.subject_id).first()
    if profile is None or profile.version != row.subject_version or profile.paused_until is None:
        return Nothing("moved on")
    extra: Context = {
        "day": date_format(profile.paused_until, "l j F"),
        "ledger_url": absolute_url("my_ledger"),
        "week_url": absolute_url("mentor_availability"),
    }
    return NoticeReader(row.recipient, now).render_email("attendance/mentor_paused", extra)
