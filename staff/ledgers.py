"""People who missed so much lately that someone of staff looks: what counts, and what came of looking."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Trace, TracedAct
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.posting import act_on_post
from common.pages.requests import parse_number, post_data
from sessions_app.attendance.reviews import close_review, open_reviews_for
from sessions_app.forms.ledger import ReviewForm
from sessions_app.ledger.facts import list_against
from sessions_app.models import LedgerReview, Role
from sessions_app.pages.ledger import LedgerRow

PAGE_SIZE, LONGEST_NUMBER = 10, 18


@dataclass(frozen=True, slots=True)
class ReviewCase:
    review: LedgerReview
    rows: list[LedgerRow]
    form: ReviewForm


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.ATTENDANCE)
def staff_ledgers(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    waiting = open_reviews_for(request.user).select_related("person")
    wanted = request.POST.get("review", "")
    sent = ReviewForm(post_data(request), auto_id=f"{wanted}-%s")
    number = parse_number(wanted, digits=LONGEST_NUMBER) or 0
    review = get_object_or_404(LedgerReview, pk=number) if request.method == "POST" else LedgerReview()
    result = act_on_post(
        request,
        lambda: close_review(review=review, words=sent.cleaned_data["words"], by=request.user, now=now),
        sent,
    )
    if result.is_done:
        messages.success(request, _("Closed. It comes back if something is added."))
        return redirect("staff_ledgers")
    page = Paginator(waiting.order_by("opened_at", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    cases = [
        ReviewCase(
            row,
            [LedgerRow(entry, row.person) for entry in list_against(row.person, Role(row.side), now=now)],
            sent if row.pk == number else ReviewForm(auto_id=f"{row.pk}-%s"),
        )
        for row in page.object_list
    ]
    people = [case.review.person for case in cases]
    Trace.objects.note_look(by=request.user, about=people, looked_at=TracedAct.PERSON, now=now)
    context = {"page": page, "cases": cases, "error": result.error, "has_errors": bool(sent.errors), "nav": "staff"}
    return render(request, "staff/ledgers.html", context, status=result.status)
