"""Encrypts short texts with a key of their own for each purpose, made from the site's secret."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from common.later import LaterModule

if TYPE_CHECKING:
    from cryptography import fernet
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf import hkdf
else:
    fernet = LaterModule("cryptography.fernet")
    hashes = LaterModule("cryptography.hazmat.primitives.hashes")
    hkdf = LaterModule("cryptography.hazmat.primitives.kdf.hkdf")


class UnsealError(Exception):
    """A text was encrypted with a key that is gone or for another purpose, was changed, or is too old."""


def seal(text: bytes, *, purpose: bytes) -> str:
    """Encrypts with the site's present secret."""
    return _cipher_for(purpose).encrypt(text).decode()


def unseal(sealed: str, *, purpose: bytes, lasts: int | None = None) -> bytes:
    """Decrypts with older secrets too, while the settings name them.

    `lasts` is in seconds: what was sealed longer ago is refused. Raises UnsealError.
    """
    try:
        return _cipher_for(purpose).decrypt(sealed, ttl=lasts)
    except fernet.InvalidToken as error:
        raise UnsealError from error


def _cipher_for(purpose: bytes) -> "fernet.MultiFernet":
    return _make_cipher(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _make_cipher(purpose: bytes, *secrets: str) -> "fernet.MultiFernet":
    return fernet.MultiFernet([fernet.Fernet(urlsafe_b64encode(_derive_key(purpose, secret))) for secret in secrets])


def _derive_key(purpose: bytes, secret: str) -> bytes:
    return hkdf.HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
