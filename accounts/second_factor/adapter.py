"""How `allauth.mfa` behaves here: secrets are encrypted where they are stored, passkeys belong to our own host."""

from base64 import urlsafe_b64encode
from functools import lru_cache

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from accounts.models import User

PURPOSE = b"second factor"


class FactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises InvalidToken for what was encrypted with a key that is gone."""
        return _cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(encrypted_text).decode()

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whatever Host header the request claimed."""
        return {"id": settings.SITE_HOST, "name": settings.SITE_NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, object]:
        """Kept by the passkey's device: a random number, and what its owner recognises the account by."""
        return {"id": user.uuid.bytes, "display_name": user.display_name, "name": user.readable_email}


@lru_cache(maxsize=4)
def _cipher(*secrets: str) -> MultiFernet:
    """Encrypts with the first secret and decrypts with any."""
    return MultiFernet([Fernet(urlsafe_b64encode(_derive_key(secret))) for secret in secrets])


def _derive_key(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
