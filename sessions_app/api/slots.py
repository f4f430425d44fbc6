"""When a mentor can be booked."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.fields import Day, Input, Zone
from mentors.models import MentorProfile, Offer
from sessions_app.availability.reader_times import JoinedSpans, reader_times_of
from sessions_app.availability.slot_picker import SlotPicker
from sessions_app.availability.slots import Slot
from sessions_app.availability.timetable import load_timetable_for
from sessions_app.questions.limits import read_limit, read_standing
from sessions_app.questions.programme_limits import find_shared, other_kind_error

from .shapes import SLOT, SlotOut

MOST_DAYS = 62


class SlotsQuery(Input):
    offer = serializers.UUIDField(help_text="The `id` of an offer.")
    timezone = Zone(help_text="The time zone that the dates are in.")
    to = Day(help_text="The last date, inclusive. You can ask for up to 62 days.")
    programme = serializers.SlugField(
        required=False, help_text="The programme that a session is to count for, as where you book."
    )

    def get_fields(self) -> dict[str, Any]:
        """`from` is a keyword of Python, so this field can't be an attribute of the class."""
        return {"from": Day(help_text="The first date."), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": [_("The last date can’t be before the first.")]}, code="rule")
        if attrs["to"] - attrs["from"] >= timedelta(days=MOST_DAYS):
            raise serializers.ValidationError({"to": [_("Ask for up to 62 days.")]}, code="rule")
        return attrs


class MarkedSlotOut(SlotOut):
    """A free time, and whether a calendar that you have connected says that you are busy then."""

    busy_in_your_calendar = serializers.BooleanField(
        help_text="You can book it all the same. Always `false` if you haven’t connected a calendar."
    )
    example: dict[str, Any] = {**SLOT, "busy_in_your_calendar": False}


class Limit(serializers.Serializer[Any]):
    """Why you can’t book a new session with this mentor at any of these times, as `POST bookings/` would say it.

    A session that you have can be rescheduled to them.
    """

    code = serializers.CharField()
    message = serializers.CharField()
    example = {
        "code": "session_kind",
        "message": "Your programme has sessions of another length or kind. Choose another offer, or another mentor.",
    }


class Slots(serializers.Serializer[Any]):
    timezone = serializers.CharField()
    slots = MarkedSlotOut(many=True)
    limit = Limit(allow_null=True)
    example = {"timezone": "Europe/London", "slots": [MarkedSlotOut.example], "limit": None}


class SlotsView(ApiView):
    public = True

    @api_call(name="list_slots", summary="A mentor’s free times", query=SlotsQuery, answers=Slots, conflict=True)
    def get(self, request: Request, slug: str) -> Response:
        profile = get_object_or_404(MentorProfile.objects.seen_by(self.reader).select_related("person"), slug=slug)
        asked = self.read_query()
        offer = offer_with_times(profile, asked["offer"])
        chosen = None
        if "programme" in asked:
            chosen = find_shared(asked["programme"], self.reader, profile.person, now=self.now).pk
        timetable = load_timetable_for(self.reader, profile, now=self.now, chosen=chosen)
        standing = read_standing(profile, self.reader, now=self.now, chosen=chosen)
        limit, free = read_limit(profile, self.reader, standing, now=self.now), []
        if timetable and not timetable.pair.allows(offer.length, offer.format):
            limit = limit or other_kind_error()
        elif timetable:
            own = reader_times_of(self.reader, now=self.now)
            browser = SlotPicker(timetable, offer.length, offer.step, asked["timezone"], self.now, own.sessions)
            free = [marked(slot, own.elsewhere) for slot in all_between(browser, asked["from"], asked["to"])]
        return Response(Slots({"timezone": asked["timezone"], "slots": free, "limit": limit}).data)


def marked(slot: Slot, elsewhere: JoinedSpans) -> dict[str, Any]:
    busy = elsewhere.overlap(slot.start, slot.end)
    return {"start": slot.start, "end": slot.end, "busy_in_your_calendar": busy}


def offer_with_times(profile: MentorProfile, uuid: UUID) -> Offer:
    """Raises Http404, and ValidationError for an offer in writing, which has no times."""
    if profile.offers.active().in_writing().filter(uuid=uuid).exists():
        words = _("This offer is answered in writing, so it has no times. Use another of this mentor’s offers.")
        raise serializers.ValidationError({"offer": [words]}, code="rule")
    return get_object_or_404(profile.offers.bookable(), uuid=uuid)


def all_between(browser: SlotPicker, first: date, last: date) -> list[Slot]:
    """Both dates included. In two questions: 62 dates are longer than the engine's 62 days where clocks go back."""
    middle, end = first + (last - first) / 2, last + timedelta(days=1)
    return browser.between(first, middle) + browser.between(middle, end)
