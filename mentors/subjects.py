"""A mentor’s page can show someone whom one doesn’t want to meet again."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from trust.subjects import Found, Subject

from .models import MentorProfile


def find_profile(key: str, reader: User) -> Found | None:
    profile = MentorProfile.objects.public().select_related("person").filter(slug=key).first()
    if profile is None:
        return None
    title = _("the profile of %(name)s") % {"name": profile.first_name}
    return Found("profile", profile.pk, profile.person, reverse("mentor_detail", args=[key]), title)


PROFILE = Subject("profile", find_profile, can_part=True)
