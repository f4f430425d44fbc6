"""Photos of mentors: the public one for everyone, others only for their owner and staff.

The photo of a mentor whom only members of a programme see is kept by no cache and shown to nobody who isn't signed in.
Who has met the mentor finds it on the pages of their sessions, and its address can't be guessed.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.roles import may
from accounts.rules.roles import Power
from common.pages.stored import stored_file
from mentors.models import PORTRAIT, THUMBNAIL, MentorProfile, photo_named
from mentors.moderation.drafts import file_name

A_DAY = 24 * 3600


@login_not_required
@require_safe
def mentor_photo(request: HttpRequest, slug: str, key: str, size: int) -> HttpResponseBase:
    profile = get_object_or_404(MentorProfile.objects.select_related("person", "draft"), slug=slug)
    name = photo_named(key)
    is_public = profile.is_public and profile.photo.name == name
    is_for_all = is_public and profile.is_seen_by(None)
    is_shown = is_for_all or (is_public and request.user.is_authenticated) or _may_see(request, profile, name)
    if size not in (PORTRAIT, THUMBNAIL) or not is_shown:
        raise Http404
    response = stored_file(file_name(name, size), content_type="image/webp")
    # A new photo has a new address. A day is how long the photo of a suspended profile may stay in a cache.
    response["Cache-Control"] = f"public, max-age={A_DAY}" if is_for_all else "private, no-store"
    return response


def _may_see(request: HttpRequest, profile: MentorProfile, name: str) -> bool:
    if not request.user.is_authenticated or not (
        may(request.user, Power.REVIEW) or request.user.pk == profile.person_id
    ):
        return False
    draft = getattr(profile, "draft", None)
    return name in (profile.photo.name, draft.photo.name if draft else "")
