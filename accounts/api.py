"""What every call of the API does around its own work: authentication, limits, idempotency, reading input."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, NotAuthenticated, Throttled, UnsupportedMediaType
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.authentication import SignedIn, WithinArea, WithinScope
from accounts.access.idempotency import answer_once, is_answered, key_of
from accounts.access.throttling import take_request
from common.api.fields import Form, Input
from common.api.problems import ApiError
from common.known import known

from .models import User


class ApiView(APIView):
    """Handlers are described by `common.api.description.call`; `public` ones answer visitors too."""

    public: ClassVar[bool] = False
    now: datetime

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.public else SignedIn(), WithinScope(), WithinArea()]

    @property
    def area(self) -> str:
        """The key of the area to which a call belongs, so that a token for that alone opens it."""
        return ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As in the framework, but requests are counted first, so that guessing tokens is limited too, by address."""
        self.now = timezone.now()
        self.format_kwarg = None
        negotiated = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negotiated
        method = str(request.method).lower()
        # A client may invent a method, and the view may have an attribute of that name.
        if method not in self.http_method_names or not hasattr(self, method):
            self.http_method_not_allowed(request)
        try:
            person = request.user if isinstance(request.user, User) else None
        except APIException:
            self.count_request(request, None)
            raise
        self.count_request(request, person)
        self.check_permissions(request)

    def count_request(self, request: Request, person: User | None) -> None:
        if wait := take_request(request, person, now=self.now):
            raise Throttled(wait.total_seconds())

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> Any:
        if not self.public and not isinstance(request.user, User):
            raise NotAuthenticated(_("Sign in, or send a token."))
        super().permission_denied(request, message=message, code=code)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    @property
    def person(self) -> User:
        """The person who is signed in. Only for calls that aren't public: there the permission has made sure of one."""
        return known(self.reader)

    @property
    def reader(self) -> User | None:
        return self.request.user if isinstance(self.request.user, User) else None

    def read_query(self) -> dict[str, Any]:
        """What the address asks for. Raises ValidationError."""
        query: type[Input] = self.handler_of().query
        return validate_input(query, self.request.query_params)

    def read_body(self) -> dict[str, Any]:
        """What the body says. Raises ValidationError, or what the parser raises."""
        body: type[Input] | None = self.handler_of().body
        return validate_input(body or Input, self.raw_body())

    def raw_body(self) -> Any:
        # Without its length a body would be read as empty.
        if "Transfer-Encoding" in self.request.headers and not self.request.META.get("CONTENT_LENGTH"):
            raise ApiError("malformed", _("Say how long the body is: send Content-Length, not a body in chunks."))
        try:
            data = self.request.data
        except UnsupportedMediaType:
            raise wrong_media_type(self.handler_of().body) from None
        return dict(data) if isinstance(data, dict) and not data else data

    def handler_of(self) -> Any:
        return getattr(self, str(self.request.method).lower())

    def answer_once(self, act: Callable[[], Response]) -> Response:
        """Act; with an Idempotency-Key only the first time. Raises as `idempotency.answer_once`."""
        key = key_of(self.request)
        if key is None:
            return act()
        self.raw_body()
        return answer_once(self.request, self.person, key, now=self.now, act=act)


# A call whose changes have a limit of their own. They are counted before the act, whose writes are undone if it is
# refused. A request that is only sent again isn't counted.
class CountedView(ApiView):
    def count_attempt(self) -> None:
        raise NotImplementedError

    def answer_once(self, act: Callable[[], Response]) -> Response:
        key = key_of(self.request)
        if key is None or not is_answered(self.person, key, now=self.now):
            self.count_attempt()
        return super().answer_once(act)


def wrong_media_type(body: type[Input] | None) -> ApiError:
    if body is not None and issubclass(body, Form):
        words = _("Send the file in a form, with the content type multipart/form-data.")
        return ApiError("not_a_form", words, status=415)
    words = _("Send the body as JSON, with the content type application/json.")
    return ApiError("not_json", words, status=415)


def validate_input(serializer: type[Input], data: Any) -> dict[str, Any]:
    found = serializer(data=data)
    found.is_valid(raise_exception=True)
    values: dict[str, Any] = found.validated_data
    return values
