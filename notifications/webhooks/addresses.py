"""Which addresses webhooks may go to: any on the public internet, none in our own network.

A name is resolved once, every answer is checked, and the connection goes to an address that was checked. Changing what
the name means in between (DNS rebinding) then changes nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv6: public unicast, without the ranges in it that are not (IANA's special-purpose registry): 2001::/23 holds Teredo,
# ORCHID and benchmarks; 2001:db8:: and 3fff:: are for documentation; 2002:: is 6to4. NAT64, IPv4-mapped, unique-local
# and link-local addresses lie outside of 2000::/3.
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
    """Nothing is ever sent to this address; the text says why."""


class BadPortError(BadAddressError):
    """The address would do at another port."""


class UnknownHostError(OSError):
    pass


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
        """The host as the Host header spells it, with the port if it isn't the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS if self.secure else HTTP) else f"{host}:{self.port}"


def check_url(url: str) -> None:
    """Raises BadAddressError for a text that can't be an endpoint's address, whatever its name resolves to."""
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
    # At other ports there may be servers that read a request as commands of their own, and a person who may add
    # webhooks could scan for them.
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
