"""Pages for one's own settings: name, clock, time zone, appearance."""

from copy import copy
from typing import cast

from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.forms.settings import AppearanceForm, PersonForm, ZoneForm
from accounts.models import Theme, User
from accounts.rules.zone_choices import city_suggestions
from accounts.services import change_person, choose_theme, choose_zone
from accounts.viewing import THEME_COOKIE, ZONE_COOKIE, set_choice_cookie, to_next, viewer_hour12, viewer_zone
from common.pages.requests import post_data
from common.times import zone_label
from common.zones import find_zone


def account_settings(request: HttpRequest) -> HttpResponse:
    user = copy(cast(User, request.user))  # a form writes into its instance even what it refuses
    now = timezone.now()
    person_form = PersonForm(post_data(request), instance=user)
    zone_form = ZoneForm(post_data(request), now=now, hour12=user.hour12, initial={"zone": viewer_zone(request)})
    if request.method == "POST" and all([person_form.is_valid(), zone_form.is_valid()]):
        change_person(
            user,
            name=person_form.cleaned_data["name"],
            hour_cycle=person_form.cleaned_data["hour_cycle"],
            timezone=zone_form.cleaned_data["zone"],
        )
        messages.success(request, _("Saved"))
        return redirect("settings")
    context = {
        "person_form": person_form,
        "zone_form": zone_form,
        "cities": city_suggestions(now, user.hour12),
        "has_errors": person_form.errors or zone_form.errors,
        "nav": "settings",
    }
    return render(request, "accounts/settings.html", context, status=422 if context["has_errors"] else 200)


@csrf_exempt  # the footer of every page has this form, and must not give each visitor a cookie; it changes colours only
@require_POST
@login_not_required
def choose_appearance(request: HttpRequest) -> HttpResponse:
    """Keep the choice in this browser, and for a person who has signed in also in their account.

    A form of another site can't reach an account: a browser sends no session cookie with it.
    """
    form = AppearanceForm(request.POST)
    response = to_next(request, "home")
    if not form.is_valid():
        return response
    theme = Theme(form.cleaned_data["theme"])
    if isinstance(request.user, User):
        choose_theme(request.user, theme)
    if theme == Theme.SYSTEM:
        response.delete_cookie(THEME_COOKIE)
    else:
        set_choice_cookie(response, THEME_COOKIE, theme)
    return response


@login_not_required
def time_zone(request: HttpRequest) -> HttpResponse:
    """Choose the zone in which times are shown. `?zone=` suggests one; only the button changes it."""
    now, hour12 = timezone.now(), viewer_hour12(request)
    suggested = find_zone(request.GET.get("zone", "")[:64]) or viewer_zone(request)
    form = ZoneForm(post_data(request), now=now, hour12=hour12, initial={"zone": suggested})
    if request.method == "POST" and form.is_valid():
        zone = form.cleaned_data["zone"]
        if isinstance(request.user, User):
            choose_zone(request.user, zone)
        messages.success(request, _("Times are now shown in {zone}.").format(zone=zone_label(zone, now)))
        response = to_next(request, "home")
        set_choice_cookie(response, ZONE_COOKIE, zone)
        return response
    context = {
        "form": form,
        "cities": city_suggestions(now, hour12),
        "next": get_next_redirect_url(request) or "",
        "suggested": suggested if request.GET.get("zone") else "",
    }
    return render(request, "accounts/time_zone.html", context, status=422 if form.errors else 200)
