"""Calendars kept elsewhere, over the API: the same acts and limits as on the page. Never a secret comes out."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.errors import answers_for
from common.api.fields import Input, Instant, Text

from .accounts import connect_caldav
from .connecting import check_connecting, connect_address, count_connection, disconnect, look_now, switch_calendar
from .errors import CalendarError
from .models import (
    LONGEST_ADDRESS,
    LONGEST_PASSWORD,
    LONGEST_USER,
    AllDay,
    Connection,
    ConnectionKind,
    ConnectionState,
    ExternalCalendar,
)

answers_for(
    CalendarError,
    unprocessable={"address", "port", "user", "password", "none_chosen", "unknown_calendar", "no_titles"},
    fields=lambda error: {error.field: [error.message]} if error.field else {},
)

KINDS_TO_CONNECT = [ConnectionKind.ADDRESS.value, ConnectionKind.CALDAV.value]
CONNECTION_ID = "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f"


class AppPassword(serializers.CharField):
    """As it is sent, to the last blank: a server elsewhere compares it, and nobody is shown it."""


class CalendarInput(Input):
    kind = serializers.ChoiceField(choices=KINDS_TO_CONNECT, help_text="`address`: a secret iCalendar address.")
    address = Text(lines=False, max_length=LONGEST_ADDRESS, help_text="Of the calendar, or of the CalDAV server.")
    user = Text(lines=False, max_length=LONGEST_USER, required=False, help_text="Only for `caldav`.")
    password = AppPassword(
        max_length=LONGEST_PASSWORD,
        required=False,
        trim_whitespace=False,
        help_text="An app password. Only for `caldav`.",
    )

    example = {"kind": "address", "address": "https://calendar.example/private-1234/basic.ics"}

    @staticmethod
    def check_kind(kind: str, sent: dict[str, Any]) -> None:
        """Raises CalendarError `user`, `password` for what this kind lacks, or has too many."""
        for name in ("user", "password"):
            if kind == ConnectionKind.CALDAV and name not in sent:
                raise CalendarError(name, _("Send it too: a CalDAV account needs it"), field=name)
            if kind != ConnectionKind.CALDAV and name in sent:
                raise CalendarError(name, _("Leave it out: a calendar address has none"), field=name)


class SwitchesInput(Input):
    """One of the calendars, by its `id`. What isn't sent stays as it is."""

    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    counts = serializers.BooleanField(required=False)
    treats_tentative = serializers.BooleanField(required=False)
    treats_all_day = serializers.ChoiceField(choices=AllDay.choices, required=False)
    keeps_titles = serializers.BooleanField(required=False)


class ConnectionInput(Input):
    calendars = serializers.ListField(child=SwitchesInput(), min_length=1, max_length=100)

    example = {"calendars": [{"id": 7, "counts": True}]}


