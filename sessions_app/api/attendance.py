"""Who came: what a person says of themselves and of the other. The acts are those of the session's page."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from common.api.description import api_call
from sessions_app.attendance.acts import answer_absent, join_call, run_late, say_absent, take_back_absent
from sessions_app.attendance.disputes import contest_missed, explain_missed

from .bookings import BookingView
from .shapes import AttendanceInput, BookingOut, RefusedAct

SAYINGS: Mapping[str, Callable[..., object]] = {
    "joined": join_call,
    "late": run_late,
    "came": partial(answer_absent, came=True),
    "missed": partial(answer_absent, came=False),
    "absent": say_absent,
    "arrived": take_back_absent,
    "explained": explain_missed,
    "contested": contest_missed,
}
WITH_WORDS = {"came", "missed", "explained", "contested"}


class AttendanceView(BookingView):
    @api_call(
        name="say_who_came", summary="Report who came", body=AttendanceInput, answers=BookingOut, refusal=RefusedAct
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        booking = self.find_booking(uuid)
        sent = self.read_body()
        words = {"words": sent.get("words", "")} if sent["outcome"] in WITH_WORDS else {}
        with self.acting_on(uuid):
            SAYINGS[sent["outcome"]](booking=booking, by=self.person, now=self.now, seen=self.seen_version(), **words)
        return self.answer_with(uuid)
