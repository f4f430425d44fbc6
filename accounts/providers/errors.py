"""The error of sign-ins with accounts elsewhere, and what people read where an answer can’t be used."""

import logging

from django.utils.translation import gettext as _

from common.refusals import RefusalError

from .provider import Provider

logger = logging.getLogger(__name__)


class ProviderError(RefusalError):
    """Why signing in with a provider, or connecting an account there, came to nothing."""


def no_answer(provider: Provider, reason: str) -> ProviderError:
    """The log is told the reason, which holds nothing that came from outside but a number."""
    logger.warning("Sign-in with %s: no answer that can be used: %s.", provider.slug, reason)
    words = _("%(name)s didn’t answer as expected. Try again in a few minutes, or sign in by email.")
    return ProviderError("no_answer", words % {"name": provider.name})


def not_genuine(provider: Provider, reason: str) -> ProviderError:
    """The log is told the reason, which holds nothing that came from outside."""
    logger.warning("Sign-in with %s: the answer was refused: %s.", provider.slug, reason)
    words = _("We couldn’t check what %(name)s answered, so we didn’t use it. Try again, or sign in by email.")
    return ProviderError("not_genuine", words % {"name": provider.name})


def denied(provider: Provider) -> ProviderError:
    words = _("You didn’t sign in with %(name)s. You can try again, or sign in by email.")
    return ProviderError("denied", words % {"name": provider.name})


def unknown_journey() -> ProviderError:
    words = _("This sign-in is too old, was used already, or began in another browser. Start again.")
    return ProviderError("unknown_journey", words)


def no_subject(provider: Provider) -> ProviderError:
    logger.warning("Sign-in with %s: the answer holds no lasting number of the account; see subject.", provider.slug)
    words = _("%(name)s didn’t tell us which account is yours. Tell the people who run it, or sign in by email.")
    return ProviderError("no_subject", words % {"name": provider.name})
