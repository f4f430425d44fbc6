"""A check of LIVE_URL: a wrong one fails on every page, where only the browser's console says so."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error

PATH = "/live/"


def check_live_url(**kwargs: Any) -> list[CheckMessage]:
    url = urlsplit(settings.LIVE_URL)
    if not settings.LIVE_URL or (url.path == PATH and not (url.scheme or url.netloc or url.query)):
        return []
    if url.path != PATH or url.scheme not in ("http", "https") or not url.hostname:
        words = f"LIVE_URL must be {PATH}, an address that ends with it, like https://live.example.org{PATH}, or empty."
        return [Error(words, id="live.E001")]
    if settings.HTTPS and url.scheme == "http":
        words = "SITE_URL is https://, so LIVE_URL must be too: browsers let no page listen to plain HTTP."
        return [Error(words, id="live.E002")]
    return []
