"""What browsers, phones and those who show a shared link ask for by itself: icons, manifest, card of the site."""

from functools import lru_cache
from io import BytesIO

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.pages.sharing import listed

from .drawing import GROUND, TEXT_FONT, TITLE_FONT, can_draw, draw_card

A_DAY = 24 * 3600


@login_not_required
@require_safe
def root_icon(request: HttpRequest, name: str) -> HttpResponse:
    try:
        address = staticfiles_storage.url(f"icons/{name.replace('-precomposed', '')}")
    except ValueError:  # they have not been drawn
        raise Http404 from None
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = f"public, max-age={A_DAY}"
    return response


@login_not_required
@require_safe
def web_manifest(request: HttpRequest) -> JsonResponse:
    try:
        icons = [
            icon_entry("icons/icon-192.png", 192),
            icon_entry("icons/icon-512.png", 512),
            icon_entry("icons/icon-maskable-512.png", 512, purpose="maskable"),
        ]
    except ValueError:  # they have not been drawn
        icons = []
    manifest = {
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME[:12].strip(),
        "start_url": "/",
        "scope": "/",
        "display": "browser",
        "background_color": GROUND,
        "theme_color": GROUND,
        "icons": icons,
    }
    response = JsonResponse(manifest, content_type="application/manifest+json")
    response["Content-Disposition"] = "inline"
    response["Cache-Control"] = f"public, max-age={A_DAY}"
    return response


def icon_entry(path: str, size: int, purpose: str = "any") -> dict[str, str]:
    address = staticfiles_storage.url(path)
    return {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@login_not_required
@require_safe
@listed
def site_card(request: HttpRequest) -> FileResponse:
    content = draw_site_card(settings.SITE_NAME, _("Book a short session with someone who’s been there."))
    return let_others_show(FileResponse(BytesIO(content), content_type="image/png"))


def let_others_show(card: FileResponse) -> FileResponse:
    """For a card, which other sites show beside a link to ours."""
    card["Cross-Origin-Resource-Policy"] = "cross-origin"
    card["Cache-Control"] = f"public, max-age={A_DAY}"
    return card


@lru_cache(maxsize=4)
def draw_site_card(name: str, text: str) -> bytes:
    title = name if can_draw(name, TITLE_FONT) else ""
    return draw_card(site=title, title=title, text=text if can_draw(text, TEXT_FONT) else "")
