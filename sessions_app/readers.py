"""Who reads a page that anybody may open."""

from django.http import HttpRequest

from accounts.models import User


def signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
