"""What admin pages of several apps share."""

from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models.options import Options
from django.http import HttpRequest


class ReadOnly:
    """Looked at here, changed elsewhere: through the services, which check and keep the log.

    An act that calls such a service is marked `permissions=["act"]`: nothing is edited here, but it takes the right to
    change.
    """

    opts: "Options[Any]"

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('change', self.opts)}")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
