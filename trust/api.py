"""Reports over the API. Nothing of staff is there."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.errors import answers_for
from common.api.fields import Input, Instant, Text
from common.mail.rendering import absolute_url

from .errors import TrustError
from .models import Report, ReportKind
from .models.reports import WORDS_LENGTH
from .reports import make_report
from .subjects import find_reportable

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
