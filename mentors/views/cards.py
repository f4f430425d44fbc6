"""The picture that stands for a mentor's page where someone shares a link to it."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.viewing import signed_in
from common.branding.files import let_others_show
from common.pages.sharing import listed
from common.pages.stored import stored_file
from mentors.cards import card_file
from mentors.models import MentorProfile


@login_not_required
@require_safe
@listed
def mentor_card(request: HttpRequest, slug: str, version: int) -> FileResponse:
    """`version` only makes a new address of a changed profile, so that nobody shows an old card."""
    seen = MentorProfile.objects.seen_by(signed_in(request))
    profile = get_object_or_404(seen.select_related("person"), slug=slug)
    return let_others_show(stored_file(card_file(profile), content_type="image/png"))
