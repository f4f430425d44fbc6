"""Pages of staff with several buttons, one form each: what a press does."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.forms import Form

from accounts.models import User
from accounts.requests import SignedInRequest
from common.pages.posting import PostResult, act_on_post

Subject = TypeVar("Subject")
# What is done with the subject: by whom, when, and what they filled in
Acts = Mapping[str, Callable[[Subject, User, datetime, dict[str, Any]], object]]


def pressed(request: SignedInRequest) -> str:
    """The name of the button that was pressed; empty when the page is opened."""
    return request.POST.get("act", "") if request.method == "POST" else ""


def act_on_press(
    request: SignedInRequest, acts: Acts[Subject], subject: Subject, sent: Form | None, *, now: datetime
) -> PostResult[object]:
    """Do what was pressed, if its form, where it has one, is valid. A button that isn't there is bad input (422)."""
    act = acts.get(pressed(request))
    if act is None:
        return PostResult(status=422 if request.method == "POST" else 200)
    return act_on_post(request, lambda: act(subject, request.user, now, sent.cleaned_data if sent else {}), sent)
