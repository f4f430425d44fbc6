"""How allauth behaves here: our texts, our mails, our way to find a client's address, one email address per person."""

import secrets
import time
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.stages import LoginStage
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.mail.addresses import canonical_address, readable_address
from common.mail.rendering import absolute_url
from common.pages.posting import telling_refusals
from common.times import deadline_text
from common.zones import city_of

from . import hooks, mail
from .client_address import client_address
from .codes import send_code
from .models import User
from .privacy.erasing import open_erasure
from .providers.connections import connect
from .providers.identity import Identity
from .second_factor.factors import has_factor
from .services import remember_zone
from .signing_in.by_email import CONNECTION, SAID, forget_sign_in
from .viewing import signed_in, viewer_hour12, viewer_zone
from .ways_in import end_ways_in
from .web_sessions import end_sessions, note_sign_in

CODE_DIGITS = 6
FAILED_TRIES_PAUSE = timedelta(minutes=5)  # the window of allauth's limit on wrong passwords
CODE_PURPOSES = {
    "account/email/login_code": "sign_in",
    "account/email/email_confirmation": "change_address",
    "account/email/email_confirmation_signup": "prove",
}
TEMPLATES = {
    "account/email/password_reset_key": "accounts/password_reset",
    "account/email/password_changed": "accounts/password_changed",
    "account/email/password_set": "accounts/password_changed",
    "account/email/password_reset": "accounts/password_changed",
    "account/email/email_changed": "accounts/email_changed",
}
# Key of the session: who has proven that an account that is being deleted is theirs, and when
KEEP_ACCOUNT = "keep_account"
# Key of the session: that the person keeps their tokens and calendar address although their email address changes
KEEPS_WAYS_IN = "keeps_ways_in"
PLAIN = ("password_reset_url", "to_email")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("That’s already your address."),
        "email_password_mismatch": _("That email address and password don’t match. Check both."),
        "email_taken": _("Another account uses this address. Choose a different one."),
        "enter_current_password": _("That isn’t your current password."),
        "incorrect_code": _("That code isn’t right. Check the newest email."),
        "incorrect_password": _("That isn’t your password."),
        "invalid_login": _("Enter an email address, like name@example.org."),
        "invalid_password_reset": _("This link has already been used or is too old. Get a new one."),
        "rate_limited": _("That was quick. Wait a minute, then try again."),
        # Shown after three wrong codes. Too many wrong passwords are answered by validation_error below.
        "too_many_login_attempts": _("That was the third wrong code. Get a new one."),
        "same_as_current": _("That’s already your address."),
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code == "too_many_login_attempts":
            return ValidationError(wait_until(self.request), code=code)
        return super().validation_error(code, *args)

    def clean_email(self, email: str) -> str:
        """Every form of allauth calls this before it looks for an address. Raises ValidationError."""
        return canonical_address(email)

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def generate_login_code(self) -> str:
        return new_code()

    def generate_email_verification_code(self) -> str:
        return new_code()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix in CODE_PURPOSES:
            send_code(self.request, to=email, code=context["code"], purpose=CODE_PURPOSES[template_prefix])
        elif template_prefix in TEMPLATES:
            mail.send_account_email(self._build_letter(TEMPLATES[template_prefix], email, context))
        # The rest tells strangers which addresses have an account; our own flows leave no need for it.

    def _build_letter(self, template: str, email: str, context: dict[str, Any]) -> mail.AccountEmail:
        plain = {name: str(context[name]) for name in PLAIN if name in context}
        return mail.AccountEmail(
            template,
            email,
            {"reset_url": absolute_url("account_reset_password"), **plain},
            zone=viewer_zone(self.request),
            hour12=viewer_hour12(self.request),
        )

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send to the address that the account has.

        The one that was typed may only look like it, and be another's mailbox.
        """
        super().send_password_reset_mail(user, user.email, context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the owner of the mailbox about every change of password or address."""
        self.send_mail(template_prefix, email or user.email, context or {})

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The new address, now proven, replaces the old one, and the old one is told."""
        user = email_address.user
        old = user.email
        with transaction.atomic():
            if not super().confirm_email(request, email_address):
                return False
            email_address.set_as_primary()
            EmailAddress.objects.filter(user=user).exclude(pk=email_address.pk).delete()
        if old != email_address.email:
            end_sessions(person=user, but=request.session.session_key)
            if not request.session.pop(KEEPS_WAYS_IN, False):
                end_ways_in(person=user)
            context = {"to_email": readable_address(email_address.email)}
            self.send_notification_mail("account/email/email_changed", user, context, email=old)
        return True

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link with our own host, whatever Host header the request claimed."""
        uid, _dash, token = key.partition("-")
        return absolute_url("account_reset_password_from_key", uidb36=uid, key=token)

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("settings")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        person = signed_in(request)
        return hooks.start_page_of(person) if person else reverse("home")

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "accounts.adapter.NameStage", "accounts.adapter.ConnectStage"]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings")

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """The strongest first. A code by email is always possible; for many it is the only way."""
        if not isinstance(user, User):
            return []
        ways = [("reauthenticate_by_code", _("Email me a code"), "account_reauthenticate_by_code")]
        if user.has_usable_password():
            ways.insert(0, ("reauthenticate", _("Use your password"), "account_reauthenticate"))
        if has_factor(user):
            ways.insert(0, ("mfa_reauthenticate", _("Use your second step"), "mfa_reauthenticate"))
        return [{"id": way, "description": text, "url": reverse(page)} for way, text, page in ways]

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A person whose account is being deleted can keep it. They have just proven who they are."""
        if open_erasure(user):
            request.session[KEEP_ACCOUNT] = {"person": user.pk, "at": time.time()}
            return HttpResponseRedirect(reverse("keep_account"))
        answer: HttpResponse = super().respond_user_inactive(request, user)
        return answer

    is_first_sign_in = False

    def login(self, request: HttpRequest, user: User) -> None:
        self.is_first_sign_in = user.last_login is None
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_zone(request, user)
        forget_sign_in(request)
        if address := hooks.run_after_sign_in(request, user):
            response = HttpResponseRedirect(address)
        if found := (kwargs.get("signal_kwargs") or {}).get(SAID):
            hooks.run_after_claims(request, user, **found)
        note_sign_in(request, user, response, is_first=self.is_first_sign_in)
        return response


class NameStage(LoginStage):
    # The last step of a sign-in for people without a name: nobody they meet is told of a person who has none.
    key = "name"
    urlname = "account_name"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if self.login.user.name:
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True


class ConnectStage(LoginStage):
    # After everything that could still end the sign-in: who gets only halfway connects nothing.
    key = "connect"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if found := self.login.state.get(CONNECTION):
            with telling_refusals(self.request):
                connect(person=self.login.user, identity=Identity(**found))
        return None, True


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def wait_until(request: HttpRequest) -> str:
    now, zone = timezone.now(), viewer_zone(request)
    clock = deadline_text(now + FAILED_TRIES_PAUSE + timedelta(minutes=1), zone, now, viewer_hour12(request))
    return gettext("Too many tries. Wait until {time} ({city}), then try again.").format(time=clock, city=city_of(zone))
