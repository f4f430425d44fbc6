"""The events that endpoints can be told of. Apps above register theirs; this module only knows names."""

from collections.abc import Mapping

from django.utils.functional import Promise

Label = str | Promise

_events: dict[str, Label] = {}


def register_events(events: Mapping[str, Label]) -> None:
    _events.update(events)


def known_events() -> dict[str, Label]:
    return dict(_events)
