"""Tells people that an endpoint is given up on: who entered it, or all owners if that person is none any more."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.mail.rendering import Context, absolute_url
from notifications.models import InboxItem, Notification
from notifications.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Kind, Message, Nothing
from notifications.services import Due, schedule_notices

GIVEN_UP, SUBJECT = "webhook_given_up", "webhook"
WORTH_TELLING_FOR = timedelta(days=7)


def tell_given_up(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """At most once a day, however many events don't arrive: the day is the version."""
    person = endpoint.created_by
    people = [person] if person and may(person, Power.RUN) else User.objects.who_may(Power.RUN)
    day, until = now.date().toordinal(), now + WORTH_TELLING_FOR
    schedule_notices(*(Due(GIVEN_UP, one.pk, SUBJECT, endpoint.pk, day, now, until) for one in people), now=now)


def render_given_up_email(row: Notification, now: datetime) -> Message | Nothing:
    endpoint = WebhookEndpoint.objects.filter(pk=row.subject_id).first()
    if endpoint is None or not may(row.recipient, Power.RUN):
        return Nothing("not theirs any more")
    dead = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.DEAD)
    found = dead.aggregate(count=Count("pk"), first=Min("created_at"), last=Max("pk"))
    if not found["count"]:
        return Nothing("sent again")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "address": _host_of(endpoint),
        "count": found["count"],
        "since": reader.when_in_city(found["first"]),
        "answer": dead.get(pk=found["last"]).last_error,
        "webhook_url": absolute_url("staff_webhook", endpoint.uuid),
    }
    return reader.render_email("webhooks/given_up", context)


def write_given_up_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    if not may(reader, Power.RUN):
        return {}
    found = WebhookEndpoint.objects.in_bulk({item.subject_id for item in items})
    words = _("Events didn’t reach your webhook %(address)s")
    return {
        item.pk: InboxLine(words % {"address": _host_of(one)}, reverse("staff_webhook", args=[one.uuid]))
        for item in items
        if (one := found.get(item.subject_id))
    }


def _host_of(endpoint: WebhookEndpoint) -> str:
    # The rest may be long, and may be what lets us in there.
    return urlsplit(endpoint.url).hostname or endpoint.url


KINDS = [Kind(GIVEN_UP, SUBJECT, render_given_up_email, write_given_up_lines)]
