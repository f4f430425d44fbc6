"""Who opens which page of a programme. For all others it doesn't exist (404)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.requests import SignedInRequest
from accounts.roles import lead_to_second_step

from .models import Programme


def for_managers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page is for managers of the programme that its address names; the view is given the programme.

    Managers whose role sleeps are led to where it wakes up, as staff are.
    """

    @wraps(view)
    def guarded(request: SignedInRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        programme = Programme.objects.managed_by(request.user).filter(slug=slug).first()
        if programme is not None:
            return view(request, programme, *args, **kwargs)
        if Programme.objects.with_manager(request.user).filter(slug=slug).exists():
            return lead_to_second_step(request)
        raise Http404

    return guarded


def programme_open_to(request: SignedInRequest, slug: str) -> Programme:
    """Raises Http404 for who isn't in it, hasn't asked to be, and doesn't manage it."""
    return get_object_or_404(Programme.objects.open_to(request.user), slug=slug)
