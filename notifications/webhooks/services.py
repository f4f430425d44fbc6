"""Acts on endpoints, and the promise to tell them of an event, written in the transaction that causes it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules.roles import Power, StaffRoleName
from common.refusals import RefusalError
from notifications.models.webhooks import SETTLED, DeliveryState, WebhookDelivery, WebhookEndpoint

from .addresses import BadAddressError, BadPortError, check_url

MOST_ENDPOINTS = 20


class WebhookError(RefusalError):
    """Why something can't be done with an endpoint or a delivery."""


def announce_event(
    event: str, *, cause: str, payload: Callable[[], dict[str, Any]], now: datetime, wanting: list[int] | None = None
) -> int:
    """Tell every endpoint that wants to hear of it, once for each `cause`. Returns how many there are, mostly none.

    `wanting`: their ids, if they were read already.
    """
    if wanting is None:
        wanting = WebhookEndpoint.objects.wanting(event)
    if not wanting:
        return 0
    told = payload()
    rows = [
        WebhookDelivery(endpoint_id=one, cause=cause, event=event, payload=told, created_at=now, next_try_at=now)
        for one in wanting
    ]
    return len(WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True))


@transaction.atomic
def make_endpoint(*, url: str, events: Iterable[str], by: User, now: datetime) -> WebhookEndpoint:
    """Raises WebhookError `address`, `exists`, `too_many`."""
    try:
        check_url(url)
    except BadPortError:
        said = _("Leave out the port, or use 443: we only send to the usual https port")
        raise WebhookError("address", said, field="url") from None
    except BadAddressError:
        raise WebhookError("address", _("Enter an address that starts with https://"), field="url") from None
    if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
        raise WebhookError(
            "too_many", _("You can have up to %d webhooks. Remove one first") % MOST_ENDPOINTS, field="url"
        )
    fields = {"events": sorted(events), "created_at": now, "created_by": by, "secret_by": by}
    endpoint, made = WebhookEndpoint.objects.get_or_create(url=url, defaults=fields)
    if not made:
        raise WebhookError(
            "exists",
            _("There’s already a webhook for this address. Use another address, or remove that one first"),
            field="url",
        )
    return endpoint


def switch_endpoint(endpoint: WebhookEndpoint, *, on: bool) -> None:
    """Switched off, nothing new is written for the endpoint, and rows that wait go on waiting."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=on, retry_at=None)


@transaction.atomic
def renew_secret(endpoint: WebhookEndpoint, *, seen: int, by: User) -> WebhookEndpoint:
    """Give the endpoint a new secret, which `by` is shown; the old one stops signing at once.

    `seen` is the number of the secret to replace, so that sending the form twice replaces it once.
    """
    row = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if row.secret_number == seen:
        row.secret_number += 1
        row.secret_by, row.renew_asked_at = by, None
        row.save(update_fields=["secret_number", "secret_by", "renew_asked_at"])
    return row


def keep_secret(endpoint: WebhookEndpoint) -> None:
    """An owner has decided that the secret stays, although someone who left knows it."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(renew_asked_at=None)


def ask_about_secrets(person: User, *, now: datetime) -> None:
    """This person is no owner any more: ask the others about secrets that they were shown.

    Nobody noted who was shown the oldest ones, so those are asked about when any owner leaves.
    """
    known = WebhookEndpoint.objects.filter(Q(secret_by=person) | Q(secret_by=None), renew_asked_at=None)
    known.update(renew_asked_at=now)


def ask_after_role_end(person: User, role: StaffRoleName, now: datetime) -> None:
    if role == StaffRoleName.OWNER:
        ask_about_secrets(person, now=now)


def ask_after_closing(number: int) -> None:
    person = User.objects.get(pk=number)
    if not person.is_active and person.could(Power.RUN):
        ask_about_secrets(person, now=timezone.now())


def remove_endpoint(endpoint: WebhookEndpoint) -> None:
    endpoint.delete()


@transaction.atomic
def send_again(delivery: WebhookDelivery, *, by: User, now: datetime) -> None:
    """Send a delivery again, whatever became of it, with the same id, by which the endpoint can recognise it.

    Raises WebhookError `waiting` while it is on its way.
    """
    row = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    if row.state not in SETTLED:
        raise WebhookError("waiting", _("This is already on its way."))
    WebhookDelivery.objects.filter(pk=row.pk).update(**_afresh(by, now))
    WebhookEndpoint.objects.filter(pk=row.endpoint_id).update(retry_at=None)


@transaction.atomic
def send_all_again(endpoint: WebhookEndpoint, *, by: User, now: datetime) -> int:
    """Send everything again that didn't arrive, as `send_again` does. Returns how many."""
    lost = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.DEAD)
    count = lost.update(**_afresh(by, now))
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(retry_at=None)
    return count


def _afresh(by: User, now: datetime) -> dict[str, Any]:
    return {"state": DeliveryState.PENDING, "attempts": 0, "next_try_at": now, "resent_by": by}
