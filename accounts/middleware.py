"""Every page requires signing in unless it says otherwise, and is rendered in the reader's own time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from common.pages.coming_back import page_shown, with_next
from common.pages.parts import wants_part

from .models import User
from .quick_reader import read_owner
from .second_factor.session_state import does_role_sleep
from .services import remember_zone
from .viewing import ASKED_COOKIE, signed_in, viewer_zone
from .web_sessions import note_use


class PersonMiddleware(AuthenticationMiddleware):
    """Django's, which is told whose session it is where that is certain. It also looks whether the role of someone who
    has one is awake in this session.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        person = request.user

        def judge() -> User | AnonymousUser:
            if owner := read_owner(request.session):
                request._cached_user = owner  # type: ignore[attr-defined] # where Django keeps whom it found
            if person.is_authenticated:
                note_use(request)
            if person.is_authenticated and person.needs_second_step:
                person.role_sleeps = does_role_sleep(request, person)
            return person

        request.user = SimpleLazyObject(judge)  # type: ignore[assignment]


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Django's, but the address to come back to may hold the longest question (see `with_next`).

    After a form it is that of the page with the form: many addresses only take what forms send.
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        sign_in = resolve_url(self.get_login_url(view_func))
        # What a script sends in the background asks nobody to send it again.
        is_pressed = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        if request.method == "POST" and is_pressed and not wants_part(request):
            words = _("You’re not signed in, so nothing was sent. Sign in, then send it again.")
            messages.warning(request, words, extra_tags="signed_in")
        return HttpResponseRedirect(with_next(sign_in, page_shown(request)))


class TimezoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (user := signed_in(request)) and not user.timezone:
            remember_zone(request, user)
        with timezone.override(ZoneInfo(viewer_zone(request))):
            response = self.get_response(request)
        if getattr(request, "asks_zone", False):
            response.set_cookie(ASKED_COOKIE, "yes", samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
        return response
