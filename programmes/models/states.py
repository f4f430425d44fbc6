"""How far a membership is, and the sets of these states that have a name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MembershipState(models.TextChoices):
    LIVE = "live", _("Member")
    ASKED = "asked", _("Asked to join")
    LEFT = "left", _("Left")
    REMOVED = "removed", _("Removed")
    DECLINED = "declined", _("Declined")


LIVE = MembershipState.LIVE
ASKED = MembershipState.ASKED
# In it, or waiting to be let in
INSIDE = (MembershipState.LIVE, MembershipState.ASKED)
# Whom only a manager lets in
SHUT_OUT = (MembershipState.REMOVED, MembershipState.DECLINED)
ENDED = (MembershipState.LEFT, *SHUT_OUT)
