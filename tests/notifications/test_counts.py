"""How many rows are in each state is known without reading them."""

import pytest

from notifications.models import Notification, StateCount
from notifications.tasks import check_counts, fold_counts
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.models import Booking
from tests.conftest import at
from tests.sessions_app.conftest import book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def counted(model) -> dict[str, int]:
    return {state: number for state, number in StateCount.objects.numbers(model).items() if number}


def test_each_change_is_counted(offer, bob, charlie, now):
    assert (counted(Booking), counted(Notification)) == ({}, {})
    first, second = book(offer, bob, at("2026-11-26 10:00")), book(offer, charlie, at("2026-11-26 11:00"))
    mails = Notification.objects.count()
    assert (counted(Booking), counted(Notification)) == ({"confirmed": 2}, {"pending": mails})

    cancel_booking(booking=first, by=bob, reason="", now=now)
    complete_ended(now=second.end)

    assert counted(Booking) == {"cancelled": 1, "completed": 1}
    assert sum(counted(Notification).values()) == Notification.objects.count()
    Notification.objects.filter(state="pending").delete()
    assert "pending" not in counted(Notification)


def test_adding_up_changes_no_number(offer, bob, now):
    cancel_booking(booking=book(offer, bob), by=bob, reason="", now=now)
    before, rows = counted(Booking), StateCount.objects.count()

    fold_counts()

    assert (counted(Booking), StateCount.objects.count() < rows) == (before, True)
    assert not StateCount.objects.filter(change=0).exists()


def test_a_wrong_number_is_found_and_mended(offer, bob, caplog):
    book(offer, bob)
    check_counts()
    assert caplog.records == []
    table = Booking._meta.db_table
    StateCount.objects.create(table_name=table, state="confirmed", change=3)
    StateCount.objects.create(table_name=table, state="held", change=-1)

    assert StateCount.objects.find_drift(table) == {"confirmed": -3, "held": 1}
    check_counts()

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert (counted(Booking), StateCount.objects.find_drift(table)) == ({"confirmed": 1}, {})
