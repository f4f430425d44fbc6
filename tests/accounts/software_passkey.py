"""A passkey in software: it makes and signs what a browser would send, so that answers can be right or spoilt."""

import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.models import User

HOST, ORIGIN = "localhost", "http://localhost"
# Who touched it, who showed that it is them too; and that the key's own data go along
TOUCHED, PRESENT, ATTESTED = 0x01, 0x05, 0x40


class SoftwarePasskey:
    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)

    def create(self, options: dict[str, Any], *, origin: str = ORIGIN, host: str = HOST) -> dict[str, Any]:
        """The answer to what a page asked to be made."""
        credential = AttestedCredentialData.create(
            Aaguid(bytes(16)), self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(sha256(host.encode()), PRESENT | ATTESTED, 0, credential)
        made = AttestationObject.create("none", data, {})
        client = self._client_data("webauthn.create", options, origin)
        return self._answer({"attestationObject": websafe_encode(made), "clientDataJSON": websafe_encode(client)})

    def get(
        self, options: dict[str, Any], *, origin: str = ORIGIN, host: str = HOST, verified: bool = True
    ) -> dict[str, Any]:
        """The answer to what a page asked to be signed. `verified`: it asked for a finger, a face or a PIN."""
        data = AuthenticatorData.create(sha256(host.encode()), PRESENT if verified else TOUCHED, 1)
        client = self._client_data("webauthn.get", options, origin)
        signature = self.key.sign(data + client.hash, ec.ECDSA(SHA256()))
        parts = {"authenticatorData": data, "clientDataJSON": client, "signature": signature}
        return self._answer({name: websafe_encode(part) for name, part in parts.items()})

    def _client_data(self, kind: str, options: dict[str, Any], origin: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(options["publicKey"]["challenge"]), origin)

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        number = websafe_encode(self.id)
        return {
            "id": number,
            "rawId": number,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def give_passkey(person: User, name: str = "Key") -> SoftwarePasskey:
    """A passkey that was set up some time ago."""
    passkey = SoftwarePasskey()
    made = passkey.create({"publicKey": {"challenge": websafe_encode(b"c" * 32)}})
    Authenticator.objects.create(user=person, type="webauthn", data={"name": name, "credential": made})
    return passkey
