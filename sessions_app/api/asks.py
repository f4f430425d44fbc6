"""Questions for which help is looked for: ask, see how far it is, stop. The acts are those of the waiting list."""

from datetime import datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.fields import Input, Instant, Text, WholeNumber, YesNo
from common.api.pages import Part, page_answer, read_page
from common.mail.rendering import absolute_url
from sessions_app.asking.progress import Ways, ways_of
from sessions_app.models import HeldTime, WaitlistEntry
from sessions_app.models.bookings import QUESTION_LENGTH
from sessions_app.models.schedules import Weekday
from sessions_app.models.waiting import DayPart, WaitlistOutcome
from sessions_app.waiting.acts import leave_waitlist, wait_for_help

STATES = ["open", *WaitlistOutcome.values]


class AskInput(Input):
    """Both ways have to be named, since others read the question and the first name on them."""

    question = Text(lines=False, max_length=QUESTION_LENGTH)
    asks_mentors = YesNo(help_text="Mentors are asked for a time, one after the other.")
    asks_writers = YesNo(help_text="Later on, a mentor is asked to answer in writing.")
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=DayPart.choices),
        required=False,
        max_length=len(DayPart),
        help_text="Times of day at which you could, by the clock of your time zone. Empty: any.",
    )
    days = serializers.ListField(
        child=WholeNumber(least=1, most=7),
        required=False,
        max_length=len(Weekday),
        help_text="Weekdays on which you could: 1 is Monday, 7 is Sunday. Empty: any.",
    )
    example = {
        "question": "How do I keep bees on a balcony?",
        "asks_mentors": True,
        "asks_writers": True,
        "parts": ["evening"],
        "days": [6, 7],
    }


class AskOut(serializers.Serializer[WaitlistEntry]):
    """`mentors_asked`: how many were asked for a time so far; `answer_by`: when the one asked now answers by.

    `held_page`: where a time that is held for you can be taken, until `held_until`.
    """

    id = serializers.UUIDField(source="uuid")
    question = serializers.CharField(source="words")
    asks_mentors = serializers.BooleanField()
    asks_writers = serializers.BooleanField()
    parts = serializers.ListField(child=serializers.ChoiceField(choices=DayPart.choices))
    days = serializers.ListField(child=serializers.IntegerField())
    asked_at = Instant(source="since")
    until = Instant(help_text="When looking ends.")
    state = serializers.SerializerMethodField()
    mentors_asked = serializers.SerializerMethodField()
    answer_by = serializers.SerializerMethodField()
    held_page = serializers.SerializerMethodField()
    held_until = serializers.SerializerMethodField()
    example = {
        "id": "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f",
        "question": "How do I keep bees on a balcony?",
        "asks_mentors": True,
        "asks_writers": True,
        "parts": ["evening"],
        "days": [6, 7],
        "asked_at": "2026-11-24T13:46:00Z",
        "until": "2026-12-24T13:46:00Z",
        "state": "open",
        "mentors_asked": 1,
        "answer_by": "2026-11-24T19:46:00Z",
        "held_page": None,
        "held_until": None,
    }

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, waiting: WaitlistEntry) -> str:
        return waiting.ended or ("open" if waiting.is_live(self.context["now"]) else WaitlistOutcome.OVER)

    def get_mentors_asked(self, waiting: WaitlistEntry) -> int:
        ways = self.ways_of(waiting)
        return ways.asked if ways else 0

    @extend_schema_field(Instant(allow_null=True))
    def get_answer_by(self, waiting: WaitlistEntry) -> datetime | None:
        ways = self.ways_of(waiting)
        return ways.until if ways else None

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_held_page(self, waiting: WaitlistEntry) -> str | None:
        held = self.held_for(waiting)
        return absolute_url("held_time", held.uuid) if held else None

    @extend_schema_field(Instant(allow_null=True))
    def get_held_until(self, waiting: WaitlistEntry) -> datetime | None:
        held = self.held_for(waiting)
        return held.until if held else None

    def ways_of(self, waiting: WaitlistEntry) -> Ways | None:
        return ways_of(waiting, now=self.context["now"]) if waiting.is_live(self.context["now"]) else None

    def held_for(self, waiting: WaitlistEntry) -> HeldTime | None:
        held = waiting.held_times.filter(until__gt=self.context["now"])
        return held.filter(pk__in=HeldTime.objects.open()).first()


class AsksView(ApiView):
    @api_call(
        name="list_asks", summary="My questions for which help is looked for, newest first", answers=AskOut, paged=True
    )
    def get(self, request: Request) -> Response:
        page = read_page(self.parts, **self.read_query(), now=self.now)
        rows = [AskOut(row, context={"now": self.now}).data for row in page.rows]
        return Response(page_answer(request, rows, page.following))

    def parts(self, _moment: datetime) -> list[Part]:
        mine = WaitlistEntry.objects.live(self.now).filter(person=self.person, mentor=None)
        return [Part(mine.select_related("person"), "since", newest_first=True)]

    @api_call(name="ask", summary="Have help looked for", body=AskInput, answers=AskOut, status=201)
    def post(self, request: Request) -> Response:
        sent = self.read_body()
        waiting = wait_for_help(
            words=sent["question"],
            filters="",
            person=self.person,
            now=self.now,
            asks_mentors=sent["asks_mentors"],
            asks_writers=sent["asks_writers"],
            parts=sent.get("parts", ()),
            days=sent.get("days", ()),
        )
        return Response(AskOut(waiting, context={"now": self.now}).data, status=201)


class AskView(ApiView):
    """One of the caller's own. Other people's are a 404, like one that doesn't exist."""

    @api_call(name="read_ask", summary="One question for which help is looked for", answers=AskOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(AskOut(self.find_ask(uuid), context={"now": self.now}).data)

    @api_call(name="end_ask", summary="Have help looked for no longer", answers=AskOut)
    def delete(self, request: Request, uuid: UUID) -> Response:
        leave_waitlist(waiting=self.find_ask(uuid), by=self.person, now=self.now)
        return self.get(request, uuid)

    def find_ask(self, uuid: UUID) -> WaitlistEntry:
        mine = WaitlistEntry.objects.filter(person=self.person, mentor=None)
        return get_object_or_404(mine.select_related("person"), uuid=uuid)
