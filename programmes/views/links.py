"""A manager's page of links into a programme."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from common.mail.rendering import absolute_url
from common.pages.posting import act_on_post, show_beside_field
from common.pages.requests import post_data
from programmes.access import for_managers
from programmes.forms import LinkForm
from programmes.invitations import make_invitation, revoke_invitation, why_closed
from programmes.models import Invitation, Programme

from .managing import ManagerHead

MOST_ENDED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_managers
def programme_links(request: SignedInRequest, programme: Programme) -> HttpResponse:
    """A new link is shown in answer to the form and never again, since only its hash is stored."""
    now, form = timezone.now(), LinkForm.usual(post_data(request))
    result = act_on_post(
        request,
        lambda: make_invitation(
            programme=programme, given=form.read_link(), by=request.user, now=now, key=form.cleaned_data["key"]
        ),
        form,
    )
    made, token = result.made or (None, "")
    show_beside_field(form, result.error)
    links = Invitation.objects.filter(programme=programme).select_related("made_by").order_by("-made_at", "-pk")
    usable = links.open_at(now)
    context = {
        "head": ManagerHead.read(programme, now),
        "closed": why_closed(programme, now),
        "made": made,
        "address": absolute_url("programme_join", token) if token else "",
        "links": usable,
        "ended": [(link, link.stage_at(now)) for link in links.exclude(pk__in=usable)[:MOST_ENDED]],
        "form": LinkForm.usual() if made else form,
        "error": result.error,
        "tab": "links",
        "nav": "programmes",
    }
    return render(request, "programmes/links.html", context, status=result.status)


@require_POST
@for_managers
def programme_link_revoke(request: SignedInRequest, programme: Programme, number: int) -> HttpResponse:
    if not revoke_invitation(programme=programme, number=number, by=request.user, now=timezone.now()):
        raise Http404
    messages.success(request, _("The link is revoked. Nobody can join by it any more."))
    return redirect("programme_links", programme.slug)
