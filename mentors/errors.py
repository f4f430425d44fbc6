"""The one error of this app: an act on a profile that cannot be done, in words fit for a person."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.refusals import RefusalError

# The code of an act on something that has changed since the person looked at it
MOVED_ON = "moved_on"


class ProfileError(RefusalError):
    """`fields` says per field what is still wanted."""

    def __init__(self, code: str, message: str | Promise, fields: Mapping[str, str | Promise] | None = None) -> None:
        super().__init__(code, str(message))
        self.fields = dict(fields or {})


def check_seen(seen: str | None, present: str, wanted: str = "") -> None:
    """Raises ProfileError `moved_on` where a person acts on what has changed since they looked.

    Not where all is already as they want it: that is their own form, sent twice. None: nobody was shown anything.
    """
    if seen is not None and present not in (seen, wanted):
        words = _("This was changed in another window since you opened this page. Check it, then save again.")
        raise ProfileError(MOVED_ON, words)
