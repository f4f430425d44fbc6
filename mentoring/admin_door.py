"""The admin is for owners alone. They come in by the site's own sign-in page."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.roles import lead_to_second_step, may
from accounts.rules.roles import Power

lead_in = secure_admin_login(admin.site.login)


def is_for(request: HttpRequest) -> bool:
    return may(request.user, Power.RUN)


def sign_in_to_admin(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    if isinstance(request.user, User) and not is_for(request):
        if request.user.could(Power.RUN):
            return lead_to_second_step(request)
        raise PermissionDenied
    response: HttpResponse = lead_in(request, extra_context)
    return response
