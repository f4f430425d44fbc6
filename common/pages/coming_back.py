"""Addresses that lead back to another page afterwards: `/time-zone/?next=/mentors/?q=…`."""

from urllib.parse import quote

from django.utils.encoding import uri_to_iri

# Servers and proxies take a line of 8 KB; this leaves room for the address that it is joined to.
LONGEST = 7500


def with_next(page: str, address: str) -> str:
    """The page's address with `next`, which leads on to `address`, one of ours.

    Letters in it are escaped once: escaped twice, a question of 500 letters would be longer than any server takes, and
    Django follows no address of more than 2,048 characters. An address that is still too long, which none of our pages
    has, is shortened to its path.
    """
    joined = f"{page}?next={quote(uri_to_iri(address), safe='/')}"
    return joined if len(joined) <= LONGEST else f"{page}?next={quote(address.partition('?')[0], safe='/')}"
