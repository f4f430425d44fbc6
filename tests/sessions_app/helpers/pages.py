"""A page as its reader hears it."""

import re
from html import unescape


def text_of(response) -> str:
    """Words only, one space between any two pieces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))
