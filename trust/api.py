"""Reports, and whom one keeps away, over the API. Nothing of staff is there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from accounts.models import User
from common.api.description import api_call
from common.api.errors import answers_for
from common.api.fields import Input, Instant, Text
from common.api.pages import Part, page_answer, read_page
from common.known import known
from common.mail.rendering import absolute_url

from .errors import TrustError
from .models import Report, ReportKind, Separation, SeparationKind
from .models.reports import WORDS_LENGTH
from .reports import make_report
from .separations import part, rejoin_known
from .subjects import find_person, find_reportable

answers_for(TrustError)

LONGEST_KEY = 100
TYPES = ["event", "file", "message", "profile", "session", "words"]


class ReportInput(Input):
    type = serializers.ChoiceField(choices=TYPES, help_text="What is reported.")
    key = Text(lines=False, max_length=LONGEST_KEY, help_text="What its own address names it by: a slug or an id.")
    kind = serializers.ChoiceField(choices=ReportKind.choices, help_text="What is wrong with it.")
    words = Text(max_length=WORDS_LENGTH, required=False, allow_blank=True)

    example = {"type": "profile", "key": "priya-raman", "kind": "selling", "words": "She offers me a paid course."}


class ReportOut(serializers.Serializer[Report]):
    """`decided_by`: when our team has decided at the latest."""

    id = serializers.UUIDField(source="uuid")
    type = serializers.ChoiceField(choices=TYPES, source="subject_type")
    kind = serializers.ChoiceField(choices=ReportKind.choices)
    words = serializers.CharField()
    at = Instant()
    decided_by = Instant(source="case.due_at")
    url = serializers.SerializerMethodField()

    example = {
        "id": "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f",
        "type": "profile",
        "kind": "selling",
        "words": "She offers me a paid course.",
        "at": "2026-11-24T13:46:00Z",
        "decided_by": "2026-11-27T13:46:00Z",
        "url": "https://mentors.example/reports/1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f/",
    }

    def get_url(self, report: Report) -> str:
        return absolute_url("report_sent", report.uuid)


class ReportsView(ApiView):
    @api_call(
        name="report",
        summary="Report something",
        body=ReportInput,
        answers=ReportOut,
        status=201,
        missing=True,
    )
    def post(self, request: Request) -> Response:
        sent: dict[str, Any] = self.read_body()
        found = find_reportable(sent["type"], sent["key"], self.person)
        kind, words = ReportKind(sent["kind"]), sent.get("words", "")
        report = make_report(found=found, kind=kind, words=words, by=self.person, now=self.now)
        return Response(ReportOut(report).data, status=201)


PARTING_TYPES = ["profile", "session"]


class SeparationInput(Input):
    type = serializers.ChoiceField(choices=PARTING_TYPES, help_text="Where you met the person.")
    key = Text(lines=False, max_length=LONGEST_KEY, help_text="What its own address names it by: a slug or an id.")

    example = {"type": "profile", "key": "priya-raman"}


class SeparationOut(serializers.Serializer[Separation]):
    """Someone whom I keep away. Who keeps away from me is told nowhere."""

    id = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    kind = serializers.ChoiceField(
        choices=[SeparationKind.NOT_AGAIN, SeparationKind.BLOCK, SeparationKind.SAFETY],
        help_text="`not_again` stops what is new; the others have ended everything.",
    )
    since = Instant()

    example = {
        "id": "6a0c4b7e-9d0f-4a3d-8c2b-1f6f2d0e4e5f",
        "name": "Priya Raman",
        "kind": "block",
        "since": "2026-11-24T13:46:00Z",
    }

    def get_id(self, row: Separation) -> UUID:
        """Of the person."""
        return row.other_than(self.reader).uuid

    def get_name(self, row: Separation) -> str:
        return row.other_than(self.reader).display_name

    @property
    def reader(self) -> User:
        return known(known(self.instance).by)


class RejoinedOut(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the person.")
    name = serializers.CharField()

    example = {"id": "6a0c4b7e-9d0f-4a3d-8c2b-1f6f2d0e4e5f", "name": "Priya Raman"}


class SeparationsView(ApiView):
    @api_call(name="list_separations", summary="Whom I keep away, newest first", answers=SeparationOut, paged=True)
    def get(self, request: Request) -> Response:
        page = read_page(self.parts, **self.read_query(), now=self.now)
        rows = [SeparationOut(row).data for row in page.rows]
        return Response(page_answer(request, rows, page.following))

    def parts(self, moment: datetime) -> list[Part]:
        mine = Separation.objects.live(self.now).filter(by=self.person).select_related("low", "high", "by")
        return [Part(mine, "since", newest_first=True)]

    @api_call(
        name="keep_away",
        summary="Keep someone away; what we had agreed ends, and they aren’t told why",
        body=SeparationInput,
        answers=SeparationOut,
        status=201,
        missing=True,
    )
    def post(self, request: Request) -> Response:
        sent: dict[str, Any] = self.read_body()
        _found, other = find_person(sent["type"], sent["key"], self.person)
        row = part(person=self.person, other=other, kind=SeparationKind.BLOCK, by=self.person, now=self.now)
        return Response(SeparationOut(row).data, status=201)


class SeparationView(ApiView):
    @api_call(name="meet_again", summary="Stop keeping someone away", answers=RejoinedOut)
    def delete(self, request: Request, uuid: UUID) -> Response:
        other = rejoin_known(person=self.person, uuid=uuid, now=self.now)
        if other is None:
            raise Http404
        return Response(RejoinedOut({"id": other.uuid, "name": other.display_name}).data)
