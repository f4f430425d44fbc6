"""A browser in the process of the tests changes nothing about how these reach the database."""

import asyncio

from django.db import connections


def test_connections_are_the_same_as_without_a_browser(chromium):
    inside = connections["default"]
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    try:
        assert connections["default"] is inside
    finally:
        asyncio._set_running_loop(loop)
