"""Questions for which help is looked for: ask, see how far it is, stop. The acts are those of the waiting list."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.fields import Input, Instant, Text, WholeNumber, YesNo
from common.api.pages import Part, page_answer, read_page
from common.mail.rendering import absolute_url
from sessions_app.asking.progress import ways_of
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
        help_text="Times of day at which you could, by the clock of your time zone. Empty: any, from 7:00 to 23:00.",
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


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with how far it is; see `AskOut`."""

    waiting: WaitlistEntry
    state: str
    mentors_asked: int
    answer_by: datetime | None
    held_page: str | None
    held_until: datetime | None

    @classmethod
    def read(cls, waiting: WaitlistEntry, *, now: datetime) -> "Ask":
        is_live = waiting.is_live(now)
        ways = ways_of(waiting, now=now) if is_live else None
        held = HeldTime.objects.open().filter(waiting=waiting, until__gt=now).first()
        return cls(
            waiting=waiting,
            state=waiting.ended or ("open" if is_live else WaitlistOutcome.OVER),
            mentors_asked=ways.asked if ways else 0,
            answer_by=ways.until if ways else None,
            held_page=absolute_url("held_time", held.uuid) if held else None,
            held_until=held.until if held else None,
        )


class AskOut(serializers.Serializer[Ask]):
    """`mentors_asked`: how many were asked for a time so far; `answer_by`: when the one asked now answers by.

    `held_page`: where a time that is held for you can be taken, until `held_until`.
    """

    id = serializers.UUIDField(source="waiting.uuid")
    question = serializers.CharField(source="waiting.words")
    asks_mentors = serializers.BooleanField(source="waiting.asks_mentors")
    asks_writers = serializers.BooleanField(source="waiting.asks_writers")
    parts = serializers.ListField(child=serializers.ChoiceField(choices=DayPart.choices), source="waiting.parts")
    days = serializers.ListField(child=serializers.IntegerField(), source="waiting.days")
    asked_at = Instant(source="waiting.since")
    until = Instant(source="waiting.until", help_text="When looking ends.")
    state = serializers.ChoiceField(choices=STATES)
    mentors_asked = serializers.IntegerField()
    answer_by = Instant(allow_null=True)
    held_page = serializers.URLField(allow_null=True)
    held_until = Instant(allow_null=True)
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


class AsksView(ApiView):
    @api_call(
        name="list_asks", summary="My questions for which help is looked for, newest first", answers=AskOut, paged=True
    )
    def get(self, request: Request) -> Response:
        page = read_page(self.parts, **self.read_query(), now=self.now)
        rows = [AskOut(Ask.read(row, now=self.now)).data for row in page.rows]
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
        return Response(AskOut(Ask.read(waiting, now=self.now)).data, status=201)


class AskView(ApiView):
    """One of the caller's own. Other people's are a 404, like one that doesn't exist."""

    @api_call(name="read_ask", summary="One question for which help is looked for", answers=AskOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return Response(AskOut(Ask.read(self.find_ask(uuid), now=self.now)).data)

    @api_call(name="end_ask", summary="Have help looked for no longer", answers=AskOut)
    def delete(self, request: Request, uuid: UUID) -> Response:
        leave_waitlist(waiting=self.find_ask(uuid), by=self.person, now=self.now)
        return self.get(request, uuid)

    def find_ask(self, uuid: UUID) -> WaitlistEntry:
        mine = WaitlistEntry.objects.filter(person=self.person, mentor=None)
        return get_object_or_404(mine.select_related("person"), uuid=uuid)
