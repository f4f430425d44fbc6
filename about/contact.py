"""What people write on the contact page: kept, told to staff by the outbox, and marked as answered by them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.throttling import HOUR, Rate, take_within_rate
from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.refusals import RefusalError
from notifications.services import Due, schedule_notices

from .models import ContactMessage

KIND, SUBJECT_TYPE = "contact_message", "contact"
WORTH_TELLING_FOR, KEPT_FOR = timedelta(days=7), timedelta(days=180)
# By the address that it comes from, by the one that is typed, and by everybody together: staff are mailed each message.
RATES = (
    (Rate("contact_from", 5, HOUR), lambda address, email: address),
    (Rate("contact_by", 5, HOUR), lambda address, email: email),
    (Rate("contact_all", 60, HOUR), lambda address, email: "all"),
)


class ContactError(RefusalError):
    """A message can't be sent as things are."""


def send_message(
    *, name: str, email: str, text: str, key: str, address: str, person: User | None, now: datetime
) -> ContactMessage:
    """Keep the message and tell all staff. The same `key` again changes nothing and returns the first.

    `address` is where the request comes from. Raises ContactError `too_often`.
    """
    if sent := ContactMessage.objects.filter(key=key).first():
        return sent
    check_rates(address=address, email=email, now=now)
    with transaction.atomic():
        values = {"name": name, "email": email, "text": text, "person": person, "sent_at": now}
        message, is_new = ContactMessage.objects.get_or_create(key=key, defaults=values)
        if is_new:
            staff = User.objects.who_may(Power.ANSWER).order_by("pk")
            until = now + WORTH_TELLING_FOR
            dues = (Due(KIND, one.pk, SUBJECT_TYPE, message.pk, 0, now, until) for one in staff)
            schedule_notices(*dues, now=now)
    return message


def check_rates(*, address: str, email: str, now: datetime) -> None:
    for rate, who in RATES:
        if wait := take_within_rate(rate, who(address, email), now=now):
            words = _("That’s a lot of messages in one hour. Write to %(email)s instead, or try again later.")
            raise ContactError("too_often", words % {"email": settings.CONTACT_EMAIL}, wait=wait)


def mark_answered(*, message: ContactMessage, by: User, now: datetime) -> None:
    """The first of staff who says so is noted; doing it twice does no harm."""
    if not may(by, Power.ANSWER):
        raise PermissionDenied
    ContactMessage.objects.open().filter(pk=message.pk).update(answered_at=now, answered_by=by)


def forget_old_messages(*, now: datetime) -> int:
    return ContactMessage.objects.filter(sent_at__lt=now - KEPT_FOR).delete()[0]
