"""A manager's pages of lists: upload one, check its rows, invite the people on it, and see who isn't in yet."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.limits import take_upload
from accounts.requests import SignedInRequest
from common.pages.posting import PostResult, act_on_post, show_beside_field, telling_refusals
from common.pages.requests import parse_number, post_data
from common.pages.seen import seen_by, still_seen
from common.pages.tabs import tab_links
from programmes.access import for_managers
from programmes.errors import ProgrammeError
from programmes.forms import ColumnsForm, ListForm, RowForm
from programmes.invitations import why_closed
from programmes.models import BAD, Invitee, Programme, Roster, RosterRow, RosterState, Verdict
from programmes.rosters.acts import (
    apply_roster,
    choose_columns,
    count_verdicts,
    drop_bad_rows,
    drop_roster,
    drop_row,
    keep_outside,
    mend_row,
    open_roster_of,
    roster_mark,
    row_mark,
    upload_roster,
)
from programmes.rosters.invitees import withdraw_invitation
from programmes.rosters.judging import read_meant_sides

from .managing import ManagerHead

PAGE_SIZE = 50
GROUPS: dict[str, tuple[Verdict, ...]] = {
    "bad": BAD,
    "new": (Verdict.NEW,),
    "known": (Verdict.KNOWN,),
    "unchanged": (Verdict.UNCHANGED,),
    "shut-out": (Verdict.SHUT_OUT,),
}
GROUP_NAMES: dict[str, str | Promise] = {
    "bad": gettext_lazy("Can’t be used"),
    "new": gettext_lazy("New"),
    "known": gettext_lazy("Known, with changes"),
    "unchanged": gettext_lazy("Unchanged"),
    "shut-out": gettext_lazy("Removed or declined before"),
}
APPLY, COLUMNS, DROP_BAD, DROP, MEND, KEEP = "apply", "columns", "drop-bad", "drop", "mend", "keep-outside"


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_list(request: SignedInRequest, programme: Programme) -> HttpResponse:
    now, refusal = timezone.now(), None
    if request.method == "POST" and (again := take_upload(request, request.user)):
        words = _("You’ve uploaded a lot of files in a short time. Wait a while, then try again.")
        refusal = ProgrammeError("too_often", words, wait=again - now)
    form = ListForm(
        post_data(request), request.FILES if request.method == "POST" else None, initial={"sides": ["asks"]}
    )
    result = act_on_post(
        request,
        lambda: upload_roster(programme=programme, given=form.read_input(), by=request.user, now=now),
        form,
        error=refusal,
    )
    if result.is_done:
        return redirect("programme_list_check", programme.slug)
    show_beside_field(form, result.error)
    invited = Invitee.objects.waiting().filter(programme=programme)
    context = {
        "head": ManagerHead.read(programme, now),
        "closed": why_closed(programme, now),
        "form": form,
        "roster": open_roster_of(programme),
        "error": result.error,
        "bounced": invited.exclude(bounced="").count(),
        "page": Paginator(invited.order_by("-bounced", "address"), PAGE_SIZE).get_page(request.GET.get("page")),
        "tab": "list",
        "nav": "programmes",
    }
    return render(request, "programmes/people_list.html", context, status=result.status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_list_check(request: SignedInRequest, programme: Programme) -> HttpResponse:
    """The open list with what becomes of each row. `?state=` chooses among its rows."""
    act = request.POST.get("act", "")
    if request.method == "POST" and act not in ACTS:
        raise Http404
    roster = open_roster_of(programme)
    if roster is None and act != APPLY:
        return redirect("programme_list", programme.slug)
    now = timezone.now()
    form = ColumnsForm(
        post_data(request) if act == COLUMNS else None,
        headings=roster.headings if roster else [],
        initial=roster.columns if roster else {},
    )
    result = act_on_post(request, lambda: ACTS[act](request, programme, form, now), form if act == COLUMNS else None)
    if result.is_done:
        messages.success(request, result.made or "")
        return redirect("programme_list" if act in (APPLY, DROP) else "programme_list_check", programme.slug)
    show_beside_field(form, result.error)
    roster = open_roster_of(programme)
    if roster is None:
        messages.warning(request, result.error.message if result.error else "")
        return redirect("programme_list", programme.slug)
    return _show_check(request, programme, roster, form, result, now)


def _show_check(
    request: SignedInRequest,
    programme: Programme,
    roster: Roster,
    form: ColumnsForm,
    result: PostResult[str],
    now: datetime,
) -> HttpResponse:
    counts = count_verdicts(roster)
    totals = {group: sum(counts[verdict] for verdict in verdicts) for group, verdicts in GROUPS.items()}
    wanted = request.GET.get("state", "")
    group = wanted if wanted in GROUPS else next((one for one, total in totals.items() if total), "new")
    rows = roster.rows.filter(verdict__in=GROUPS[group]).order_by("number")
    present = {one: GROUP_NAMES[one] for one, total in totals.items() if total or one == group}
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "head": ManagerHead.read(programme, now),
        "closed": why_closed(programme, now),
        "roster": roster,
        "is_read": roster.state == RosterState.READ,
        "totals": totals,
        "outside": counts[Verdict.OUTSIDE],
        "total": sum(totals.values()),
        "tabs": tab_links(present, group, counts=totals),
        "group": group,
        "page": page,
        "rows": [(row, read_meant_sides(row, gives=roster.gives, asks=roster.asks)) for row in page],
        "form": form,
        "seen": roster_mark(roster),
        "error": result.error,
        "tab": "list",
        "nav": "programmes",
    }
    return render(request, "programmes/list_check.html", context, status=result.status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_managers
def programme_list_row(request: SignedInRequest, programme: Programme, number: int) -> HttpResponse:
    act = request.POST.get("act", "")
    if request.method == "POST" and act not in (MEND, DROP):
        raise Http404
    rows = RosterRow.objects.filter(roster=open_roster_of(programme), number=number)
    if act and not rows.exists():
        messages.warning(request, _("This row was dropped, or the list applied, in another window. Nothing was saved."))
        return redirect("programme_list_check", programme.slug)
    row = get_object_or_404(rows)
    form = RowForm.about(row, post_data(request) if act == MEND else None)
    if act == DROP:
        with telling_refusals(request):
            drop_row(programme=programme, number=number, by=request.user)
            messages.success(request, _("Row %d is dropped.") % number)
        return redirect("programme_list_check", programme.slug)
    result = act_on_post(
        request,
        lambda: mend_row(
            programme=programme, number=number, given=form.read_row(), by=request.user, seen=seen_by(request)
        ),
        form,
    )
    verdict = result.made
    if verdict is not None and verdict not in BAD:
        messages.success(request, _("Row %d is mended.") % number)
        return redirect("programme_list_check", programme.slug)
    row.refresh_from_db()
    context = {
        "head": ManagerHead.read(programme, timezone.now()),
        "row": row,
        "seen": still_seen(request, row_mark(row), told=verdict is not None or result.is_refused),
        "is_bad": row.verdict in BAD,
        "form": form,
        "error": result.error,
        "tab": "list",
        "nav": "programmes",
    }
    return render(request, "programmes/list_row.html", context, status=422 if verdict else result.status)


@require_POST
@for_managers
def programme_list_invited(request: SignedInRequest, programme: Programme, number: int) -> HttpResponse:
    if not withdraw_invitation(programme=programme, number=number, by=request.user):
        raise Http404
    messages.success(request, _("The invitation is withdrawn, and the address is deleted."))
    return redirect("programme_list", programme.slug)


def _apply(request: SignedInRequest, programme: Programme, _form: ColumnsForm, now: datetime) -> str:
    number = parse_number(request.POST.get("list", ""), digits=18) or 0
    invited = apply_roster(programme=programme, number=number, by=request.user, seen=seen_by(request), now=now)
    if not invited:
        return _("The list is applied. Nobody on it had to be invited.")
    words = ngettext(
        "The list is applied. %d person gets an invitation by email.",
        "The list is applied. %d people get an invitation by email.",
        invited,
    )
    return words % invited


def _choose(request: SignedInRequest, programme: Programme, form: ColumnsForm, _now: datetime) -> str:
    choose_columns(programme=programme, chosen=form.read_columns(), by=request.user, seen=seen_by(request))
    return _("We’ve read the list again by these columns.")


def _drop_bad(request: SignedInRequest, programme: Programme, _form: ColumnsForm, _now: datetime) -> str:
    gone = drop_bad_rows(programme=programme, by=request.user, seen=seen_by(request))
    return ngettext("%d row is dropped.", "%d rows are dropped.", gone) % gone


def _keep(request: SignedInRequest, programme: Programme, _form: ColumnsForm, _now: datetime) -> str:
    kept = keep_outside(programme=programme, by=request.user, seen=seen_by(request))
    words = ngettext("%d address outside your domains is kept.", "%d addresses outside your domains are kept.", kept)
    return words % kept


def _drop(request: SignedInRequest, programme: Programme, _form: ColumnsForm, now: datetime) -> str:
    drop_roster(programme=programme, by=request.user, seen=seen_by(request), now=now)
    return _("The list is dropped. Nobody was invited by it.")


ACTS: dict[str, Callable[[SignedInRequest, Programme, ColumnsForm, datetime], str]] = {
    APPLY: _apply,
    COLUMNS: _choose,
    DROP_BAD: _drop_bad,
    DROP: _drop,
    KEEP: _keep,
}
