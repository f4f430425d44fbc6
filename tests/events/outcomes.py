"""What came of an act: how it was refused, whom it told, whose time it took."""

from collections.abc import Callable

import pytest
from django.db import transaction

from accounts.models import User
from events.errors import EventError
from notifications.models import InboxItem, Notification, State
from sessions_app.models import Occupancy


def refusal_of(act: Callable[[], object]) -> EventError:
    """How it was refused; what it had written until then is undone, as in a request."""
    with pytest.raises(EventError) as error, transaction.atomic():
        act()
    assert str(error.value.message)
    return error.value


def refused(act: Callable[[], object]) -> str:
    return refusal_of(act).code


def told(kind: str) -> list[str]:
    """The addresses of those who are or will be mailed this."""
    rows = Notification.objects.filter(kind=kind).exclude(state=State.OBSOLETE)
    return list(rows.order_by("pk").values_list("recipient__email", flat=True))


def pending(person: User) -> set[str]:
    return set(Notification.objects.filter(recipient=person, state=State.PENDING).values_list("kind", flat=True))


def lines(person: User) -> set[str]:
    return set(InboxItem.objects.filter(recipient=person).values_list("kind", flat=True))


def taken_by(person: User) -> set:
    """The spans in which this person is promised elsewhere."""
    return {(one.during.lower, one.during.upper) for one in Occupancy.objects.filter(person=person)}
