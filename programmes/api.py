"""The programmes of the person who calls, over the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call

from .models import LIVE, Programme


class ProgrammeOut(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()
    line = serializers.CharField(help_text="What it is, in one line. May be empty.")
    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True, help_text="Null for one that goes on.")
    time_zone = serializers.CharField(source="timezone")
    stage = serializers.CharField(help_text="`draft`, `open`, `closed`, `over` or `archived`.")
    is_member = serializers.BooleanField()
    is_manager = serializers.BooleanField(help_text="False while your role waits for its second step.")
    example = {
        "slug": "leadership-year",
        "name": "Leadership year",
        "line": "For new team leads",
        "first_day": "2026-09-01",
        "last_day": "2027-08-31",
        "time_zone": "Europe/Stockholm",
        "stage": "open",
        "is_member": False,
        "is_manager": True,
    }


class ProgrammesView(ApiView):
    @api_call(
        name="list_programmes",
        summary="The programmes I'm in or manage, or asked to join",
        answers=ProgrammeOut(many=True),
    )
    def get(self, request: Request) -> Response:
        mine = Programme.objects.open_to(self.person).order_by("name")
        managed = set(Programme.objects.managed_by(self.person).values_list("pk", flat=True))
        inside = set(self.person.memberships.filter(state=LIVE).values_list("programme", flat=True))
        for programme in mine:
            programme.stage = programme.stage_at(self.now)  # type: ignore[attr-defined]
            programme.is_member = programme.pk in inside  # type: ignore[attr-defined]
            programme.is_manager = programme.pk in managed  # type: ignore[attr-defined]
        return Response(ProgrammeOut(mine, many=True).data)
