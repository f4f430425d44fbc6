"""Accounts that nobody has used for long: their person is written to twice, then the account is closed and removed."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest

from accounts.models import AccessToken, User
from accounts.privacy.erasing import ask_erasure, open_erasure
from accounts.privacy.retention import Rule
from common.mail.rendering import Context, absolute_url

from .models import Notification
from .readers import NoticeReader
from .registry import Kind, Message, Nothing
from .services import Due, schedule_notices

RULE, SUBJECT = "idle accounts", "idle"
IDLE_SOON, IDLE_LAST = "idle_soon", "idle_last"
# How long before the end they are written to
FIRST, LAST = timedelta(days=60), timedelta(days=14)
EPOCH = datetime(1970, 1, 1).date()


def unused_since(moment: datetime) -> QuerySet[User]:
    """People who have not been here since, by a browser or by a program; `seen` says when they were. Staff stay."""
    used = Coalesce(Greatest("last_login", newest_use()), F("date_joined"), output_field=DateTimeField())
    people = User.objects.filter(is_active=True, is_staff=False, is_superuser=False)
    return people.annotate(seen=used).filter(seen__lt=moment).order_by("seen", "pk")


def newest_use() -> QuerySet[AccessToken, Any]:
    used = AccessToken.objects.filter(person=OuterRef("pk"), last_used_at__isnull=False)
    return used.order_by("-last_used_at").values("last_used_at")[:1]


def told(kind: str, before: datetime) -> Exists:
    """Whether a person was told, until then and since they were last here."""
    rows = Notification.objects.filter(recipient=OuterRef("pk"), kind=kind, due_at__lte=before)
    return Exists(rows.filter(due_at__gt=OuterRef("seen")))


def end_idle_accounts(before: datetime, most: int) -> int:
    """For those whose time comes soon a mail, for those who were told twice the end. Returns for how many."""
    now = before + settings.RETENTION[RULE]
    over = list(unused_since(before).filter(told(IDLE_LAST, now - LAST))[:most])
    last = list(unused_since(before + LAST).filter(told(IDLE_SOON, now - FIRST + LAST), ~told(IDLE_LAST, now))[:most])
    soon = list(unused_since(before + FIRST).filter(~told(IDLE_SOON, now))[:most])
    for person in over:
        ask_erasure(person=person, now=now)
    for kind, people, left in ((IDLE_LAST, last, LAST), (IDLE_SOON, soon, FIRST)):
        dues = [Due(kind, one.pk, SUBJECT, one.pk, days_of(one), now, now + left) for one in people]
        schedule_notices(*dues, now=now)
    return len(over) + len(last) + len(soon)


def days_of(person: User) -> int:
    """A number for the time since they were here last, so that another such time is told of again."""
    return ((person.last_login or person.date_joined).date() - EPOCH).days


def render_idle_email(row: Notification, now: datetime) -> Message | Nothing:
    person = row.recipient
    if days_of(person) != row.subject_version or open_erasure(person):
        return Nothing("they were here")
    left = LAST if row.kind == IDLE_LAST else FIRST
    reader = NoticeReader(person, now)
    context: Context = {
        "since": reader.day(person.last_login or person.date_joined),
        "until": reader.day(row.due_at + left),
        "sign_in_url": absolute_url("account_login"),
    }
    return reader.render_email("accounts/idle", context)


KINDS = [
    Kind(IDLE_SOON, SUBJECT, render_idle_email, None),
    Kind(IDLE_LAST, SUBJECT, render_idle_email, None),
]
RULES = (Rule(RULE, end_idle_accounts),)
