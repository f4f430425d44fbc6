"""Bookings: make one, read them, move, cancel, answer. The acts are those of the pages."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.throttling import take_booking, wait_for_booking
from accounts.api import ApiView
from accounts.models import User
from common.api.description import call
from common.api.errors import as_api_error
from common.api.pages import Part, page_answer, read_page
from mentors.models import MentorProfile, Offer
from sessions_app.errors import BookingError
from sessions_app.models import Booking, BookingState
from sessions_app.picking import Browser, busy_times
from sessions_app.services import (
    BriefInput,
    accept_booking,
    book_session,
    cancel_booking,
    decline_booking,
    move_booking,
    withdraw_booking,
)
from sessions_app.timetable import load_timetable

from .shapes import BookingInput, BookingOut, CancelInput, DeclineInput, MoveInput, RefusedTime, SlotOut


def with_all_that_is_shown(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    return bookings.select_related(
        "mentor", "mentee", "engagement__brief", "offer__profile__person", "offer__profile__schedule"
    )


class BookingsView(ApiView):
    @call(name="list_bookings", summary="My bookings, upcoming first", answers=BookingOut, paged=True)
    def get(self, request: Request) -> Response:
        mine = with_all_that_is_shown(Booking.objects.visible_to(self.person))
        page = read_page(lambda moment: in_order(mine, moment), **self.asked(), now=self.now)
        return Response(page_answer(request, self.shown(page.rows, many=True), page.following))

    @call(
        name="book",
        summary="Book a free time",
        body=BookingInput,
        answers=BookingOut,
        status=201,
        refusal=RefusedTime,
    )
    def post(self, request: Request) -> Response:
        sent = self.sent()
        self.refuse_if(wait_for_booking(self.person, now=self.now))
        offer = find_offer(sent["offer"])
        brief, start = BriefInput(**sent["brief"]), sent["start"]
        try:
            with transaction.atomic():
                booking = book_session(offer=offer, start=start, brief=brief, mentee=self.person, now=self.now)
                # Others may have been made meanwhile. Counted last, so that nobody waits for this row long.
                self.refuse_if(take_booking(self.person, now=self.now))
        except BookingError as error:
            near = alternatives(offer, start, length=offer.length, person=self.person, now=self.now)
            raise as_api_error(error, alternatives=near) from error
        return Response(self.shown(booking), status=201)

    def refuse_if(self, wait: timedelta | None) -> None:
        if wait:
            raise Throttled(wait.total_seconds())

    def shown(self, booking: Any, **options: Any) -> Any:
        return BookingOut(booking, context={"reader": self.person, "now": self.now}, **options).data


class BookingView(ApiView):
    """One of mine. Whoever has no part in it gets the same 404 as for a made-up one."""

    def booking(self, uuid: UUID, *more: Q) -> Booking:
        mine = with_all_that_is_shown(Booking.objects.visible_to(self.person))
        return get_object_or_404(mine.filter(*more), uuid=uuid)

    def shown(self, uuid: UUID) -> Response:
        context = {"reader": self.person, "now": self.now}
        return Response(BookingOut(self.booking(uuid), context=context).data)


class OneBookingView(BookingView):
    @call(name="read_booking", summary="One booking", answers=BookingOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.shown(uuid)


class CancelView(BookingView):
    @call(name="cancel_booking", summary="Cancel it, or take the request back", body=CancelInput, answers=BookingOut)
    def post(self, request: Request, uuid: UUID) -> Response:
        booking = self.booking(uuid)
        reason = self.sent().get("reason", "")
        if booking.state == BookingState.REQUESTED and booking.mentee_id == self.person.pk:
            withdraw_booking(booking=booking, by=self.person, now=self.now)
        else:
            cancel_booking(booking=booking, by=self.person, reason=reason, now=self.now)
        return self.shown(uuid)


class MoveView(BookingView):
    @call(
        name="reschedule_booking",
        summary="Move it to another free time",
        body=MoveInput,
        answers=BookingOut,
        refusal=RefusedTime,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        booking = self.booking(uuid)
        start = self.sent()["start"]
        try:
            move_booking(booking=booking, start=start, by=self.person, now=self.now)
        except BookingError as error:
            person, length = booking.mentee, booking.length
            near = alternatives(booking.offer, start, length=length, person=person, now=self.now, leave_out=booking)
            raise as_api_error(error, alternatives=near) from error
        return self.shown(uuid)


class AnswerView(BookingView):
    """What only the mentor of a request can do."""

    def request_to_me(self, uuid: UUID) -> Booking:
        return self.booking(uuid, Q(mentor=self.person))


class AcceptView(AnswerView):
    @call(name="accept_booking", summary="Accept a request", answers=BookingOut)
    def post(self, request: Request, uuid: UUID) -> Response:
        booking = self.request_to_me(uuid)
        self.sent()
        accept_booking(booking=booking, by=self.person, now=self.now)
        return self.shown(uuid)


class DeclineView(AnswerView):
    @call(name="decline_booking", summary="Decline a request", body=DeclineInput, answers=BookingOut)
    def post(self, request: Request, uuid: UUID) -> Response:
        booking = self.request_to_me(uuid)
        decline_booking(booking=booking, by=self.person, reason=self.sent()["reason"], now=self.now)
        return self.shown(uuid)


def in_order(mine: QuerySet[Booking], moment: datetime) -> list[Part]:
    """What is ahead, soonest first; then all else, newest first."""
    ahead = Q(state__in=(BookingState.REQUESTED, BookingState.CONFIRMED), during__endswith__gt=moment)
    dated = mine.annotate(begins=F("during__startswith"))
    return [Part(dated.filter(ahead), "begins"), Part(dated.exclude(ahead), "begins", newest_first=True)]


def find_offer(uuid: UUID) -> Offer:
    offers = Offer.objects.active().filter(profile__in=MentorProfile.objects.public())
    found = offers.filter(uuid=uuid).select_related("profile__person").first()
    if found is None:
        raise BookingError("unknown_offer", _("Nobody offers this now. Read the mentor’s offers again."))
    return found


def alternatives(
    offer: Offer,
    start: datetime,
    *,
    length: int,
    person: User | None,
    now: datetime,
    leave_out: Booking | None = None,
) -> list[Any]:
    """The nearest starts that can be had instead, as the page shows them."""
    timetable = load_timetable(offer.profile, now=now, leave_out=leave_out)
    if timetable is None:
        return []
    busy = busy_times(person, now=now, leave_out=leave_out)
    browser = Browser(timetable, length, offer.step, timetable.rules.zone, now, busy)
    return list(SlotOut(browser.alternatives(start), many=True).data)
