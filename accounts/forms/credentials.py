"""The forms for signing in, and for the account's own address and password."""

import unicodedata
from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    default_token_generator,
)
from allauth.core import context
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import mail
from accounts.models import User
from accounts.rules.validators import validate_person_name
from accounts.ways_in import describe_ways_in, end_ways_in
from accounts.web_sessions import end_sessions
from common.forms import PlainText
from common.mail.addresses import INVALID, canonical_address

EMAIL, FIRST_NAME, NEW_PASSWORD = _("Email address"), _("First name"), _("New password")
EMAIL_ERRORS = {"required": INVALID}
NAME_ERRORS = {"required": _("Enter your name"), "max_length": _("Your name must be 80 characters or less")}
PASSWORD_HINT = _("At least 8 characters, and hard to guess: three or four unrelated words work well.")
TOO_LONG = _("Your password must be 128 characters or less")
END, KEEP = "end", "keep"
MAX_PASSWORD = 128  # hashing a megabyte is work that anyone could order


class AddressField(PlainText):
    """An email address as people type or paste it; its value is in the one form in which we store and compare
    addresses.
    """

    widget = forms.EmailInput(attrs={"autocomplete": "email"})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return canonical_address(text) if text else ""


def email_field(label: Any = EMAIL, **options: Any) -> AddressField:
    return AddressField(label=label, max_length=254, error_messages=EMAIL_ERRORS, **options)


def password_field(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    options = {"error_messages": {"required": _("Enter your password"), "max_length": TOO_LONG}} | options
    return forms.CharField(label=label, strip=False, max_length=MAX_PASSWORD, widget=widget, **options)


def new_password_field(label: Any = NEW_PASSWORD, **options: Any) -> forms.CharField:
    return password_field(
        label,
        "new-password",
        help_text=PASSWORD_HINT,
        error_messages={"required": _("Choose a password"), "max_length": TOO_LONG},
        **options,
    )


class SignInForm(forms.Form):
    email = email_field()


def first_name_field(label: Any = FIRST_NAME, **options: Any) -> PlainText:
    return PlainText(
        label=label,
        max_length=80,
        validators=[validate_person_name],
        error_messages=NAME_ERRORS,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        **options,
    )


class NameForm(forms.Form):
    name = first_name_field(help_text=_("People you meet here see it. You can add your last name too."))


def check_password(form: forms.Form, field: str, password: str | None, person: User) -> None:
    if password:
        try:
            validate_password(password, person)
        except ValidationError as error:
            form.add_error(field, error)


class PasswordSignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"login": email_field(), "password": password_field(_("Password"), "current-password")}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        cleaned["remember"] = True  # as after a code: this browser stays signed in
        return cleaned


class CodeField(forms.CharField):
    """Six digits as people type or paste them: with blanks or dashes, full-width, or in another script's digits."""

    def __init__(self) -> None:
        attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "input input--code"}
        super().__init__(
            label=_("Code"),
            help_text=_("6 digits"),
            max_length=40,
            widget=forms.TextInput(attrs=attributes | {"autofocus": True, "spellcheck": "false"}),
            error_messages={"required": _("Enter the code from the email"), "max_length": _("A code has 6 digits")},
        )
        self.widget.attrs.pop("maxlength", None)  # a pasted line must not be cut before the digits

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "".join(str(digit) for sign in text if (digit := unicodedata.decimal(sign, None)) is not None) or text


class CodeForm(ConfirmLoginCodeForm):
    code = CodeField()


class AddressCodeForm(ConfirmEmailVerificationCodeForm):
    code = CodeField()


class AddressForm(AddEmailForm):
    email = email_field(
        _("New email address"), help_text=_("We’ll email a code there. Nothing changes until you enter it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if found := describe_ways_in(self.user):
            self.fields["other_ways"] = other_ways_field(found)


class NewPassword(forms.Form):
    """A new password in one field: people can see what they type, and reset it if they mistyped.

    Every other browser is signed out by a new password. Ways in that need no password (tokens, calendar addresses) are
    named, if the person has any: they end unless the person chooses to keep them.
    """

    user: User
    password1 = new_password_field()
    password2 = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if found := describe_ways_in(self.user):
            self.fields["other_ways"] = other_ways_field(found)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_password(self, "password1", cleaned.get("password1"), self.user)
        return cleaned

    def save(self) -> None:
        with transaction.atomic():
            super().save()  # type: ignore[misc]
            if self.cleaned_data.get("other_ways") != KEEP:
                end_ways_in(person=self.user)
            end_sessions(person=self.user, but=context.request.session.session_key)


class OtherWaysField(forms.ChoiceField):
    """A choice whose answer is "end them" if nothing is chosen."""

    def clean(self, value: Any) -> str:
        answer: str = super().clean(value or END)
        return answer


def other_ways_field(found: list[str]) -> OtherWaysField:
    """The field for the ways in that `found` names, such as “2 API tokens”, “your calendar address”."""
    return OtherWaysField(
        label=_("Other ways into your account"),
        help_text=_("These work without your password: %(found)s.") % {"found": get_text_list(found, gettext("and"))},
        choices=[
            (END, _("Turn them off too. Choose this if anyone else may have got in.")),
            (KEEP, _("Keep them on")),
        ],
        initial=END,
        widget=forms.RadioSelect,
    )


class PasswordChangeForm(NewPassword, ChangePasswordForm):
    oldpassword = password_field(_("Current password"), "current-password")
    field_order = ["oldpassword", "password1"]


class PasswordSetForm(NewPassword, SetPasswordForm):
    pass


class PasswordFromLinkForm(NewPassword, ResetPasswordKeyForm):
    pass


class ResetForm(ResetPasswordForm):
    email = email_field()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not self.users:
            # Does as much work as for a known address; otherwise the time of the answer would tell who has an account.
            link = default_token_generator.make_token(User(pk=0))
            mail.send_account_email(
                mail.AccountEmail("accounts/password_reset", "", {"password_reset_url": link}, real=False)
            )
        email: str = super().save(request, **kwargs)
        return email


class PasswordAgainForm(ReauthenticateForm):
    password = password_field(_("Password"), "current-password")
