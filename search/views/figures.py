"""A manager's page of the figures of a programme, also as CSV."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from common.pages.requests import parse_number
from common.pages.tabs import tab_links
from common.sheets import csv_response
from programmes.access import for_managers
from programmes.models import Programme
from programmes.views.managing import ManagerHead
from search.figures.charts import draw_bars, draw_weeks
from search.figures.periods import WEEKS, Period
from search.figures.report import read_report, sheet_of


@require_safe
@for_managers
def programme_figures(request: SignedInRequest, programme: Programme) -> HttpResponse:
    """`?period=` is a number from 1; without it the latest is shown."""
    now, wanted = timezone.now(), request.GET.get("period", "")
    number = parse_number(wanted, digits=4)
    report = read_report(programme, number, now=now) if number is not None or not wanted else None
    if report is None:
        raise Http404
    if request.GET.get("as") == "csv" and report.period:
        return csv_response(sheet_of(report), name=f"{programme.slug}-figures-{report.period.number}")
    current = str(report.period.number) if report.period else ""
    context = {
        "head": ManagerHead.read(programme, now),
        "report": report,
        "periods": tab_links({str(one.number): label_of(one) for one in report.periods}, current, href="?period="),
        "weeks": WEEKS,
        "bars": draw_bars(report.rows_of("funnel")),
        "charts": draw_weeks(report.rows_of("week")),
        "csv_url": f"?period={current}&as=csv",
        "tab": "figures",
        "nav": "programmes",
    }
    return render(request, "programmes/figures.html", context)


def label_of(period: Period) -> str:
    if period.first_week == period.last_week:
        return _("Week %d") % period.first_week
    return _("Weeks %(first)d to %(last)d") % {"first": period.first_week, "last": period.last_week}
