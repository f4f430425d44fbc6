"""Addresses that lead back to another page afterwards: `/time-zone/?next=/mentors/?q=…`."""

from urllib.parse import quote, urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.encoding import uri_to_iri

# Servers and proxies take a line of 8 KB; this leaves room for the address that it is joined to.
LONGEST = 7500


def page_shown(request: HttpRequest) -> str:
    """The address of the page that this answer shows: after a refused form the one with the form, where one can go."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return request.path
    return urlunsplit(came_from._replace(scheme="", netloc="", fragment=""))


def with_next(page: str, address: str) -> str:
    """The page's address with `next`, which leads on to `address`, one of ours.

    Letters in it are escaped once: escaped twice, a question of 500 letters would be longer than any server takes, and
    Django follows no address of more than 2,048 characters. An address that is still too long, which none of our pages
    has, is shortened to its path.
    """
    joined = f"{page}?next={quote(uri_to_iri(address), safe='/')}"
    return joined if len(joined) <= LONGEST else f"{page}?next={quote(address.partition('?')[0], safe='/')}"
