from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import pruning
from notifications.models import InboxItem, Notification, State
from notifications.pruning import delete_outdated_rows
from notifications.tasks import prune as prune_task
from sessions_app.audit import audit_notices
from sessions_app.booking.clock import complete_ended
from tests.conftest import NOW
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def line(bob):
    """line(180 * DAY, read=True): an item that has shown for so long."""

    def make(age: timedelta, *, read: bool = False) -> int:
        at, key = NOW - age, f"k{InboxItem.objects.count()}"
        about = {"kind": "plain", "subject_type": "thing", "subject_id": 1}
        item = InboxItem.objects.create(dedupe_key=key, recipient=bob, at=at, read_at=at if read else None, **about)
        return item.pk

    return make


@pytest.fixture
def mail(bob):
    def make(age: timedelta, state: State) -> int:
        at = NOW - age
        leased = {"lease_until": at, "lease_token": "0" * 32} if state == State.LEASED else {}
        row = Notification.objects.create(
            dedupe_key=f"k{Notification.objects.count()}",
            kind="plain",
            recipient=bob,
            subject_type="thing",
            subject_id=1,
            due_at=at,
            send_before=at + DAY,
            next_try_at=at,
            date=at,
            state=state,
            sent_at=at if state == State.SENT else None,
            **leased,
        )
        return row.pk

    return make


def left(model) -> set[int]:
    return set(model.objects.values_list("pk", flat=True))


def test_read_lines_go_after_half_a_year_and_all_after_a_year(line):
    kept = {line(180 * DAY, read=True), line(181 * DAY), line(365 * DAY), line(-3 * DAY)}
    line(180 * DAY + SECOND, read=True), line(365 * DAY + SECOND), line(400 * DAY, read=True)

    assert delete_outdated_rows(now=NOW) == 3
    assert left(InboxItem) == kept


def test_mails_that_came_to_an_end_go_after_a_year(mail):
    kept = {mail(365 * DAY, State.SENT), mail(400 * DAY, State.PENDING), mail(400 * DAY, State.LEASED)}
    for state in (State.SENT, State.EXPIRED, State.OBSOLETE, State.DEAD, State.UNCERTAIN):
        mail(365 * DAY + SECOND, state)

    assert delete_outdated_rows(now=NOW) == 5
    assert left(Notification) == kept


def test_batches_go_until_all_is_gone_or_the_time_is_up(line, monkeypatch):
    monkeypatch.setattr(pruning, "AT_ONCE", 2)
    for _number in range(5):
        line(400 * DAY)

    assert delete_outdated_rows(now=NOW, seconds=0) == 0
    assert delete_outdated_rows(now=NOW) == 5


def test_nothing_that_was_taken_away_is_told_again(offer, bob):
    """However long ago: the audit writes only what fell due within a day."""
    book(offer, bob)
    complete_ended(now=THURSDAY + DAY)
    Notification.objects.exclude(state=State.SENT).update(state=State.OBSOLETE)
    later = THURSDAY + 400 * DAY

    assert delete_outdated_rows(now=later) > 0
    assert (Notification.objects.count(), audit_notices(now=later)) == (0, 0)


def test_beat_may_call_it_as_often_as_it_likes(line):
    line(timezone.now() - NOW + timedelta(days=400))

    assert (prune_task(), prune_task()) == (1, 0)
