"""Staff's pages about mail that did not arrive."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from notifications.deliveries import count_failure_reasons, in_trouble, is_ill, outbox_facts
from notifications.models import Notification
from notifications.sending.breaker import find_open_breaker
from notifications.services import RETRIED, RetryError, retry_all, retry_dead

PAGE_SIZE = 25


@require_safe
@role_required(Power.LOOK_UP)
def staff_deliveries(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    facts = outbox_facts(now)
    page = Paginator(in_trouble().select_related("recipient"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "facts": facts,
        "is_ill": is_ill(facts.oldest),
        "oldest_at": now - facts.oldest if facts.oldest else None,
        "breaker": find_open_breaker(),
        "reasons": [(state, reason, number, state in RETRIED) for state, reason, number in count_failure_reasons()],
        "page": page,
        "rows": [(row, row.state not in RETRIED or row.is_too_late(now)) for row in page.object_list],
        "nav": "staff",
    }
    return render(request, "notifications/deliveries.html", context)


@require_POST
@role_required(Power.LOOK_UP)
def staff_delivery_retry(request: SignedInRequest, pk: int) -> HttpResponse:
    notification = get_object_or_404(Notification, pk=pk)
    try:
        retry_dead(notification, by=request.user, now=timezone.now())
    except RetryError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It’ll go out with the next round."))
    return redirect("staff_deliveries")


@require_POST
@role_required(Power.LOOK_UP)
def staff_deliveries_retry(request: SignedInRequest) -> HttpResponse:
    reason = request.POST.get("reason", "").replace("\x00", "")
    number = retry_all(reason=reason, by=request.user, now=timezone.now())
    if number:
        words = ngettext("%(number)d email will be sent again.", "%(number)d emails will be sent again.", number)
        messages.success(request, words % {"number": number})
    else:
        messages.error(
            request, _("There’s nothing left to send again for this reason: it has gone out, or it’s too late now.")
        )
    return redirect("staff_deliveries")
