"""Speaks WebDAV (RFC 4918) for one account: every request and every redirect goes through the guard of the webhooks."""

import http.client
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin

from calendars.fetching import MOST_HOPS, Answer, Budget, FetchError, ask_server, next_url
from notifications.webhooks.addresses import BadAddressError, parts_of

from .multistatus import Resource, XmlError, read_multistatus

# Domains whose makers keep the calendars of one account on several hosts of theirs
SHARED_DOMAINS = ("icloud.com",)
# What may stand in an address as it is; servers write others, such as blanks, without escaping them.
PLAIN = "%/:?#[]@!$&'()*+,;=~-._"


class StatusError(FetchError):
    def __init__(self, status: int) -> None:
        super().__init__("refused" if status == http.client.UNAUTHORIZED else "broken")
        self.status = status


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in where: the password goes to no server but that of `address`, see `may_have_password`."""

    address: str
    user: str
    password: str = field(repr=False)

    @property
    def authorization(self) -> str:
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Found:
    """What was answered, and by which address in the end: relative ones in it start there."""

    url: str
    resources: list[Resource]

    def address_of(self, href: str) -> str:
        return join_address(self.url, href)


@dataclass(slots=True)
class WebDavClient:
    """Everything that one of these asks for is within one budget. Its methods raise FetchError."""

    account: Account
    budget: Budget = field(default_factory=Budget)

    def find_properties(self, url: str, body: str, *, depth: int = 0) -> Found:
        return self._ask_for_many("PROPFIND", url, body, depth)

    def report(self, url: str, body: str) -> Found:
        return self._ask_for_many("REPORT", url, body, 1)

    def ask(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> tuple[str, Answer]:
        headers = {"Authorization": self.account.authorization, **headers}
        for _hop in range(MOST_HOPS):
            if not may_have_password(self.account.address, url):
                raise FetchError("elsewhere")
            answer = ask_server(url, method=method, headers=headers, body=body, budget=self.budget)
            if not answer.is_redirect:
                return url, answer
            url = next_url(url, answer)
        raise FetchError("redirects")

    def _ask_for_many(self, method: str, url: str, body: str, depth: int) -> Found:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": str(depth)}
        url, answer = self.ask(method, url, headers, body.encode())
        if answer.status != http.client.MULTI_STATUS:
            raise StatusError(answer.status)
        try:
            return Found(url, read_multistatus(answer.content))
        except XmlError:
            raise FetchError("broken") from None


def may_have_password(given: str, url: str) -> bool:
    """Only the host that the person named, hosts below it, and the others of a maker who is known to use several.

    Raises FetchError `address`.
    """
    try:
        (secure, named, port, _path), (other_secure, other, other_port, _other) = parts_of(given), parts_of(url)
    except BadAddressError:
        raise FetchError("address") from None
    if (secure, port) != (other_secure, other_port):
        return False
    named, other = named.rstrip("."), other.rstrip(".")
    return _is_within(other, named) or any(
        _is_within(named, domain) and _is_within(other, domain) for domain in SHARED_DOMAINS
    )


def join_address(url: str, href: str) -> str:
    try:
        return urljoin(url, quote(href, safe=PLAIN))
    except ValueError:
        raise FetchError("broken") from None


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
