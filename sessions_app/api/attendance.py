"""Who came: what a person says of themselves and of the other. The acts are those of the session's page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from common.api.description import call
from sessions_app.models import Booking
from sessions_app.services import (
    answer_absent,
    contest_missed,
    explain_missed,
    join_call,
    run_late,
    say_absent,
    take_back_absent,
)

from .bookings import BookingView
from .shapes import AttendanceInput, BookingOut

Say = Callable[[Booking, User, str, datetime], object]
SAYINGS: Mapping[str, Say] = {
    "joined": lambda booking, by, words, now: join_call(booking=booking, by=by, now=now),
    "late": lambda booking, by, words, now: run_late(booking=booking, by=by, now=now),
    "came": lambda booking, by, words, now: answer_absent(booking=booking, by=by, came=True, words=words, now=now),
    "missed": lambda booking, by, words, now: answer_absent(booking=booking, by=by, came=False, words=words, now=now),
    "absent": lambda booking, by, words, now: say_absent(booking=booking, by=by, now=now),
    "arrived": lambda booking, by, words, now: take_back_absent(booking=booking, by=by, now=now),
    "explained": lambda booking, by, words, now: explain_missed(booking=booking, by=by, words=words, now=now),
    "contested": lambda booking, by, words, now: contest_missed(booking=booking, by=by, words=words, now=now),
}


class AttendanceView(BookingView):
    @call(name="say_who_came", summary="Say who came", body=AttendanceInput, answers=BookingOut)
    def post(self, request: Request, uuid: UUID) -> Response:
        booking = self.booking(uuid)
        sent = self.sent()
        SAYINGS[sent["outcome"]](booking, self.person, sent.get("words", ""), self.now)
        return self.shown(uuid)
