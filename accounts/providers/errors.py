"""The error of sign-ins with accounts elsewhere."""

from common.refusals import RefusalError


class ProviderError(RefusalError):
    """Why signing in with a provider, or connecting an account there, came to nothing."""
