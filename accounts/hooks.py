"""What upper apps want done once somebody has signed in, by whatever way: they append a function to `after_sign_in`."""

from collections.abc import Callable

from django.http import HttpRequest

from .models import User

AfterSignIn = Callable[[HttpRequest, User], str | None]

after_sign_in: list[AfterSignIn] = []


def run_after_sign_in(request: HttpRequest, user: User) -> str | None:
    """Run every hook in order; the first address that one returns is where the person goes next."""
    addresses = [hook(request, user) for hook in after_sign_in]
    return next((address for address in addresses if address), None)
