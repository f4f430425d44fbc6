"""Who is told that a webhook is given up on, and how often."""

from datetime import timedelta

import pytest

from accounts.rules.roles import StaffRoleName
from notifications.inbox import build_entries
from notifications.models import InboxItem, Notification
from notifications.models.webhooks import WebhookDelivery, WebhookEndpoint
from notifications.registry import Nothing, kind_named
from notifications.webhooks.delivery import MAX_ATTEMPTS, claim_delivery, reap_webhook_leases, retry_or_give_up
from notifications.webhooks.services import announce_event, make_endpoint, send_again
from tests.conftest import NOW, make_staff

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def endpoint(maria) -> WebhookEndpoint:
    return make_endpoint(url="https://example.org/hook", events=["booking.created"], by=maria, now=NOW)


def tell(number: int = 1, now=NOW):
    announce_event("booking.created", cause=f"test:{number}", payload=lambda: {"number": number}, now=now)


def give_up_on(number: int, now=NOW):
    tell(number, now)
    row = claim_delivery(now)
    row.attempts = MAX_ATTEMPTS
    retry_or_give_up(row, "503 busy", now)


def told() -> list[tuple[str, int]]:
    return [(row.recipient.first_name, row.subject_id) for row in Notification.objects.order_by("pk")]


def free_endpoint():
    WebhookEndpoint.objects.update(retry_at=None)


def test_who_entered_an_endpoint_is_told_once_a_day_that_it_is_given_up(endpoint, maria, bob):
    make_staff(bob, StaffRoleName.OWNER)
    give_up_on(1)
    free_endpoint()
    give_up_on(2)
    assert told() == [("Maria", endpoint.pk)]

    [row] = Notification.objects.all()
    message = kind_named(row.kind).render(row, NOW)
    assert "2 events" in message.text
    assert message.subject.endswith("example.org")
    assert "/hook" not in message.text
    assert f"/staff/webhooks/{endpoint.uuid}/" in message.text
    [entry] = build_entries(list(InboxItem.objects.all()), reader=maria, now=NOW)
    assert entry.line.url == f"/staff/webhooks/{endpoint.uuid}/"

    free_endpoint()
    give_up_on(3, NOW + DAY)
    assert told() == [("Maria", endpoint.pk)] * 2


def test_all_owners_are_told_where_who_entered_it_is_none_any_more(endpoint, bob):
    make_staff(bob, StaffRoleName.OWNER)
    WebhookEndpoint.objects.update(created_by=None)
    give_up_on(1)

    assert sorted(told()) == [("Bob", endpoint.pk), ("Maria", endpoint.pk)]


def test_what_was_sent_again_before_the_mail_left_is_not_told(endpoint, maria):
    give_up_on(1)
    send_again(WebhookDelivery.objects.get(), by=maria, now=NOW)

    [row] = Notification.objects.all()
    assert isinstance(kind_named(row.kind).render(row, NOW), Nothing)


def test_what_lost_workers_never_ended_is_told_too(endpoint):
    tell()
    claim_delivery(NOW)
    WebhookDelivery.objects.update(attempts=MAX_ATTEMPTS)
    reap_webhook_leases(NOW + HOUR)

    assert (WebhookDelivery.objects.get().state, told()) == ("dead", [("Maria", endpoint.pk)])
