"""Figures of a programme over the API, for its managers: the same numbers as on the page."""

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.description import api_call
from common.api.fields import Input, QueryNumber
from programmes.api import ManagerView

from .defined import Row
from .hiding import Hidden
from .periods import WEEKS, Period
from .report import Counted, Report, read_report

MOST_PERIODS = 9999
UNITS = ["hours", "minutes", "people", "percent", "questions", "sessions"]


class FiguresQuery(Input):
    period = QueryNumber(
        least=1,
        most=MOST_PERIODS,
        required=False,
        help_text=f"Number of the period of {WEEKS} weeks, from 1. Without it, the latest.",
    )


class PeriodOut(serializers.Serializer[Period]):
    number = serializers.IntegerField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()


class NumberOut(serializers.Serializer[Row]):
    code = serializers.CharField()
    value = serializers.IntegerField(allow_null=True, help_text="Null where `hidden` says why.")
    unit = serializers.ChoiceField(choices=UNITS)
    of = serializers.IntegerField(allow_null=True, help_text="For a share or a time: over how many questions it is.")
    low = serializers.IntegerField(allow_null=True, help_text="Lower end of the 95 % interval of a share.")
    high = serializers.IntegerField(allow_null=True, help_text="Upper end of it.")
    at_least = serializers.BooleanField(source="is_more", help_text="It is only known to be more than `value`.")
    weekday = serializers.IntegerField(allow_null=True, help_text="0 for Monday.")
    hour = serializers.IntegerField(allow_null=True, help_text="The first of three, by the programme's clock.")
    hidden = serializers.ChoiceField(
        choices=[str(one) for one in Hidden],
        allow_null=True,
        help_text="`few`: fewer than five people. `kept_back`: such a number would follow from it.",
    )


class FigureOut(serializers.Serializer[Counted]):
    code = serializers.CharField(source="figure.code")
    name = serializers.CharField(source="figure.name")
    definition = serializers.CharField(source="figure.sentence")
    rows = NumberOut(many=True)


class FiguresOut(serializers.Serializer[Report]):
    programme = serializers.SlugField(source="programme.slug")
    period = PeriodOut(allow_null=True, help_text="Null before the programme's first week is over.")
    periods = PeriodOut(many=True, help_text="All that can be asked for, latest first.")
    figures = FigureOut(many=True, source="counted")
    example = {
        "programme": "leadership-year",
        "period": {"number": 1, "first_day": "2026-08-31", "last_day": "2026-11-22"},
        "periods": [{"number": 1, "first_day": "2026-08-31", "last_day": "2026-11-22"}],
        "figures": [
            {
                "code": "solved",
                "name": "Solved",
                "definition": "Of the questions whose person told us, the share that is solved.",
                "rows": [
                    {
                        "code": "solved_share",
                        "value": 62,
                        "unit": "percent",
                        "of": 34,
                        "low": 45,
                        "high": 76,
                        "at_least": False,
                        "weekday": None,
                        "hour": None,
                        "hidden": None,
                    }
                ],
            }
        ],
    }


class FiguresView(ManagerView):
    @api_call(
        name="read_figures",
        summary="The figures of a programme that I manage",
        query=FiguresQuery,
        answers=FiguresOut,
    )
    def get(self, request: Request, slug: str) -> Response:
        asked = self.read_query()
        report = read_report(self.programme, asked.get("period"), now=self.now)
        if report is None:
            raise Http404
        return Response(FiguresOut(report).data)
