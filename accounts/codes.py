"""Sends codes, and says what has become of them: no page may claim that a code was sent when none was."""

from smtplib import SMTPRecipientsRefused

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from . import mail

# In the session, for the page that asks for the code: the mail server hasn't answered yet.
STILL_SENDING = "code_still_sending"
PERMANENT = 500


def send_code(request: HttpRequest, *, to: str, code: str, purpose: str, note: str = "") -> None:
    """Mail a code, and wait a moment for the mail server to take it. `note` tells in the mail what the code is for.

    Raises ValidationError, in words for a form's field, where the server refuses the address or can't be reached.
    """
    try:
        taken = mail.send_and_wait(mail.make_code_email(to=to, code=code, purpose=purpose, note=note))
    except SMTPRecipientsRefused as refused:
        if any(status >= PERMANENT for status, _reply in refused.recipients.values()):
            raise _undeliverable() from refused
        raise _not_sent() from refused
    except Exception as failed:
        raise _not_sent() from failed
    request.session[STILL_SENDING] = not taken


def _undeliverable() -> ValidationError:
    words = _("We couldn’t email you a code: the mail server refused this address. Check it, or use another one.")
    return ValidationError(words, code="address_refused")


def _not_sent() -> ValidationError:
    words = _("We couldn’t email you a code: our mail server isn’t working. Try again in a few minutes.")
    return ValidationError(words, code="code_not_sent")
