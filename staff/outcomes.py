"""For staff: how questions fare from asking to solved, as a page and as CSV."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.decorators import staff_required
from accounts.requests import SignedInRequest
from common.pages.tabs import tab_links
from common.sheets import csv_response
from sessions_app.impact.outcomes import (
    AT_MOST,
    BEGINNING,
    Journey,
    OutcomeGroup,
    by_kind,
    by_topic,
    group_of,
    load_journeys,
)
from sessions_app.impact.survival import Quantile

PERIODS: Mapping[str, tuple[str | Promise, timedelta | None]] = {
    "30": (gettext_lazy("30 days"), timedelta(days=30)),
    "90": (gettext_lazy("90 days"), timedelta(days=90)),
    "all": (gettext_lazy("All time"), None),
}
Splitting = Callable[[Sequence[Journey]], list[OutcomeGroup]]
SPLITS: Mapping[str, tuple[str | Promise, Splitting]] = {
    "topic": (gettext_lazy("Topic"), by_topic),
    "kind": (gettext_lazy("Kind of help"), by_kind),
}

HOUR = 3600


@require_safe
@staff_required
def staff_outcomes(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    period, split = chosen_option(request, "period", PERIODS, "90"), chosen_option(request, "by", SPLITS, "topic")
    length = PERIODS[period][1]
    found = load_journeys(since=now - length if length else BEGINNING, now=now)
    groups = SPLITS[split][1](found)
    everybody = whole_group(found)
    if request.GET.get("as") == "csv":
        return csv_response(sheet_rows([everybody, *groups]), name=f"outcomes-{period}-{split}")
    context = {
        "everybody": everybody,
        "bars": [(_("Asked"), everybody.asked), *((str(stage.label), stage.count) for stage in everybody.stages)],
        "groups": groups,
        "split_label": SPLITS[split][0],
        "sheet_url": f"?period={period}&by={split}&as=csv",
        "periods": tab_links(choice_labels(PERIODS), period, href=f"?by={split}&period="),
        "splits": tab_links(choice_labels(SPLITS), split, href=f"?period={period}&by="),
        "cut_at": AT_MOST if len(found) == AT_MOST else None,
        "nav": "staff",
    }
    return render(request, "staff/outcomes.html", context)


def whole_group(found: Sequence[Journey]) -> OutcomeGroup:
    return group_of(_("All questions"), found)


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
