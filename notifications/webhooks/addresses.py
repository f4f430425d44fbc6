"""Which addresses we send anything to: what the whole world can reach, and nothing of our own network.

Names are resolved once, every answer is checked, and the connection goes to an address that was checked: whoever
changes what a name means in between changes nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Unicast of the public internet, and within it what stands for something else: Teredo, ORCHID and benchmarks,
# documentation, 6to4, and documentation again. NAT64, IPv4-mapped, unique-local and link-local addresses lie outside.
PUBLIC_V6 = ipaddress.ip_network("2000::/3")
NOT_PUBLIC_V6 = [ipaddress.ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
NOT_PUBLIC_V4 = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
]


HTTPS, HTTP = 443, 80


class BadAddressError(Exception):
    """Nothing is sent there, now or later; the text says why."""


class BadPortError(BadAddressError):
    """It would be an address, at another port."""


class UnknownHostError(OSError):
    """Nobody knows the name at the moment."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect (`address`), and whom to ask for (`host`) about what (`path`)."""

    address: str
    host: str
    port: int
    path: str
    secure: bool

    @property
    def named(self) -> str:
        """As the Host header spells it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS if self.secure else HTTP) else f"{host}:{self.port}"


def check_url(url: str) -> None:
    """Raises BadAddressError for what can't be the address of an endpoint, whatever its name means."""
    parts_of(url)


def find_target(url: str) -> Target:
    """Resolve the name and check every answer. Raises BadAddressError, UnknownHostError."""
    secure, host, port, path = parts_of(url)
    addresses = resolve_host(host, port)
    if not settings.WEBHOOKS_TO_LOCAL_ADDRESSES:
        for address in addresses:
            if not is_public(address):
                raise BadAddressError(f"{host} is {address}, which is not an address of the public internet.")
    return Target(str(addresses[0]), host, port, path, secure)


def parts_of(url: str) -> tuple[bool, str, int, str]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode() if ":" not in (parts.hostname or "") else parts.hostname
        port = parts.port
    except ValueError:
        raise BadAddressError("This is not an address.") from None
    allowed = {"https", "http"} if settings.WEBHOOKS_TO_LOCAL_ADDRESSES else {"https"}
    if parts.scheme not in allowed:
        raise BadAddressError("The address must begin with https://.")
    if not host or parts.username is not None or parts.password is not None:
        raise BadAddressError("The address must name a host, and no user.")
    # Elsewhere something may listen that takes a request for commands of its own, or tells a scanner that it is there.
    if port not in (None, HTTPS) and not settings.WEBHOOKS_TO_LOCAL_ADDRESSES:
        raise BadPortError("The address must be at port 443, which is that of https.")
    if parts.fragment or port == 0 or any(character <= " " or character > "~" for character in url):
        raise BadAddressError("This is not an address.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme == "https", host, port or (HTTPS if parts.scheme == "https" else HTTP), path


def resolve_host(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnknownHostError(f"{host}: nobody knows this name.") from None
    return [ipaddress.ip_address(str(where[0]).partition("%")[0]) for *_rest, where in found]


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    return address in PUBLIC_V6 and not any(address in network for network in NOT_PUBLIC_V6)
