"""The tabs above a list, which `components/tabs.html` renders."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise


def tab_links(
    labels: Mapping[str, str | Promise], current: str, *, href: str = "?state=", counts: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """A link for each key, which is appended to `href`. A tab that isn't in `counts` shows no number."""
    known = counts or {}
    return [
        {"href": f"{href}{key}", "label": label, "count": known.get(key), "current": key == current}
        for key, label in labels.items()
    ]
