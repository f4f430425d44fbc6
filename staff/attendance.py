"""Staff decide when two people disagree about who came, with what both said and when each joined."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from accounts.viewing import viewer_hour12, viewer_zone
from common.pages.requests import post_data
from common.pages.rows import load_in_order
from common.pages.tabs import tab_links
from sessions_app.attendance.cases import decided_sessions, disputed_sessions
from sessions_app.attendance.disputes import decide_attendance
from sessions_app.attendance.facts import Attendance, attendances_of
from sessions_app.errors import SessionError
from sessions_app.forms.attendance import DecisionForm
from sessions_app.models import AttendanceKind, Booking

PAGE_SIZE = 20
WAITING, DECIDED = "waiting", "decided"
TABS: Mapping[str, str | Promise] = {WAITING: gettext_lazy("Waiting"), DECIDED: gettext_lazy("Decided")}


@dataclass(frozen=True, slots=True)
class Case:
    """One session to decide about. `form` is the one that was sent for it, if it was."""

    attendance: Attendance
    form: DecisionForm
    is_own: bool

    @property
    def booking(self) -> Booking:
        return self.attendance.booking


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.ATTENDANCE)
def staff_attendance(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    tab = request.GET.get("state", WAITING)
    if tab not in TABS:
        raise Http404
    sent = DecisionForm(post_data(request))
    error = None
    if sent.is_bound and sent.is_valid():
        error = decide_case(request, sent, now=now)
        if error is None:
            return redirect(f"{reverse('staff_attendance')}?state={tab}")
    waiting = disputed_sessions(now)
    listed = waiting if tab == WAITING else decided_sessions()
    shown = Paginator(listed.values_list("pk", flat=True), PAGE_SIZE).get_page(request.GET.get("page"))
    bookings = load_in_order(Booking.objects.with_people(), shown)
    cases = cases_of(bookings, reader=request.user, sent=sent)
    for case in cases:
        case.form.name_session(case.booking, zone=viewer_zone(request), hour12=viewer_hour12(request), now=now)
    context = {
        "page": shown,
        "cases": cases,
        "tab": tab,
        "tab_label": TABS[tab],
        "tabs": tab_links(TABS, tab, counts={WAITING: waiting.count()}),
        "has_errors": bool(sent.errors),
        "error": error,
        "nav": "staff",
    }
    status = error.status if error else 422 if sent.errors else 200
    return render(request, "staff/attendance.html", context, status=status)


def cases_of(bookings: list[Booking], *, reader: User, sent: DecisionForm) -> list[Case]:
    wanted = sent.data.get("session") if sent.is_bound else None
    return [
        Case(
            attendance,
            sent if str(attendance.booking.uuid) == wanted else DecisionForm(auto_id=f"{attendance.booking.pk}-%s"),
            reader.pk in (attendance.booking.mentor_id, attendance.booking.mentee_id),
        )
        for attendance in attendances_of(bookings)
    ]


def decide_case(request: SignedInRequest, form: DecisionForm, *, now: datetime) -> SessionError | None:
    """Returns what stood against the decision, if anything did."""
    booking = get_object_or_404(Booking, uuid=form.cleaned_data["session"])
    decision = AttendanceKind(form.cleaned_data["decision"])
    try:
        decide_attendance(
            booking=booking,
            decision=decision,
            by=request.user,
            reason=form.cleaned_data["reason"],
            now=now,
            seen=form.cleaned_data["seen"],
        )
    except SessionError as refused:
        return refused
    messages.success(request, _("Decided. We’ve told both of them."))
    return None
