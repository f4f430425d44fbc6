"""The address that a request comes from, as far as it can be trusted."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 (a bucket that all requests over a socket share, not an address to listen on)


def client_address(request: HttpRequest) -> str:
    """The client's address: that of the peer, or the one that the outermost of our NUM_PROXIES proxies has seen.

    The rest of X-Forwarded-For is written by the client and can't be trusted. The answer is always an address, so
    limits by address never let a request pass uncounted.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    trusted = settings.NUM_PROXIES
    candidates = [forwarded[-trusted], peer] if 0 < trusted <= len(forwarded) else [peer]
    return next((found for found in map(_normalize_address, candidates) if found), UNKNOWN)


def _normalize_address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        # A household has a whole /64 network. If its addresses counted one by one, limits would limit nobody.
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
