from datetime import timedelta
from uuid import UUID

import pytest
from django.core.signing import Signer
from django.utils import timezone

from live.streams import StreamKind, name_stream
from live.tickets import VALID_FOR, Ticket, TicketError, issue_ticket, read_ticket

BOB = UUID("0b6c1c9e-58a8-4d3a-9e0e-3d1c8a4c7f11")
ALICE = UUID("7d8b8a0e-0c92-4c55-8a59-5d1f6f7c2e22")
OWN = name_stream(StreamKind.PERSON, BOB)
THREAD = name_stream(StreamKind.THREAD, ALICE)


def test_ticket_opens_its_streams_for_its_person():
    now = timezone.now().replace(microsecond=0)

    assert read_ticket(issue_ticket([THREAD, OWN], person=BOB, now=now), now=now) == Ticket(
        frozenset({OWN, THREAD}), BOB, now + VALID_FOR
    )


def test_visitor_has_a_ticket_without_a_person():
    now = timezone.now()

    assert read_ticket(issue_ticket([THREAD], person=None, now=now), now=now).person is None


def test_ticket_is_over_after_two_hours():
    now = timezone.now()
    ticket = issue_ticket([THREAD], person=BOB, now=now)

    assert read_ticket(ticket, now=now + timedelta(hours=1, minutes=59)).streams == {THREAD}
    with pytest.raises(TicketError):
        read_ticket(ticket, now=now + timedelta(hours=2))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda ticket: ticket[:-1], id="shorter"),
        pytest.param(lambda ticket: "A" + ticket[1:], id="another letter"),
        pytest.param(lambda ticket: ticket.partition(":")[0], id="without its signature"),
        pytest.param(lambda ticket: "", id="nothing"),
        pytest.param(lambda ticket: "\x00é:" + ticket, id="letters that none has"),
    ],
)
def test_changed_ticket_opens_nothing(change):
    now = timezone.now()

    with pytest.raises(TicketError):
        read_ticket(change(issue_ticket([THREAD], person=BOB, now=now)), now=now)


def test_what_we_signed_for_another_purpose_opens_nothing():
    signed = Signer(salt="elsewhere").sign_object([4_000_000_000, str(BOB), THREAD])

    with pytest.raises(TicketError):
        read_ticket(signed, now=timezone.now())


@pytest.mark.parametrize(
    ("streams", "person"),
    [
        pytest.param([name_stream(StreamKind.PERSON, ALICE)], BOB, id="another person's"),
        pytest.param([OWN], None, id="a person's for a visitor"),
        pytest.param([f"staff-{ALICE}"], BOB, id="no such kind"),
    ],
)
def test_streams_that_nobody_may_hear_get_no_ticket(streams, person):
    now = timezone.now()
    signed = Signer(salt="live.tickets").sign_object([int((now + VALID_FOR).timestamp()), str(person or ""), *streams])

    with pytest.raises(TicketError):
        issue_ticket(streams, person=person, now=now)
    with pytest.raises(TicketError):
        read_ticket(signed, now=now)


def test_ticket_goes_on_after_the_key_is_changed(settings):
    now = timezone.now()
    ticket = issue_ticket([THREAD], person=BOB, now=now)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"

    assert read_ticket(ticket, now=now).streams == {THREAD}
