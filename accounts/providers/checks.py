"""Whether OIDC_PROVIDERS and SAML_PROVIDERS can be read, and what signing in by SAML needs is there."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from .configuration import read_all_providers, read_providers
from .provider import UnreadableSettingError
from .saml.libraries import LOCK, load_libraries
from .saml_configuration import read_saml_providers

GUIDE = "See docs/sign-in.md."


def check_providers(**kwargs: Any) -> list[CheckMessage]:
    try:
        read_providers(settings.OIDC_PROVIDERS)
    except UnreadableSettingError as error:
        return [Error(f"OIDC_PROVIDERS can’t be read. {error}", hint=GUIDE, id="accounts.E002")]
    return []


def check_saml(**kwargs: Any) -> list[CheckMessage]:
    """Loads the libraries only where a provider is named that needs them."""
    try:
        providers = read_saml_providers(settings.SAML_PROVIDERS)
    except UnreadableSettingError as error:
        return [Error(f"SAML_PROVIDERS can’t be read. {error}", hint=GUIDE, id="accounts.E003")]
    if not providers:
        return []
    try:
        read_all_providers(settings.OIDC_PROVIDERS, settings.SAML_PROVIDERS)
    except UnreadableSettingError as error:
        return [Error(f"OIDC_PROVIDERS and SAML_PROVIDERS don’t go together. {error}", hint=GUIDE, id="accounts.E005")]
    if missing := load_libraries():
        words = f"SAML_PROVIDERS names a provider, but signing in by SAML can’t work: {missing}"
        install = f"pip install --no-deps --require-hashes -r {LOCK}, or leave SAML_PROVIDERS empty."
        return [Error(words, hint=install, id="accounts.E004")]
    return []
