"""Redirects to an address that is a secret, such as that of a call."""

from django.http import HttpResponse
from django.shortcuts import redirect


def redirect_in_secret(address: str) -> HttpResponse:
    """No cache keeps the address, and no page that comes after it is told of it."""
    response = redirect(address)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
