"""What a provider says of an account beside who it is. Only what an app above asks for is taken out of its answer."""

from collections.abc import Mapping
from typing import Any

from accounts.hooks import claims_wanted

from .provider import Provider

Claims = dict[str, list[str]]


def pick_claims(provider: Provider, said: Mapping[str, Any]) -> Claims:
    """Of each claim that is wanted and that the provider names: those of its values that make a difference.

    A claim that it doesn't name, or that holds something else than texts, isn't there: nobody knows what it would say.
    """
    found: Claims = {}
    for wanted in claims_wanted:
        for name, values in wanted(provider.slug).items():
            texts = _texts_of(said.get(name))
            if texts is not None:
                found[name] = sorted({*found.get(name, []), *(values & texts)})
    return found


def _texts_of(value: Any) -> frozenset[str] | None:
    several = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int) for one in several):
        return None
    return frozenset(str(one).lower() if isinstance(one, bool) else str(one) for one in several)
