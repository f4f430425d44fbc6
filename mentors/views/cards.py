"""The picture that stands for a mentor's page where somebody shares a link to it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common.pages.sharing import listed
from common.stored import stored_file
from mentors.cards import card_file
from mentors.models import MentorProfile

A_DAY = 24 * 3600


@login_not_required
@require_safe
@listed
def mentor_card(request: HttpRequest, slug: str, version: int) -> HttpResponseBase:
    """`version` only makes a new address of a changed profile, so that nobody shows an old card."""
    profile = get_object_or_404(MentorProfile.objects.public().select_related("person"), slug=slug)
    response = stored_file(card_file(profile), content_type="image/png")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = f"public, max-age={A_DAY}"
    return response
