"""Addresses that say where to go on afterwards: `/time-zone/?next=/mentors/?q=…`."""

from urllib.parse import quote

from django.utils.encoding import uri_to_iri

# Of what servers and proxies take as one line (8 KB), with room for the address that it is joined to
LONGEST = 7500


def with_next(page: str, address: str) -> str:
    """The page, told to lead on to this address of ours.

    Letters stand in it as they are and are escaped once: escaped twice, a question of 500 letters is longer than any
    server takes, and Django leads nobody to an address of more than 2,048 characters. One that is still too long, which
    none of our pages has, leads on to its page without what was asked of it.
    """
    joined = f"{page}?next={quote(uri_to_iri(address), safe='/')}"
    return joined if len(joined) <= LONGEST else f"{page}?next={quote(address.partition('?')[0], safe='/')}"
