"""What admin pages of several apps share."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Looked at here, changed elsewhere: through the services, which check and keep the log."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
