"""Which mails a person wants, and the way out of one group of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from common.pages.requests import post_data
from notifications.forms import WHAT, PreferenceForm
from notifications.preferences import preference_of, save_preference, switch_off
from notifications.unsubscribing import read_token


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: SignedInRequest) -> HttpResponse:
    form = PreferenceForm(post_data(request), person=request.user, preference=preference_of(request.user))
    if form.is_valid():
        save_preference(
            person=request.user,
            off=form.switched_off(),
            leads=form.cleaned_data["leads"],
            quiet_from=form.cleaned_data["quiet_from"],
            quiet_until=form.cleaned_data["quiet_until"],
            now=timezone.now(),
        )
        messages.success(request, _("Saved"))
        return redirect("notification_settings")
    # Nothing chosen is a choice too, so these two are not marked as optional.
    context = {"form": form, "choices": [form["mails"], form["leads"]], "nav": "settings"}
    return render(request, "notifications/settings.html", context, status=422 if form.errors else 200)


@csrf_exempt  # mail programs send this themselves, without our cookie; the signed address allows this act and no other
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_from_group(request: HttpRequest, token: str) -> HttpResponse:
    """A POST acts at once, as RFC 8058 wants; a GET only asks, since mail scanners follow links."""
    found = read_token(token)
    if found is None:
        raise Http404
    person, group = found
    if request.method == "POST":
        switch_off(person=person, group=group)
    context = {"what": WHAT[group], "done": request.method == "POST" or preference_of(person).has_off(group)}
    return render(request, "notifications/unsubscribe.html", context)
