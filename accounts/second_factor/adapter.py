"""How `allauth.mfa` behaves here: secrets are encrypted where they are stored, passkeys belong to our own host."""

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from accounts.encryption import seal, unseal
from accounts.models import User

PURPOSE = b"second factor"


class FactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text.encode(), purpose=PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises UnsealError."""
        return unseal(encrypted_text, purpose=PURPOSE).decode()

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whatever Host header the request claimed."""
        return {"id": settings.SITE_HOST, "name": settings.SITE_NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, object]:
        """Kept by the passkey's device: a random number, and what its owner recognises the account by."""
        return {"id": user.uuid.bytes, "display_name": user.display_name, "name": user.readable_email}
