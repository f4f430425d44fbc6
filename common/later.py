"""Libraries that are loaded when something of them is first used, since most processes never need them."""

from importlib import import_module
from typing import Any


class LaterModule:
    """Stands for a module under the module's own name. Threads may use it: importing takes Python's lock."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
