"""A request whose sender has signed in, as `SignInFirstMiddleware` promises to every view that isn't public."""

from django.http import HttpRequest

from .models import User


class SignedInRequest(HttpRequest):
    user: User
