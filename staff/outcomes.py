"""For staff: how questions fare from asking to solved, as a page and as CSV."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.tabs import tab_links
from common.sheets.csv_files import csv_response
from sessions_app.impact.outcome_reports import PERIODS, SPLITS, read_report
from sessions_app.impact.outcomes import AT_MOST, OutcomeGroup
from sessions_app.impact.survival import Quantile

HOUR = 3600
HEADINGS = {"topic": gettext_lazy("By topic"), "kind": gettext_lazy("By kind of help")}


@require_safe
@role_required(Power.FIGURES)
def staff_outcomes(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    period, split = chosen_option(request, "period", PERIODS, "90"), chosen_option(request, "by", SPLITS, "topic")
    report = read_report(period, split, now=now)
    everybody, groups = report.everybody, report.groups
    if request.GET.get("as") == "csv":
        return csv_response(sheet_rows([everybody, *groups]), name=f"outcomes-{period}-{split}")
    context = {
        "everybody": everybody,
        "bars": [(_("Asked"), everybody.asked), *((str(stage.label), stage.count) for stage in everybody.stages)],
        "groups": groups,
        "split_label": SPLITS[split][0],
        "split_heading": HEADINGS[split],
        "sheet_url": f"?period={period}&by={split}&as=csv",
        "periods": tab_links(choice_labels(PERIODS), period, href=f"?by={split}&period="),
        "splits": tab_links(choice_labels(SPLITS), split, href=f"?period={period}&by="),
        "cut_at": AT_MOST if report.asked == AT_MOST else None,
        "kept_since": report.kept_since,
        "nav": "staff",
    }
    return render(request, "staff/outcomes.html", context)


def chosen_option(request: SignedInRequest, name: str, among: Iterable[str], usual: str) -> str:
    value = request.GET.get(name, "")
    return value if value in among else usual


def choice_labels(choices: Mapping[str, tuple[str | Promise, Any]]) -> dict[str, str | Promise]:
    return {key: label for key, (label, _means) in choices.items()}


def sheet_rows(groups: Iterable[OutcomeGroup]) -> Iterator[list[object]]:
    """One row for each group. A time that wasn't reached is a lower bound."""
    head: list[object] = [_("About"), _("Asked")]
    for stage in ("booked", "met", "solved"):
        head += [stage, *(f"{stage}_p{percent}_{what}" for percent in (50, 90) for what in ("hours", "reached"))]
    yield head
    for group in groups:
        line: list[object] = [group.label, group.asked]
        for reached in group.stages:
            line += [reached.count, *quantile_cells(reached.half), *quantile_cells(reached.most)]
        yield line


def quantile_cells(quantile: Quantile | None) -> tuple[object, object]:
    if quantile is None:
        return "", ""
    return round(quantile.seconds / HOUR, 2), "no" if quantile.is_more else "yes"
