"""Finds out who asks: a person by their session, as on pages, or a program by a person's token."""

from copy import copy
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import AccessToken, Scope, User
from accounts.tokens import find_token, note_use

KEYWORD = "Token"
LONGEST = 200


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`. A header of another kind is left to others."""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        keyword, _space, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if keyword.lower() != KEYWORD.lower():
            return None
        now = timezone.now()
        token = find_token(text.strip(), now=now) if len(text) <= LONGEST else None
        if token is None:
            raise AuthenticationFailed(_("We don’t know this token, or it has expired."), code="bad_token")
        note_use(token, now=now)
        token.person.role_sleeps = True  # a token never reaches what staff do
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class SessionAuthentication(BaseAuthentication):
    """The session of a page, with the same check against cross-site requests."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user = getattr(request._request, "user", None)
        if not isinstance(user, User) or not user.is_active:
            return None
        if CsrfCheck(fail_if_called).is_refused(request):
            raise PermissionDenied(_("Send this session’s CSRF token as X-CSRFToken."), code="csrf")
        return user, None


class CsrfCheck(CsrfViewMiddleware):
    def is_refused(self, request: Request) -> bool:
        self.process_request(request._request)
        # The token comes in a header. Django would also look for it in the form, and read all of that, before it is
        # known who sent it.
        without_form = copy(request._request)
        without_form.POST = QueryDict()
        return self.process_view(without_form, None, (), {}) is not None  # type: ignore[arg-type]

    def _reject(self, request: Any, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def fail_if_called(request: Any) -> HttpResponse:
    raise AssertionError("only the check is asked")


class SignedIn(BasePermission):
    def has_permission(self, request: Request, view: object) -> bool:
        return not isinstance(request.user, AnonymousUser)


class WithinScope(BasePermission):
    """A token for reading only can't change anything."""

    code = "read_only_token"

    @property
    def message(self) -> str:
        return _("This token is read-only. Create one that can also make changes.")

    def has_permission(self, request: Request, view: object) -> bool:
        token = request.auth
        return request.method in SAFE_METHODS or not isinstance(token, AccessToken) or token.scope == Scope.WRITE


class WithinArea(BasePermission):
    """A token for a part of the site opens nothing outside of it."""

    code = "token_of_an_area"

    @property
    def message(self) -> str:
        return _("This token is for something else. Create one for this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        return not isinstance(token, AccessToken) or token.area in ("", view.area)


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        said = "`Token …`: people create one under Your account → API tokens."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": said}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        said = "The cookie of a signed-in browser. Requests that change something also need X-CSRFToken."
        return {"type": "apiKey", "in": "cookie", "name": "session", "description": said}
