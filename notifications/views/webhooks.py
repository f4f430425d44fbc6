"""Staff's pages about webhooks: endpoints, and what became of each delivery."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.proof import require_recent_proof
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.requests import post_data
from notifications.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from notifications.webhooks.events import known_events
from notifications.webhooks.forms import EndpointForm
from notifications.webhooks.services import (
    WebhookError,
    keep_secret,
    make_endpoint,
    remove_endpoint,
    renew_secret,
    send_again,
    send_all_again,
    switch_endpoint,
)
from notifications.webhooks.signing import secret_of

PAGE_SIZE = 25
DEAD = Count("deliveries", filter=Q(deliveries__state=DeliveryState.DEAD))
WAITING = Count("deliveries", filter=Q(deliveries__state__in=(DeliveryState.PENDING, DeliveryState.LEASED)))


@require_safe
@role_required(Power.RUN)
def staff_webhooks(request: SignedInRequest) -> HttpResponse:
    endpoints = WebhookEndpoint.objects.annotate(dead=DEAD, waiting=WAITING).order_by("created_at", "pk")
    return render(request, "staff/webhooks.html", {"endpoints": endpoints, "nav": "staff"})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.RUN)
@reauthentication_required(allow_get=True)
def staff_webhook_add(request: SignedInRequest) -> HttpResponse:
    """Add an endpoint. Its secret is shown in answer to the form, and never again."""
    form = EndpointForm(post_data(request))
    if request.method == "POST":
        require_recent_proof(request)
        if form.is_valid():
            try:
                endpoint = make_endpoint(by=request.user, now=timezone.now(), **form.cleaned_data)
            except WebhookError as error:
                form.add_error(error.field, error.as_form_error())
            else:
                return endpoint_page(request, endpoint, secret=secret_of(endpoint))
    context = {"form": form, "nav": "staff"}
    return render(request, "staff/webhook_add.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(Power.RUN)
def staff_webhook(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    return endpoint_page(request, get_object_or_404(WebhookEndpoint, uuid=uuid))


@require_POST
@role_required(Power.RUN)
@reauthentication_required
def staff_webhook_change(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Stop an endpoint, start it again, give it a new secret, or remove it with its deliveries."""
    require_recent_proof(request)
    endpoint = get_object_or_404(WebhookEndpoint, uuid=uuid)
    match request.POST.get("act"):
        case "stop" | "start" as act:
            switch_endpoint(endpoint, on=act == "start")
            messages.success(request, _("Saved"))
        case "secret":
            seen = request.POST.get("secret_number", "")
            fresh = renew_secret(endpoint, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0, by=request.user)
            return endpoint_page(request, fresh, secret=secret_of(fresh))
        case "keep":
            keep_secret(endpoint)
            messages.success(request, _("The secret stays as it is."))
        case "remove":
            remove_endpoint(endpoint)
            messages.success(request, _("The webhook has been removed."))
            return redirect("staff_webhooks")
        case _:
            return HttpResponseBadRequest()
    return redirect("staff_webhook", uuid)


@require_POST
@role_required(Power.RUN)
def staff_webhook_resend(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    delivery = get_object_or_404(WebhookDelivery.objects.select_related("endpoint"), uuid=uuid)
    try:
        send_again(delivery, by=request.user, now=timezone.now())
    except WebhookError as error:
        messages.error(request, error.message, extra_tags=error.code)
    else:
        messages.success(request, _("It’ll go out with the next round."))
    return redirect("staff_webhook", delivery.endpoint.uuid)


@require_POST
@role_required(Power.RUN)
def staff_webhook_resend_all(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint, uuid=uuid)
    count = send_all_again(endpoint, by=request.user, now=timezone.now())
    if count:
        words = ngettext("%(n)d event will go out again.", "%(n)d events will go out again.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.success(request, _("Everything has arrived or is on its way."))
    return redirect("staff_webhook", uuid)


def endpoint_page(request: SignedInRequest, endpoint: WebhookEndpoint, *, secret: str = "") -> HttpResponse:
    context = {
        "endpoint": endpoint,
        "secret": secret,
        "events": [label for event, label in known_events().items() if event in endpoint.events],
        "has_lost": endpoint.deliveries.filter(state=DeliveryState.DEAD).exists(),
        "page": Paginator(endpoint.deliveries.all(), PAGE_SIZE).get_page(request.GET.get("page")),
        "nav": "staff",
    }
    return render(request, "staff/webhook.html", context)
