"""Sessions that are to be confirmed, and freed when they aren't."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from notifications.models import Notification
from notifications.registry import kind_named
from sessions_app.attendance.confirming import ask_to_confirm, confirm_session, free_unconfirmed
from sessions_app.attendance.excuses import excuse
from sessions_app.booking.changes import move_booking
from sessions_app.models import Booking, BookingState, Confirmation, ExcuseKind
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.followups import code_of
from tests.sessions_app.helpers.ledger import miss
from tests.sessions_app.helpers.races import race
from trust.models import SeparationKind
from trust.separations import part

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKED = THURSDAY - 48 * HOUR
DUE = THURSDAY - 12 * HOUR
SECOND = timedelta(seconds=1)


@pytest.fixture
def often(offer, bob) -> list[Booking]:
    """bob missed two sessions of dora's."""
    dora = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    return miss(dora, bob, NOW - 2 * DAY, NOW - DAY)


def asked() -> list[tuple[str, object]]:
    return [(row.person.first_name, row.due_at) for row in Confirmation.objects.select_related("person")]


@pytest.mark.django_db
def test_person_is_asked_once_two_days_before(often, booking):
    assert ask_to_confirm(now=ASKED - SECOND) == 0
    assert (ask_to_confirm(now=ASKED), ask_to_confirm(now=ASKED)) == (1, 0)

    assert asked() == [("Bob", DUE)]
    [notice] = Notification.objects.filter(kind="confirm_session")
    assert (notice.recipient.first_name, notice.due_at, notice.send_before) == ("Bob", ASKED, DUE)


@pytest.mark.django_db
def test_mentor_who_missed_a_lot_is_asked_too(offer, booking, alice):
    miss(offer, make_person("n@example.org", "Nia New"), NOW - 2 * DAY, NOW - DAY, by_mentor=True)

    ask_to_confirm(now=ASKED)

    assert asked() == [("Alice", DUE)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "count"),
    [
        pytest.param(24 * HOUR, 1, id="a-day-before"),
        pytest.param(24 * HOUR - SECOND, 0, id="too-late-to-ask"),
    ],
)
def test_nobody_is_asked_with_less_than_twelve_hours_to_answer(often, booking, before, count):
    assert ask_to_confirm(now=THURSDAY - before) == count


@pytest.mark.django_db
def test_nobody_is_asked_below_the_limit(offer, bob, booking):
    miss(offer, bob, NOW - DAY)

    assert ask_to_confirm(now=ASKED) == 0


@pytest.mark.django_db
def test_what_is_not_confirmed_is_freed_without_blame(often, booking, alice, bob):
    ask_to_confirm(now=ASKED)

    assert (free_unconfirmed(now=DUE - SECOND), free_unconfirmed(now=DUE), free_unconfirmed(now=DUE)) == (0, 1, 0)

    booking.refresh_from_db()
    assert (booking.state, booking.ended_by, booking.late) == (BookingState.CANCELLED, None, False)
    assert set(Notification.objects.filter(kind="cancelled").values_list("recipient", flat=True)) == {alice.pk, bob.pk}


@pytest.mark.django_db
def test_only_who_did_not_confirm_is_told_that_this_was_why(often, booking, alice, bob, client_for):
    Notification.objects.filter(kind="booked").update(state="sent", sent_at=NOW)
    ask_to_confirm(now=ASKED)
    free_unconfirmed(now=DUE)

    with time_machine.travel(DUE + HOUR, tick=False):
        pages = [client_for(person).get(f"/sessions/{booking.uuid}/").context for person in (bob, alice)]
    rows = {row.recipient: row for row in Notification.objects.filter(kind="cancelled")}
    mails = [kind_named("cancelled").render(rows[person], DUE) for person in (bob, alice)]

    assert [page["ledger_part"].is_freed for page in pages] == [True, False]
    assert len({page["heading"] for page in pages}) == 2
    assert ["confirm" in mail.text for mail in mails] == [True, False]
    assert Confirmation.objects.get().freed_at == DUE


@pytest.mark.django_db
def test_what_ended_for_another_reason_says_nothing_of_confirming(often, booking, alice, bob, client_for):
    ask_to_confirm(now=ASKED)
    part(person=bob, other=alice, kind=SeparationKind.BLOCK, by=bob, now=DUE - HOUR)
    free_unconfirmed(now=DUE)

    with time_machine.travel(DUE + HOUR, tick=False):
        page = client_for(bob).get(f"/sessions/{booking.uuid}/").context

    assert (page["ledger_part"].is_freed, Confirmation.objects.get().freed_at) == (False, None)


@pytest.mark.django_db
def test_what_is_confirmed_stays_also_when_it_comes_late(often, booking, bob, alice):
    ask_to_confirm(now=ASKED)
    for now in (DUE + HOUR, DUE + 2 * HOUR):
        confirm_session(booking=booking, by=bob, now=now, seen="0")

    assert free_unconfirmed(now=DUE + 3 * HOUR) == 0
    assert Confirmation.objects.get().confirmed_at == DUE + HOUR
    assert code_of(lambda: confirm_session(booking=booking, by=alice, now=DUE)) == "nothing_to_confirm"


@pytest.mark.django_db
def test_what_is_excused_meanwhile_needs_no_confirming(often, booking, bob):
    ask_to_confirm(now=ASKED)
    excuse(booking=often[0], person=bob, kind=ExcuseKind.ILL, by=bob, now=ASKED)

    assert free_unconfirmed(now=DUE) == 0


@pytest.mark.django_db
def test_session_that_was_moved_is_asked_about_anew(often, booking, bob):
    ask_to_confirm(now=ASKED)
    friday = at("2026-11-27 10:00")
    move_booking(booking=booking, start=friday, by=bob, now=ASKED + HOUR)

    assert free_unconfirmed(now=DUE) == 0
    assert ask_to_confirm(now=ASKED + 20 * HOUR) == 1
    assert Confirmation.objects.filter(start=friday, due_at=friday - 12 * HOUR).count() == 1


@pytest.mark.django_db
def test_database_refuses_a_confirmation_without_time_to_answer(booking, bob):
    fields = {"booking": booking, "person": bob, "start": booking.start}
    with pytest.raises(IntegrityError, match="a_confirmation_leaves_time_to_answer"), transaction.atomic():
        Confirmation.objects.create(**fields, asked_at=DUE, due_at=DUE)


@pytest.mark.django_db(transaction=True)
def test_confirming_and_freeing_at_once_never_both_happen(offer, bob):
    dora = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    miss(dora, bob, NOW - 2 * DAY, NOW - DAY)
    booking = book(offer, bob)
    ask_to_confirm(now=ASKED)

    outcomes = race(
        [lambda: confirm_session(booking=booking, by=bob, now=DUE)] + [lambda: free_unconfirmed(now=DUE)] * 3
    )

    booking.refresh_from_db()
    stands = Confirmation.objects.get().confirmed_at is not None
    assert booking.state == (BookingState.CONFIRMED if stands else BookingState.CANCELLED)
    assert outcomes["nothing_to_confirm"] == (0 if stands else 1)
