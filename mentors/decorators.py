"""Conditions of views that are for mentors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .models import MentorProfile


def mentor_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Passes the signed-in person's profile to the view. People without one are sent to the application."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        profile = own_profile(request)
        if profile is None:
            return redirect("mentor_apply", 1)
        return view(request, profile, *args, **kwargs)

    return guarded


def own_profile(request: HttpRequest) -> MentorProfile | None:
    return MentorProfile.objects.select_related("person").filter(person=request.user.pk).first()
