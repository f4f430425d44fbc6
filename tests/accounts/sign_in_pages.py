"""Addresses of signing in, and who a browser is signed in as."""

from django.test import Client

SIGN_IN, CODE, PASSWORD = "/sign-in/", "/sign-in/code/", "/sign-in/password/"


def signed_in(client: Client) -> int | None:
    user_id = client.session.get("_auth_user_id")
    return int(user_id) if user_id else None
