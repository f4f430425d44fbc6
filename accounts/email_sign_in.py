"""Sign in by a code that is mailed: the same way in for a new address and for a known one. Answers with pages."""

from typing import Any

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.userkit import filter_users_by_email, user_id_to_str
from allauth.account.models import EmailAddress, Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.utils import passthrough_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.rules.validators import validate_person_name
from common.mail.addresses import canonical_address
from common.views import too_many

from . import mail
from .limits import take_code_mail
from .models import User
from .services import create_person
from .viewing import cookie_zone

# Keys of the session. Apps above may set the note: a line on the pages of a sign-in that tells what it is for.
SIGN_IN_NOTE = "sign_in_note"
OPENS_ACCOUNT = "sign_in_opens_account"


def start_email_sign_in(
    request: HttpRequest, *, email: str, name: str = "", password: str = "", opens_account: bool = True
) -> HttpResponse:
    """Mail a code and lead to the page that asks for it: the same answer, in the same time, for every address.

    An unknown address gets its account when its code is typed, so nobody can fill the table with other people's
    addresses; with `opens_account=False` it gets no mail at all. A closed account never does.
    Raises ValidationError for an address that forms would refuse.
    """
    email = canonical_address(email)
    again = take_code_mail(request, email)
    if again is not None:
        return too_many(request, again)
    if opens_account:
        request.session[OPENS_ACCOUNT] = True
    wanted = {"name": _allowed_name(name), "password": make_password(password) if password else ""}
    return _send_code(request, email, wanted)


def restart_email_sign_in(request: HttpRequest, state: dict[str, Any]) -> HttpResponse:
    """Send another code for the same address and purpose as in a sign-in that runs or has expired."""
    again = take_code_mail(request, state["email"])
    if again is not None:
        return too_many(request, again)
    return _send_code(request, state["email"], state.get("new_account") or {"name": "", "password": ""})


def finish_email_sign_in(request: HttpRequest, state: dict[str, Any]) -> None:
    """The code was right, so the mailbox is theirs: create the account it was for, or mark the address as proven."""
    if "user_id" in state:
        person = User.objects.get(pk=state["user_id"])
        if not EmailAddress.objects.filter(user=person).exists():
            EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
        return
    person = _open_account(request, state["email"], **state["new_account"])
    state["user_id"] = user_id_to_str(person)


def forget_sign_in(request: HttpRequest) -> None:
    for key in (SIGN_IN_NOTE, OPENS_ACCOUNT):
        request.session.pop(key, None)


def code_page(request: HttpRequest) -> str:
    """The address of the page that asks for the code; a safe `next` of this request goes along."""
    address: str = passthrough_next_redirect_url(request, reverse("account_confirm_login_code"), REDIRECT_FIELD_NAME)
    return address


def _send_code(request: HttpRequest, email: str, wanted: dict[str, str]) -> HttpResponse:
    opens_account = bool(request.session.get(OPENS_ACCOUNT))
    owners = filter_users_by_email(email, prefer_verified=True, for_login=True)
    person = next((owner for owner in owners if owner.is_active), None)
    process = _new_process(request, person, email)
    opening = opens_account and not owners
    if opening:
        process.state["new_account"] = wanted
    _mail_code(process, purpose="open_account" if opens_account else "sign_in", real=opening or person is not None)
    process.persist()
    return HttpResponseRedirect(code_page(request))


def _new_process(request: HttpRequest, person: User | None, email: str) -> LoginCodeVerificationProcess:
    login = Login(user=person, email=email)
    login.state["stages"] = {"current": LoginByCodeStage.key}
    stage = LoginByCodeStage(LoginStageController(request, login), request, login)
    stage.state.update(LoginCodeVerificationProcess.initial_state(user=person, email=email))
    stage.state["initiated_by_user"] = True
    return LoginCodeVerificationProcess(stage)


def _mail_code(process: LoginCodeVerificationProcess, *, purpose: str, real: bool) -> None:
    code = process.generate_code()
    if process.user is not None and purpose == "open_account":
        purpose = "have_account"
    # What was typed may only look like the account's address and be someone else's mailbox.
    to = process.user.email if process.user is not None else process.state["email"]
    mail.send_account_email(mail.make_code_email(to=to, code=code, purpose=purpose, real=real))
    if not real:
        process.state["code"] = ""  # which no input equals


def _allowed_name(name: str) -> str:
    name = " ".join(name.split())[:80]
    try:
        validate_person_name(name)
    except ValidationError:
        return ""
    return name


def _open_account(request: HttpRequest, email: str, *, name: str, password: str) -> User:
    try:
        with transaction.atomic():
            person = create_person(email=email, name=name, timezone=cookie_zone(request) or "")
            if password:
                person.password = password
                person.save(update_fields=["password"])
            return person
    except IntegrityError:
        # The code was typed in two browsers at once. Both get in: the mailbox is theirs.
        return User.objects.get(email=canonical_address(email))
