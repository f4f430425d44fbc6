"""One door for email: a code signs people in to the account they have, or creates one. Answers with pages."""

from typing import Any

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.userkit import filter_users_by_email, user_id_to_str
from allauth.account.models import EmailAddress, Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.utils import passthrough_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.codes import send_code
from accounts.limits import take_code_mail
from accounts.models import User
from accounts.providers.configuration import find_provider
from accounts.rules.validators import validate_person_name
from accounts.services import create_person, name_person
from accounts.viewing import browser_hour12, cookie_zone
from common.mail.addresses import canonical_address
from common.pages.coming_back import with_next
from common.views import too_many

# Key of the session. Apps above may set it: a line on the pages of a sign-in that tells what it is for.
SIGN_IN_NOTE = "sign_in_note"
# In the state of a sign-in: the account elsewhere that is to be connected at its end
CONNECTION = "connection"
# Beside a sign-in with an account elsewhere: what its provider said that apps above want to know
SAID = "claims"


def answer_email_form(request: HttpRequest, form: Form, *, note: str = "") -> HttpResponse | None:
    """Start the sign-in that a form with `email`, and perhaps `name`, asks for. `note` says on its pages why.

    None where the form or the mail server refuses it: the form then says why, and its page is shown again.
    """
    if not form.is_valid():
        return None
    if note:
        request.session[SIGN_IN_NOTE] = note
    try:
        return start_email_sign_in(request, email=form.cleaned_data["email"], name=form.cleaned_data.get("name", ""))
    except ValidationError as refused:
        form.add_error("email", refused)
        return None


def start_email_sign_in(
    request: HttpRequest, *, email: str, name: str = "", leads_to: str = "", connection: dict[str, Any] | None = None
) -> HttpResponse:
    """Mail a code and lead to the page that asks for it: the same answer, in the same time, for every address.

    An unknown address gets its account when its code is typed, so nobody can fill the table with other people's
    addresses; a closed account says that it is closed once its code is typed. `name` is for an account without one.
    `leads_to`: the page of ours to show afterwards, where this request has no `next`. `connection`: the account
    elsewhere that gave this address and is to be connected.
    Raises ValidationError for an address that forms or the mail server would refuse.
    """
    email = canonical_address(email)
    again = take_code_mail(request, email)
    if again is not None:
        return too_many(request, again)
    answer = _send_code(request, email, {"name": _allowed_name(name), CONNECTION: connection})
    return HttpResponseRedirect(with_next(reverse("account_confirm_login_code"), leads_to)) if leads_to else answer


def restart_email_sign_in(request: HttpRequest, state: dict[str, Any]) -> HttpResponse:
    """Send another code for the same address and purpose as in a sign-in that runs or has expired.

    Raises ValidationError as `start_email_sign_in` does; the sign-in that runs then goes on with its older code.
    """
    again = take_code_mail(request, state["email"])
    if again is not None:
        return too_many(request, again)
    return _send_code(request, state["email"], {"name": state.get("name", ""), CONNECTION: state.get(CONNECTION)})


def finish_email_sign_in(request: HttpRequest, state: dict[str, Any]) -> None:
    """The code was right, so the mailbox is theirs: create the account it was for, or mark the address as proven."""
    if "user_id" in state:
        person = User.objects.get(pk=state["user_id"])
        _note_proof(person)
    else:
        person = _open_account(request, state["email"])
        state["user_id"] = user_id_to_str(person)
    if state["name"] and not person.name:
        name_person(person, name=state["name"])


def open_proven_account(request: HttpRequest, *, email: str, name: str) -> User:
    """The account with this address, a new one if there is none; it is proven that the mailbox is theirs."""
    person = _owner_of(email)
    if person:
        _note_proof(person)
    else:
        person = _open_account(request, email)
    if not person.name and (allowed := _allowed_name(name)):
        name_person(person, name=allowed)
    return person


def _owner_of(email: str) -> User | None:
    owners = filter_users_by_email(email, prefer_verified=True, for_login=True)
    return next((owner for owner in owners if owner.is_active), owners[0] if owners else None)


def _note_proof(person: User) -> None:
    if not EmailAddress.objects.filter(user=person).exists():
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)


def forget_sign_in(request: HttpRequest) -> None:
    request.session.pop(SIGN_IN_NOTE, None)


def code_page(request: HttpRequest) -> str:
    """The address of the page that asks for the code; a safe `next` of this request goes along."""
    address: str = passthrough_next_redirect_url(request, reverse("account_confirm_login_code"), REDIRECT_FIELD_NAME)
    return address


def _send_code(request: HttpRequest, email: str, more: dict[str, Any]) -> HttpResponse:
    person = _owner_of(email)
    process = _new_process(request, person, email)
    process.state.update(more)
    # What was typed may only look like the account's address and be someone else's mailbox.
    to, purpose = (person.email, "sign_in") if person else (email, "open_account")
    note = request.session.get(SIGN_IN_NOTE, "")
    provider = find_provider(more[CONNECTION]["provider"]) if more[CONNECTION] else None
    if provider:
        words = _("With it, you also connect the %(name)s account in which someone has just signed in.")
        note = f"{note} {words % {'name': provider.name}}".strip()
    send_code(request, to=to, code=process.generate_code(), purpose=purpose, note=note)
    process.persist()
    return HttpResponseRedirect(code_page(request))


def _new_process(request: HttpRequest, person: User | None, email: str) -> LoginCodeVerificationProcess:
    login = Login(user=person, email=email)
    login.state["stages"] = {"current": LoginByCodeStage.key}
    stage = LoginByCodeStage(LoginStageController(request, login), request, login)
    stage.state.update(LoginCodeVerificationProcess.initial_state(user=person, email=email))
    stage.state["initiated_by_user"] = True
    return LoginCodeVerificationProcess(stage)


def _allowed_name(name: str) -> str:
    name = " ".join(name.split())[:80]
    try:
        validate_person_name(name)
    except ValidationError:
        return ""
    return name


def _open_account(request: HttpRequest, email: str) -> User:
    try:
        with transaction.atomic():
            zone, hour12 = cookie_zone(request) or "", browser_hour12(request)
            return create_person(email=email, name="", timezone=zone, hour12=hour12)
    except IntegrityError:
        # The code was typed in two browsers at once. Both get in: the mailbox is theirs.
        return User.objects.get(email=canonical_address(email))
