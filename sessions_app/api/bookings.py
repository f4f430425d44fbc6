"""Bookings: make one, read them, move, cancel, answer. The acts are those of the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from accounts.models import User
from common.api.description import api_call
from common.api.errors import as_api_error
from common.api.pages import Part, page_answer, read_page
from mentors.models import MentorProfile, Offer
from programmes.models import Programme
from sessions_app.availability.slot_picker import SlotPicker, busy_times
from sessions_app.availability.slots import Slot
from sessions_app.availability.timetable import load_timetable_for
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import call_off, call_off_dates, move_booking
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.other_times import find_times_left, pick_other_times
from sessions_app.booking.requests import accept_booking, decline_booking
from sessions_app.booking.series import book_further
from sessions_app.errors import SessionError
from sessions_app.models import Booking
from sessions_app.models.states import OPEN
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.programme_limits import find_shared

from .shapes import (
    BookingInput,
    BookingOut,
    CancelInput,
    ChoiceInput,
    CounterInput,
    DeclineInput,
    FurtherInput,
    MoveInput,
    RefusedAct,
    RefusedMove,
    RefusedTime,
    SeenInput,
    SlotOut,
)


def with_all_that_is_shown(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    return bookings.select_related(
        "mentor", "mentee", "programme", "engagement__brief", "offer__profile__person", "offer__profile__schedule"
    ).prefetch_related("counter_times")


class BookingsView(ApiView):
    @api_call(name="list_bookings", summary="My bookings, upcoming first", answers=BookingOut, paged=True)
    def get(self, request: Request) -> Response:
        mine = with_all_that_is_shown(Booking.objects.visible_to(self.person))
        page = read_page(lambda moment: in_order(mine, moment), **self.read_query(), now=self.now)
        # For their links
        prefetch_related_objects(page.rows, "attendance", "feedback")
        return Response(page_answer(request, self.answer_with(page.rows, many=True), page.following))

    @api_call(
        name="book",
        summary="Book a free time",
        body=BookingInput,
        answers=BookingOut,
        status=201,
        refusal=RefusedTime,
    )
    def post(self, request: Request) -> Response:
        sent = self.read_body()
        offer = find_offer(sent["offer"], self.person)
        brief, start = BriefInput(**sent["brief"]), sent["start"]
        programme, mentor = None, offer.profile.person
        if "programme" in sent:
            programme = find_shared(sent["programme"], self.person, mentor, now=self.now)
        try:
            booking = book_session(
                offer=offer, start=start, brief=brief, mentee=self.person, now=self.now, programme=programme
            )
        except SessionError as error:
            picker = pick_times(offer, person=self.person, chosen=programme, now=self.now)
            raise as_api_error(error, alternatives=slots_instead(picker, error, start)) from error
        return Response(self.answer_with(booking), status=201)

    def answer_with(self, booking: Any, **options: Any) -> Any:
        return BookingOut(booking, context={"reader": self.person, "now": self.now}, **options).data


class BookingView(ApiView):
    """A booking of the caller's own. Other people's are a 404, like one that doesn't exist."""

    def find_booking(self, uuid: UUID, *more: Q) -> Booking:
        mine = with_all_that_is_shown(Booking.objects.visible_to(self.person))
        return get_object_or_404(mine.filter(*more), uuid=uuid)

    def answer_with(self, uuid: UUID) -> Response:
        context = {"reader": self.person, "now": self.now}
        return Response(BookingOut(self.find_booking(uuid), context=context).data)

    @contextmanager
    def acting_on(self, uuid: UUID) -> Iterator[None]:
        """Adds the present booking to the refusal of an act on an old version."""
        try:
            yield
        except SessionError as error:
            if not error.is_stale:
                raise
            raise as_api_error(error, booking=self.answer_with(uuid).data) from error

    def seen_version(self) -> str:
        return str(self.read_body()["version"])


