"""The one error of this app: an act on a profile that cannot be done, in words fit for a person."""

from collections.abc import Mapping

from django.utils.functional import Promise

from common.refusals import RefusalError


class ProfileError(RefusalError):
    """`fields` says per field what is still wanted."""

    def __init__(self, code: str, message: str | Promise, fields: Mapping[str, str | Promise] | None = None) -> None:
        super().__init__(code, str(message))
        self.fields = dict(fields or {})
