"""Mails about a missed session: to both people, and about the decision of staff."""

from django.conf import settings

from common.mail.rendering import Context
from notifications.registry import Message, Nothing
from sessions_app.booking.notices.emails import (
    BookingForReader,
    render_booking_email,
    soonest_elsewhere,
)
from sessions_app.models import AttendanceKind
from sessions_app.questions.missed_sessions import recent_sessions

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
    """Since when the other person was in the call; None for a session without one."""
    joined = attendance.first_act_by(reading.other.pk, AttendanceKind.JOINED)
    return reading.clock(max(joined.at, reading.booking.start)) if joined else ""


def pause_context(reading: BookingForReader) -> Context:
    """For a mentee who missed a second session or more: what follows from it."""
    if reading.is_mentor:
        return {"pause_near": False, "paused_until": ""}
    recent = recent_sessions(reading.person, now=reading.now)
    until = recent.paused_until(reading.now)
    return {
        "pause_near": recent.is_near_pause,
        "paused_until": reading.when(until) if until else "",
        "pause_count": settings.MISSES_BEFORE_PAUSE,
        "within_days": settings.MISSES_COUNT_FOR.days,
        "pause_days": settings.PAUSE_AFTER_MISSES.days,
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