class ExternalCalendarOut(serializers.Serializer[ExternalCalendar]):
    """`busy_times`: in the 30 days after it was read last."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="shown_name")
    colour = serializers.CharField()
    counts = serializers.BooleanField(help_text="Whether its busy times block bookings.")
    treats_tentative = serializers.BooleanField()
    treats_all_day = serializers.ChoiceField(choices=AllDay.choices)
    keeps_titles = serializers.BooleanField(help_text="Whether titles of events are kept, which only you see.")
    busy_times = serializers.IntegerField(source="found")


class ConnectionOut(serializers.Serializer[Connection]):
    """`state` is `proposed` until its person has said which calendars count. `failure` is empty if all is well."""

    id = serializers.UUIDField(source="uuid")
    kind = serializers.ChoiceField(choices=ConnectionKind.choices)
    host = serializers.CharField()
    state = serializers.ChoiceField(choices=ConnectionState.choices)
    read_at = Instant(source="synced_at", allow_null=True)
    failing_since = Instant(allow_null=True)
    failure = serializers.CharField()
    calendars = serializers.SerializerMethodField()

    example = {
        "id": CONNECTION_ID,
        "kind": "address",
        "host": "calendar.example",
        "state": "active",
        "read_at": "2026-11-24T13:46:00Z",
        "failing_since": None,
        "failure": "",
        "calendars": [
            {
                "id": 7,
                "name": "Work",
                "colour": "#1a73e8",
                "counts": True,
                "treats_tentative": True,
                "treats_all_day": "said",
                "keeps_titles": False,
                "busy_times": 12,
            }
        ],
    }

    @extend_schema_field(ExternalCalendarOut(many=True))
    def get_calendars(self, connection: Connection) -> list[dict[str, Any]]:
        return [ExternalCalendarOut(one).data for one in connection.calendars.all() if not one.is_gone]


class ConnectionsOut(serializers.Serializer[Any]):
    results = ConnectionOut(many=True)

    example = {"results": [ConnectionOut.example]}


class GoneOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()

    example = {"id": CONNECTION_ID}


class CalendarView(ApiView):
    """Of one person's connections; those of others don't exist."""

    def find(self, uuid: UUID) -> Connection:
        found = Connection.objects.filter(person=self.person, uuid=uuid).prefetch_related("calendars").first()
        if found is None:
            raise Http404
        return found

    def answer(self, uuid: UUID, *, status: int = 200) -> Response:
        return Response(ConnectionOut(self.find(uuid)).data, status=status)


class CalendarsView(CalendarView):
    @api_call(name="list_calendars", summary="My calendars elsewhere", answers=ConnectionsOut)
    def get(self, _request: Request) -> Response:
        mine = Connection.objects.filter(person=self.person).prefetch_related("calendars")
        return Response({"results": [ConnectionOut(connection).data for connection in mine]})

    @api_call(
        name="connect_calendar",
        summary="Connect a calendar; nothing of it counts until I say which of its calendars do",
        body=CalendarInput,
        answers=ConnectionOut,
        status=201,
    )
    def post(self, request: Request) -> Response:
        sent: dict[str, Any] = self.read_body()
        kind = sent.pop("kind")
        CalendarInput.check_kind(kind, sent)
        check_connecting(request._request, self.person, self.now)
        connect = connect_caldav if kind == ConnectionKind.CALDAV else connect_address
        made = connect(person=self.person, **sent, now=self.now)
        return self.answer(made.uuid, status=201)


class OneCalendarView(CalendarView):
    @api_call(name="get_calendar", summary="One of my connected calendars", answers=ConnectionOut)
    def get(self, _request: Request, uuid: UUID) -> Response:
        return self.answer(uuid)

    @api_call(
        name="switch_calendars",
        summary="Say which calendars of a connection block bookings, and how",
        body=ConnectionInput,
        answers=ConnectionOut,
    )
    def patch(self, _request: Request, uuid: UUID) -> Response:
        with transaction.atomic():
            self.switch(self.find(uuid), self.read_body()["calendars"])
        return self.answer(uuid)

    def switch(self, connection: Connection, sent: list[dict[str, Any]]) -> None:
        """All that is sent or nothing. Raises CalendarError `unknown_calendar`, and what the acts raise."""
        there = {calendar.pk: calendar for calendar in connection.calendars.all() if not calendar.is_gone}
        if {one["id"] for one in sent} - there.keys():
            raise CalendarError(
                "unknown_calendar", _("This connection has no calendar with that id"), field="calendars"
            )
        if connection.state == ConnectionState.PROPOSED:
            chosen = {one["id"] for one in sent if one.get("counts")}
            count_connection(connection=connection, chosen=chosen, now=self.now)
            connection = self.find(connection.uuid)
            there = {calendar.pk: calendar for calendar in connection.calendars.all()}
        for one in sent:
            calendar = there[one["id"]]
            switch_calendar(
                calendar=calendar,
                counts=one.get("counts", calendar.counts),
                treats_tentative=one.get("treats_tentative", calendar.treats_tentative),
                treats_all_day=AllDay(one.get("treats_all_day", calendar.treats_all_day)),
                keeps_titles=one.get("keeps_titles", calendar.keeps_titles),
                now=self.now,
            )

    @api_call(name="disconnect_calendar", summary="Disconnect a calendar; nothing of it stays", answers=GoneOut)
    def delete(self, _request: Request, uuid: UUID) -> Response:
        disconnect(connection=self.find(uuid), now=self.now)
        return Response(GoneOut({"id": uuid}).data)


class LookView(CalendarView):
    @api_call(name="read_calendar", summary="Have a connected calendar read now", answers=ConnectionOut)
    def post(self, _request: Request, uuid: UUID) -> Response:
        found = self.find(uuid)
        self.read_body()
        look_now(connection=found, now=self.now)
        return self.answer(uuid)
