"""Short texts that stand for longer ones: of tokens that are kept, of forms that may be sent twice."""

import base64
import secrets
from hashlib import sha256

from django.utils.crypto import salted_hmac

# The field with the key of a form, by which it is recognised when it is sent twice
FORM_KEY = "key"


def hash_text(text: str) -> str:
    """What is random and long, as a token is, can't be found out from this."""
    return sha256(text.encode()).hexdigest()


def secret_of_form(key: str, *choices: object, size: int) -> str:
    """A secret of `size` bytes that a form makes, as text for an address; the same for a form that was sent twice.

    Only who has the form and our key can work it out. Without a `key` it is a new one each time.
    """
    if not key:
        return secrets.token_urlsafe(size)
    digest = salted_hmac("secret of a form", form_mark(key, *choices), algorithm="sha256").digest()[:size]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def form_mark(key: str, *choices: object) -> str:
    """A hash that is the same for a form that was sent twice, and different if it was changed in between."""
    return hash_text(repr([str(part) for part in (key, *choices)]))
