"""The one error of this app: why an act on a profile can't be done, in words for the person who tried."""

from collections.abc import Mapping

from django.utils.functional import Promise

from common.pages.seen import CHANGED_MEANWHILE
from common.refusals import RefusalError

# The code for an act on something that has changed since the person looked at it
MOVED_ON = "moved_on"


class ProfileError(RefusalError):
    """`fields` tells for each field what is still missing."""

    def __init__(self, code: str, message: str | Promise, fields: Mapping[str, str | Promise] | None = None) -> None:
        super().__init__(code, str(message))
        self.fields = dict(fields or {})


def check_seen(seen: str | None, present: str, wanted: str = "") -> None:
    """Raises ProfileError `moved_on` if the person acts on something that has changed since they looked at it.

    Not if everything is already as they want it: then it is their own form, sent twice. `seen` is None where the person
    was shown nothing.
    """
    if seen is not None and present not in (seen, wanted):
        raise ProfileError(MOVED_ON, CHANGED_MEANWHILE)
