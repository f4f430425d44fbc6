"""The page to which the reminder of an invitation leads who doesn't want to come."""

from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from programmes.words.inviting import decline_by_link, find_declinable


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def programme_decline(request: HttpRequest, token: str) -> HttpResponse:
    """A GET only asks, since mail scanners follow links. An invitation that is gone already is told as declined."""
    try:
        invitee = find_declinable(token)
    except BadSignature:
        raise Http404 from None
    if request.method == "POST":
        if invitee is not None:
            decline_by_link(invitee, now=timezone.now())
        return redirect("programme_decline", token)
    return render(request, "programmes/decline.html", {"invitee": invitee})
