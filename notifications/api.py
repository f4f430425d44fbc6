"""Me: how I am called and told, and what I was told."""

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from accounts.models import DataExport, ExportState, HourCycle, User
from accounts.privacy.exports import PrivacyError, ask_export
from accounts.rules.validators import validate_person_name
from accounts.services import change_person
from common.api.description import api_call
from common.api.errors import answers_for
from common.api.fields import Input, Instant, Text, WallClock, YesNo, Zone, whole_number
from common.api.pages import Part, page_answer, read_page
from common.mail.rendering import absolute_url

from .inbox import InboxEntry, build_entries
from .models import OFF_AT_FIRST, Group, InboxItem, Preference
from .preferences import LEADS, MOST_LEADS, preference_of, save_preference

answers_for(PrivacyError)

DAY_CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"


@extend_schema_field({"type": "string", "pattern": DAY_CLOCK})
class TimeOfDay(WallClock):
    """As `WallClock`, but no day ends with it."""

    def to_internal_value(self, data: Any) -> time:  # type: ignore[override]
        minutes = super().to_internal_value(data)
        if minutes == 24 * 60:
            self.fail("clock")
        return time(minutes // 60, minutes % 60)

    def to_representation(self, value: time) -> str:  # type: ignore[override]
        return f"{value:%H:%M}"


class Lead(serializers.ChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(choices=list(LEADS.items()), **options)

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        number = whole_number(data)
        if number is None:
            self.fail("invalid_choice", input=data)
        return int(super().to_internal_value(number))


class MailsShape(Input):
    """Which optional emails are sent. Emails about changes to a session are always sent."""

    def get_fields(self) -> dict[str, Any]:
        """Every group that a person can switch off, by name."""
        return {group: YesNo(required=False) for group in Group.values}


class QuietShape(Input):
    until = TimeOfDay()

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python, so it can't be written as the other."""
        return {"from": TimeOfDay(), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["from"] == attrs["until"]:
            said = _("Quiet hours can’t start and end at the same time")
            raise serializers.ValidationError({"until": [said]}, code="rule")
        return attrs


class PreferencesShape(Input):
    clock = serializers.ChoiceField(choices=HourCycle.choices, required=False)
    mails = MailsShape(required=False)
    reminders = serializers.ListField(
        child=Lead(), max_length=MOST_LEADS, required=False, help_text="Minutes before a session."
    )
    quiet_hours = QuietShape(required=False, allow_null=True, help_text="Optional emails wait until these are over.")


ME: dict[str, Any] = {
    "name": "Sam Okafor",
    "timezone": "Europe/London",
    "language": "en",
    "preferences": {
        "clock": "24",
        "mails": {group: group not in OFF_AT_FIRST for group in Group.values},
        "reminders": [1440, 60],
        "quiet_hours": {"from": "22:00", "until": "07:00"},
    },
}


class MeShape(Input):
    name = Text(lines=False, max_length=80, required=False)
    timezone = Zone(required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    preferences = PreferencesShape(required=False)
    example = {"timezone": "Asia/Kolkata", "preferences": {"reminders": [60]}}

    def validate_name(self, name: str) -> str:
        try:
            validate_person_name(name)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages, code="rule") from None
        return name


class Me(serializers.Serializer[Any]):
    name = serializers.CharField()
    timezone = serializers.CharField(help_text="Empty until we know it.")
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    preferences = PreferencesShape()
    example = ME


class MeView(ApiView):
    @api_call(name="read_me", summary="My details", answers=Me)
    def get(self, request: Request) -> Response:
        return self.answer_with()

    @api_call(name="change_me", summary="Change my details", body=MeShape, answers=Me)
    def patch(self, request: Request) -> Response:
        change_me(self.person, self.read_body(), now=self.now)
        return self.answer_with()

    def answer_with(self) -> Response:
        return Response(Me(shape_of(self.person, preference_of(self.person))).data)


class CopyShape(serializers.Serializer[DataExport]):
    """A copy of one's data. Its file is downloaded by a person who is signed in, on the page `url`."""

    state = serializers.ChoiceField(choices=ExportState.choices)
    asked_at = Instant()
    expires_at = Instant(allow_null=True)
    url = serializers.SerializerMethodField()
    example = {
        "state": "asked",
        "asked_at": "2026-11-24T13:46:00Z",
        "expires_at": None,
        "url": "https://mentoring.example.org/settings/data/",
    }

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, export: DataExport) -> str:
        return absolute_url("my_data")


class CopyView(ApiView):
    @api_call(name="ask_copy", summary="Have a copy of my data prepared", answers=CopyShape, status=202)
    def post(self, request: Request) -> Response:
        self.read_body()
        return Response(CopyShape(ask_export(person=self.person, now=self.now)).data, status=202)


class NewsShape(serializers.Serializer[InboxEntry]):
    """A line of the inbox. `url` is the page it leads to. Both `text` and `url` are null once its subject is gone."""

    kind = serializers.CharField(source="item.kind")
    at = Instant(source="item.at")
    read = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    example = {
        "kind": "booked",
        "at": "2026-11-24T13:46:00Z",
        "read": False,
        "text": "Sam booked you for Thursday 26 November, 14:30.",
        "url": "https://mentoring.example.org/sessions/0b0e2f6c-52f4-4f0a-9f8b-0a4f5f6d7e8c/",
    }

    def get_read(self, entry: InboxEntry) -> bool:
        return entry.item.read_at is not None

    def get_text(self, entry: InboxEntry) -> str | None:
        return entry.line.text if entry.line else None

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_url(self, entry: InboxEntry) -> str | None:
        return settings.SITE_URL + entry.line.url if entry.line else None


class NewsView(ApiView):
    @api_call(name="list_notifications", summary="My inbox, newest first", answers=NewsShape, paged=True)
    def get(self, request: Request) -> Response:
        page = read_page(self.shown_lines, **self.read_query(), now=self.now)
        found = build_entries(page.rows, reader=self.person, now=self.now)
        return Response(page_answer(request, [NewsShape(entry).data for entry in found], page.following))

    def shown_lines(self, moment: datetime) -> list[Part]:
        return [Part(InboxItem.objects.shown_to(self.person, moment), "at", newest_first=True)]


@transaction.atomic
def change_me(person: User, sent: dict[str, Any], *, now: datetime) -> None:
    User.objects.locked(person)
    person.refresh_from_db()
    wanted = sent.get("preferences", {})
    change_person(
        person,
        name=sent.get("name", person.name),
        hour_cycle=wanted.get("clock", person.hour_cycle),
        timezone=sent.get("timezone", person.timezone),
        language=sent.get("language", person.language),
    )
    if wanted.keys() & {"mails", "reminders", "quiet_hours"}:
        change_preference(person, wanted, now=now)


def change_preference(person: User, wanted: dict[str, Any], *, now: datetime) -> None:
    stored = preference_of(person)
    mails = {group: not stored.has_off(group) for group in Group.values} | wanted.get("mails", {})
    quiet = {"from": stored.quiet_from, "until": stored.quiet_until}
    if "quiet_hours" in wanted:
        quiet = wanted["quiet_hours"] or {"from": None, "until": None}
    save_preference(
        person=person,
        off=[group for group, comes in mails.items() if not comes],
        leads=wanted.get("reminders", stored.leads),
        quiet_from=quiet["from"],
        quiet_until=quiet["until"],
        now=now,
    )


def shape_of(person: User, preference: Preference) -> dict[str, Any]:
    quiet = {"from": preference.quiet_from, "until": preference.quiet_until}
    return {
        "name": person.name,
        "timezone": person.timezone,
        "language": person.language,
        "preferences": {
            "clock": person.hour_cycle,
            "mails": {group: not preference.has_off(group) for group in Group.values},
            "reminders": preference.leads,
            "quiet_hours": quiet if preference.quiet_from else None,
        },
    }
