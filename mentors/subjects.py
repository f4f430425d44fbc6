"""A mentor’s page can be reported, and show someone whom one doesn’t want to meet again.

What follows for the profile from a decision about its person stands here too.
"""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from trust.models import Sanction, SanctionKind
from trust.models.sanctions import ENDS_WHAT_IS_AHEAD
from trust.subjects import Evidence, Found, Subject

from .models import Decision, MentorProfile, ProfileState
from .services import pause_profile, reinstate_profile, resume_profile, suspend_profile

DAY = timedelta(days=1)


def find_profile(key: str, reader: User) -> Found | None:
    profile = MentorProfile.objects.seen_by(reader).select_related("person").filter(slug=key).first()
    if profile is None:
        return None
    title = _("the profile of %(name)s") % {"name": profile.first_name}
    return Found("profile", profile.pk, profile.person, reverse("mentor_detail", args=[key]), title)


def gather_profile(pk: int) -> Evidence:
    profile = MentorProfile.objects.select_related("person").get(pk=pk)
    words = {
        "name": profile.name,
        "headline": profile.headline,
        "asks": "\n".join(profile.asks),
        "how I work": profile.how_i_work,
    }
    return Evidence(words, read_photo_bytes(profile))


def read_photo_bytes(profile: MentorProfile) -> bytes:
    """Nothing if there is none, or if it is gone from the storage."""
    if not profile.photo.name:
        return b""
    try:
        with profile.photo.storage.open(profile.photo.name) as stored:
            content: bytes = stored.read()
    except FileNotFoundError:
        return b""
    return content


def suspend_for(sanction: Sanction, now: datetime) -> None:
    """Nobody finds a mentor who is suspended, or books one who has a break. In a break, what is agreed stays."""
    profile = MentorProfile.objects.filter(person=sanction.person_id, state=ProfileState.APPROVED).first()
    if profile is None:
        return
    by, reason = sanction.decided_by, sanction.case.text
    if sanction.kind in ENDS_WHAT_IS_AHEAD:
        suspend_profile(profile=profile, reason=reason, by=by, now=now)
    elif sanction.kind == SanctionKind.BREAK and sanction.until:
        pause_profile(profile=profile, until=(max(sanction.until, now + DAY) + DAY).date(), by=by, now=now)


def reinstate_after(sanction: Sanction, now: datetime) -> None:
    """Only what this sanction did: a profile that was suspended for another reason stays so."""
    profile = MentorProfile.objects.filter(person=sanction.person_id).first()
    if profile is None or not (last := profile.decisions.order_by("-version", "-pk").first()):
        return
    by, is_its_own = sanction.lifted_by or sanction.decided_by, last.at == sanction.begins
    if is_its_own and last.decision == Decision.SUSPENDED and profile.state == ProfileState.SUSPENDED:
        reinstate_profile(profile=profile, by=by, now=now)
    elif is_its_own and last.decision == Decision.PAUSED and profile.paused_until:
        resume_profile(profile=profile, by=by, now=now)


PROFILE = Subject(
    "profile", find_profile, can_part=True, label=gettext_lazy("a mentor’s profile"), gather=gather_profile
)
