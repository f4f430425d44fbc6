"""The script by which a person's own page of an event opens without a network."""

from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

SCRIPT = "js/evening-worker.js"


@login_not_required
@require_safe
def event_worker(request: HttpRequest) -> HttpResponse:
    """Below `/events/`, since browsers let such a script serve addresses below its own only."""
    response = HttpResponse(read_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def read_script() -> bytes:
    return Path(finders.find(SCRIPT) or "").read_bytes()
