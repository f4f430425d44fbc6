"""What opens another view of an open page, as another day of a picker: a link, or a button of a form.

Inside a form it is a button, which sends what has been typed so far to the same address, and the view leads back there
with it: without scripts a link would lose it. With scripts only the picker is exchanged, by either.
"""

from datetime import date
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString

from sessions_app.questions.addresses import join_query

# Where a reader's own address will stand in what is drawn once for many. PostgreSQL stores no NUL, so no name has one.
ADDRESS = "\0address\0"


class Opener(NamedTuple):
    """`address` is that of a day, without its date at the end."""

    address: str
    in_form: bool

    def draw(self, day: date, content: str, attributes: str) -> SafeString:
        """`content` and `attributes` are HTML."""
        address = f"{escape(self.address)}{day.isoformat()}"
        return draw_opener(f"{address}#times", content, f'hx-get="{address}" {attributes}', in_form=self.in_form)


def open_days_at(page: str = "?", *, in_form: bool = False) -> Opener:
    """`page` is an address, with all that a day's address takes along; "?" is the page that is open."""
    return Opener(f"{page}day=" if page.endswith("?") else join_query(page, "day="), in_form)


def fill_in(drawn: str, address: str) -> SafeString:
    """`drawn` with this reader's address, which is escaped here, in place of `ADDRESS`."""
    return SafeString(drawn.replace(ADDRESS, escape(address)))


def draw_opener(address: str, content: str, attributes: str, *, in_form: bool) -> SafeString:
    """All of these are HTML already."""
    if in_form:
        return SafeString(
            f'<button type="submit" formaction="{address}" formnovalidate {attributes}>{content}</button>'
        )
    return SafeString(f'<a href="{address}" {attributes}>{content}</a>')
