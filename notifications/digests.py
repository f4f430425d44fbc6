"""What all digests for staff share: each person hears about new work of one kind at most once an hour."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from accounts.models import User
from accounts.rules.roles import Power

from .models import Group, Notification
from .registry import Kind, Policy, Render
from .services import Due, schedule_notices

APART = timedelta(hours=1)
WORTH_TELLING_FOR = timedelta(days=7)


def digest_kind(name: str, subject_type: str, render: Render, *, model: type[Model] | None = None) -> Kind:
    """A digest comes by mail only, and never twice."""
    return Kind(name, subject_type, render=render, lines=None, model=model, policy=Policy.HOLD, group=Group.DIGEST)


def staff_to_tell(kind: str, power: Power, *, now: datetime) -> QuerySet[User]:
    told = Notification.objects.filter(recipient=OuterRef("pk"), kind=kind, due_at__gt=now - APART)
    return User.objects.who_may(power).exclude(Exists(told))


def digest_due(kind: str, person: User, *, subject_type: str, subject_id: int, version: int, now: datetime) -> Due:
    """A digest about the newest item that waits.

    Its id and version name it, so what was announced isn't announced again.
    """
    return Due(kind, person.pk, subject_type, subject_id, version, now, now + WORTH_TELLING_FOR)


@transaction.atomic
def schedule_digest(dues: Iterable[Due], *, now: datetime) -> int:
    """Write the digests that aren't written yet. Returns how many were. Running it twice does no harm."""
    wanted = list(dues)
    written = Notification.objects.filter(dedupe_key__in=[due.key for due in wanted])
    before = written.count()
    schedule_notices(*wanted, now=now)
    return written.count() - before
