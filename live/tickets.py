"""What lets a page listen: a signed list of streams.

The view that draws a page decides which streams it may hear; the live server only checks the signature. So it needs no
database and no session. What a ticket opens are hints without content, and for two hours at most: someone who was
blocked meanwhile still learns *that* there is something, but the view refuses to show it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer

from .streams import StreamKind, is_stream, name_stream

VALID_FOR = timedelta(hours=2)
_SALT = "live.tickets"


class TicketError(Exception):
    """A ticket that opens nothing: changed, over, or for something that its bearer may not hear."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """`person` stands for whom the page was drawn for (`live.streams.disguise`); visitors have none."""

    streams: frozenset[str]
    person: UUID | None
    ends: datetime


def issue_ticket(streams: Iterable[str], *, person: UUID | None, now: datetime) -> str:
    """Raises TicketError for a name that is no stream, or for the stream of another person."""
    ticket = Ticket(frozenset(streams), person, now.replace(microsecond=0) + VALID_FOR)
    _check_streams(ticket)
    signed = [int(ticket.ends.timestamp()), str(person or ""), *sorted(ticket.streams)]
    return Signer(salt=_SALT).sign_object(signed)


def read_ticket(text: str, *, now: datetime) -> Ticket:
    """Raises TicketError."""
    try:
        ends, person, *streams = Signer(salt=_SALT).unsign_object(text)
    except BadSignature:
        raise TicketError("changed, or not ours") from None
    ticket = Ticket(frozenset(streams), UUID(person) if person else None, datetime.fromtimestamp(ends, UTC))
    if ticket.ends <= now:
        raise TicketError("over")
    _check_streams(ticket)
    return ticket


def _check_streams(ticket: Ticket) -> None:
    # Of streams of persons a ticket has only that of its own person.
    own = ticket.person and name_stream(StreamKind.PERSON, ticket.person)
    for name in ticket.streams:
        if not is_stream(name) or (name.startswith(f"{StreamKind.PERSON}-") and name != own):
            raise TicketError("not to be heard")
