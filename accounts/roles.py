"""Who of staff may open what, and who gives and ends a role. What each role may is in `accounts.rules.roles`."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import suspend_request
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.rules.roles import Power, StaffRoleName
from common.mail.rendering import absolute_url
from common.refusals import RefusalError

from .hooks import after_role_end
from .mail import letter_to, send_after_commit
from .models import StaffRole, Trace, TracedAct, User
from .tokens import stop_tokens
from .web_sessions import end_sessions


def may(person: User | AnonymousUser, power: Power) -> bool:
    return isinstance(person, User) and person.is_active and power in person.powers


def staff_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page is for all staff. A role that sleeps is led to where it wakes up."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_staff:
            raise Http404
        if request.user.role_sleeps:
            return lead_to_second_step(request)
        return view(request, *args, **kwargs)

    return guarded


def role_required(power: Power) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """The page is for staff whose role lets them; for anyone else who has signed in it does not exist (404).

    A role that sleeps is led to where it wakes up.
    """

    def guard(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(request.user, power):
                if isinstance(request.user, User) and request.user.could(power):
                    return lead_to_second_step(request)
                raise Http404
            return view(request, *args, **kwargs)

        guarded.power = power  # type: ignore[attr-defined]
        return guarded

    return guard


def lead_to_second_step(request: HttpRequest) -> HttpResponse:
    """To the page that says what a sleeping role waits for. What was sent is kept, and sent again afterwards."""
    response: HttpResponse = suspend_request(request, reverse("role_waits"))
    return response


class RoleError(RefusalError):
    pass


@transaction.atomic
def give_role(*, person: User, role: StaffRoleName, by: User | None, now: datetime) -> StaffRole:
    """Let a person do what this role may; `by` is None on the server's command line. They are told by mail.

    Raises PermissionDenied, RoleError `own_role`, `has_role`, `account_closed`.
    """
    person = _lock_person(person, by)
    if not person.is_active:
        raise RoleError("account_closed", _("This account is closed. Choose someone who can sign in."))
    if role in person.roles:
        raise RoleError("has_role", _("They already have this role."))
    given = StaffRole.objects.create(person=person, role=role, given_by=by, at=now)
    Trace.objects.create(by=by, act=TracedAct.ROLE_GIVEN, about=person, subject=role, at=now)
    _tell_after_commit(person, role, is_given=True)
    return given


@transaction.atomic
def end_role(*, person: User, role: StaffRoleName, by: User | None, now: datetime) -> None:
    """Take a role away; the person's browsers and tokens end with it. Twice does no harm.

    Raises PermissionDenied, RoleError `own_role`, `last_owner`.
    """
    person = _lock_person(person, by)
    if role not in person.roles:
        return
    if role == StaffRoleName.OWNER and not User.objects.who_may(Power.RUN).exclude(pk=person.pk).exists():
        raise RoleError("last_owner", _("They’re the only owner. Make someone else an owner first."))
    StaffRole.objects.filter(person=person, role=role, ended_at=None).update(ended_at=now)
    end_sessions(person=person)
    stop_tokens(person)
    for listener in after_role_end:
        listener(person, role, now)
    Trace.objects.create(by=by, act=TracedAct.ROLE_ENDED, about=person, subject=role, at=now)
    _tell_after_commit(person, role, is_given=False)


def _lock_person(person: User, by: User | None) -> User:
    if by is not None and not may(by, Power.RUN):
        raise PermissionDenied
    if by is not None and by.pk == person.pk:
        raise RoleError("own_role", _("Nobody changes their own roles. Ask another owner."))
    return User.objects.lock_with_owners(person)


def _tell_after_commit(person: User, role: StaffRoleName, *, is_given: bool) -> None:
    context = {"role": role.label, "is_given": is_given, "staff_url": absolute_url("staff_home")}
    send_after_commit(letter_to(person, "accounts/role", context))
