"""Encrypts short texts with a key of their own for each purpose, made from the site's secret."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def cipher_for(purpose: bytes) -> MultiFernet:
    """Encrypts with the present secret; decrypts with older ones too, while the settings name them."""
    return _make_cipher(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _make_cipher(purpose: bytes, *secrets: str) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(_derive_key(purpose, secret))) for secret in secrets])


def _derive_key(purpose: bytes, secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
