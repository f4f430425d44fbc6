"""A programme's box, which other sites show in a frame: a field for a question, and the soonest times of its mentors.

It is the same for everyone. Browsers keep cookies from framed pages, so nothing is booked in it: each link and the form
open the whole site instead.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from common.times import zone_label
from programmes.looks import ShownLook, look_mark, look_of
from programmes.models import Directory, Programme, Stage

from .times import find_box_times

KEEPS = int(settings.BOX_KEEPS.total_seconds())


@login_not_required
@require_safe
@xframe_options_exempt
def programme_box(request: HttpRequest, slug: str) -> HttpResponse:
    programme, now = Programme.objects.filter(slug=slug, directory=Directory.PUBLIC).first(), timezone.now()
    if programme is None or programme.stage_at(now) == Stage.DRAFT:
        raise Http404
    look = look_of(programme)
    key = f"box:{programme.pk}:{look_mark(look)}"
    html = cache.get_or_set(key, lambda: _write_box(programme, look.colour, look.logo_key, now), KEEPS)
    response = HttpResponse(html, headers={"Cache-Control": f"public, max-age={KEEPS}"})
    # Of our own pages, the one on which managers choose the look shows it.
    response._csp_replace = {"frame-ancestors": ["'self'", *look.origins]}  # type: ignore[attr-defined]
    return response


def _write_box(programme: Programme, colour: str, logo_key: str, now: datetime) -> str:
    """Without the request, about which the box says nothing."""
    with translation.override(programme.language), timezone.override(programme.timezone):
        context = {
            "programme": programme,
            "look": ShownLook(colour, logo_key),
            "times": find_box_times(programme, now=now),
            "zone": zone_label(programme.timezone, now),
            "language": programme.language,
            "is_rtl": translation.get_language_bidi(),
            "SITE_NAME": settings.SITE_NAME,
        }
        return render_to_string("search/box.html", context)
