"""Pages that belong to no app: about the product, and for errors."""

from datetime import datetime
from math import ceil

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

from common.api.problems import body_of

from .logs import request_id
from .pages.sharing import listed
from .trouble import TRY_AGAIN_AFTER


@login_not_required
@listed
def how_it_works(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/how_it_works.html", {"lengths": [15, 25, 45]})


@login_not_required
@listed
def help_page(request: HttpRequest) -> HttpResponse:
    context = {
        "hold_minutes": settings.HOLD_MINUTES,
        "pause": settings.LEDGER_PAUSE,
        "most_asked": settings.MAX_ROUTES,
    }
    return render(request, "pages/help.html", context)


@login_not_required
@listed
def accessibility_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden_page(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


# 405, for someone who opens an address that only takes what forms send.
def not_allowed(request: HttpRequest) -> HttpResponse:
    return render(request, "405.html", status=405)


def gone_page(request: HttpRequest, title: str = "", text: str = "") -> HttpResponse:
    """410: what was here is gone for good. The caller may say what it was and where to go instead."""
    return render(request, "410.html", {"title": title or _("This is no longer here"), "text": text}, status=410)


def too_many(request: HttpRequest, retry_at: datetime | None = None) -> HttpResponse:
    return render(request, "429.html", {"retry_at": retry_at}, status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, from a template that needs nothing that may be broken: no database, no session, no context processor."""
    if request.path.startswith("/api/"):
        return JsonResponse(body_of("broken", "Something broke on our side."), status=500)
    return HttpResponse(get_template("500.html").render(bare_context()), status=500)


def maintenance_page(request: HttpRequest, until: datetime | None = None) -> HttpResponse:
    """503 during maintenance, from a template as simple as that of 500."""
    response = HttpResponse(get_template("503.html").render(bare_context() | {"until": until}), status=503)
    response["Retry-After"] = "300"
    return response


def busy_page(request: HttpRequest) -> HttpResponse:
    """503 where a lock was not released in time: nothing was done, and the same may work in a moment."""
    response = HttpResponse(get_template("503_busy.html").render(bare_context()), status=503)
    response["Retry-After"] = str(ceil(TRY_AGAIN_AFTER.total_seconds()))
    return response


def bare_context() -> dict[str, object]:
    return {
        "SITE_NAME": settings.SITE_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "stylesheet": stylesheet_url(),
        "request_id": request_id.get(),
    }


def stylesheet_url() -> str:
    try:
        return staticfiles_storage.url("css/app.css")
    except ValueError:
        # The manifest itself may be what is broken; the plain name is collected too.
        return f"{settings.STATIC_URL}css/app.css"
