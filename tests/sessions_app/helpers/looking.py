"""An open page of a session that looks again, as htmx does it."""

import html
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpResponse
from django.test import Client

ASKS = re.compile(r'id="news"\s+hx-get="([^"]+)"')
SWAPPED = re.compile(r'<\w+\s+[^>]*?id="([\w-]+)"[^>]*hx-swap-oob="(\w+)"')


def look_again(client: Client, seen: Any) -> HttpResponse:
    """What the page is answered that was last answered `seen`."""
    [address] = ASKS.findall(seen.content.decode())
    return client.get(html.unescape(address), headers={"HX-Request": "true"})


def swapped_in(response: Any) -> dict[str, str]:
    """The parts that the page takes over or takes away, by their ids."""
    return dict(SWAPPED.findall(response.content.decode()))


def list_marks(seen: Any) -> dict[str, str]:
    """What the page will say that it has."""
    [address] = ASKS.findall(seen.content.decode())
    return dict(parse_qsl(urlsplit(html.unescape(address)).query))