class OneBookingView(BookingView):
    @api_call(name="read_booking", summary="One booking", answers=BookingOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.answer_with(uuid)


class CancelView(BookingView):
    @api_call(
        name="cancel_booking",
        summary="Cancel a session, or withdraw a request",
        body=CancelInput,
        answers=BookingOut,
        refusal=RefusedAct,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        booking, seen = self.find_booking(uuid), self.seen_version()
        end = call_off_dates if self.read_body().get("all") else call_off
        reason = self.read_body().get("reason", "")
        with self.acting_on(uuid):
            end(booking=booking, by=self.person, reason=reason, now=self.now, seen=seen)
        return self.answer_with(uuid)


class MoveView(BookingView):
    @api_call(
        name="reschedule_booking",
        summary="Reschedule to another free time",
        body=MoveInput,
        answers=BookingOut,
        refusal=RefusedMove,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        booking, seen = self.find_booking(uuid), self.seen_version()
        start = self.read_body()["start"]
        try:
            with self.acting_on(uuid):
                move_booking(booking=booking, start=start, by=self.person, now=self.now, seen=seen)
        except SessionError as error:
            picker = pick_other_times(booking, zone=None, now=self.now)
            raise as_api_error(error, alternatives=slots_instead(picker, error, start)) from error
        return self.answer_with(uuid)


class AnswerView(BookingView):
    """What only the mentor of a request can do."""

    def request_to_me(self, uuid: UUID) -> Booking:
        return self.find_booking(uuid, Q(mentor=self.person))


class AcceptView(AnswerView):
    @api_call(name="accept_booking", summary="Accept a request", body=SeenInput, answers=BookingOut, refusal=RefusedAct)
    def post(self, request: Request, uuid: UUID) -> Response:
        booking, seen = self.request_to_me(uuid), self.seen_version()
        with self.acting_on(uuid):
            accept_booking(booking=booking, by=self.person, now=self.now, seen=seen)
        return self.answer_with(uuid)


class DeclineView(AnswerView):
    @api_call(
        name="decline_booking", summary="Decline a request", body=DeclineInput, answers=BookingOut, refusal=RefusedAct
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        booking, seen = self.request_to_me(uuid), self.seen_version()
        with self.acting_on(uuid):
            decline_booking(booking=booking, by=self.person, reason=self.read_body()["reason"], now=self.now, seen=seen)
        return self.answer_with(uuid)


class CounterView(AnswerView):
    @api_call(
        name="offer_other_times",
        summary="Answer a request with other times",
        body=CounterInput,
        answers=BookingOut,
        refusal=RefusedMove,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        booking, seen = self.request_to_me(uuid), self.seen_version()
        starts = self.read_body()["starts"]
        try:
            with self.acting_on(uuid):
                counter_request(booking=booking, starts=starts, by=self.person, now=self.now, seen=seen)
        except SessionError as error:
            raise as_api_error(error, alternatives=self.times_instead(booking, starts, error)) from error
        return self.answer_with(uuid)

    def times_instead(self, booking: Booking, starts: list[datetime], error: SessionError) -> list[Any]:
        picker = pick_other_times(booking, zone=None, now=self.now)
        if picker is None:
            return []
        chosen = [Slot(start, start + timedelta(minutes=booking.length)) for start in sorted(set(starts))]
        return list(SlotOut(find_times_left(picker, chosen, error).instead, many=True).data)


class ChooseView(BookingView):
    @api_call(
        name="choose_time",
        summary="Choose one of the times offered instead",
        body=ChoiceInput,
        answers=BookingOut,
        refusal=RefusedAct,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        booking, seen = self.find_booking(uuid, Q(mentee=self.person)), self.seen_version()
        with self.acting_on(uuid):
            choose_time(booking=booking, start=self.read_body()["start"], by=self.person, now=self.now, seen=seen)
        return self.answer_with(uuid)


class FurtherView(BookingView):
    """Further dates on the question of a booking: all of them or none."""

    @api_call(
        name="book_further_dates",
        summary="Book further dates on the same question",
        body=FurtherInput,
        answers=BookingOut(many=True),
        status=201,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        booking, starts = self.find_booking(uuid, Q(mentee=self.person)), self.read_body()["starts"]
        made = book_further(booking=booking, starts=starts, by=self.person, now=self.now)
        booked = Booking.objects.filter(pk__in=[contact.pk for contact in made]).order_by("during")
        context = {"reader": self.person, "now": self.now}
        shown = [BookingOut(contact, context=context).data for contact in with_all_that_is_shown(booked)]
        return Response(shown, status=201)


def in_order(mine: QuerySet[Booking], moment: datetime) -> list[Part]:
    """Upcoming bookings, soonest first; then all others, newest first."""
    ahead = Q(state__in=OPEN, during__endswith__gt=moment)
    dated = mine.annotate(begins=F("during__startswith"))
    return [Part(dated.filter(ahead), "begins"), Part(dated.exclude(ahead), "begins", newest_first=True)]


def find_offer(uuid: UUID, person: User) -> Offer:
    offers = Offer.objects.active().filter(profile__in=MentorProfile.objects.seen_by(person))
    found = offers.filter(uuid=uuid).select_related("profile__person").first()
    if found is None:
        raise SessionError("unknown_offer", _("This offer is no longer available. Read the mentor’s offers again."))
    return found


def pick_times(offer: Offer, *, person: User, chosen: Programme | None, now: datetime) -> SlotPicker | None:
    """The times that the page would offer to this person, by days of the mentor's zone."""
    timetable = load_timetable_for(person, offer.profile, now=now, chosen=chosen.pk if chosen else None)
    if timetable is None or not timetable.pair.allows(offer.length, offer.format):
        return None
    busy = busy_times(person, now=now)
    return SlotPicker(timetable, offer.length, offer.step, timetable.rules.zone, now, busy)


def slots_instead(picker: SlotPicker | None, error: SessionError, start: datetime) -> list[Any]:
    return list(SlotOut(picker.suggest_instead(error, start), many=True).data) if picker else []
