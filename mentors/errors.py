"""The one error of this app: an act on a profile that cannot be done, in words fit for a person."""

from collections.abc import Mapping

from django.utils.functional import Promise


class ProfileError(Exception):
    """`code` is for programs, `message` for people; `fields` says per field what is still wanted."""

    def __init__(self, code: str, message: str | Promise, fields: Mapping[str, str | Promise] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
