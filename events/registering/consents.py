"""What people may agree to when they register: that organisers know of needs that may tell of their health."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import ConsentHow, User
from accounts.privacy.consents import ConsentText, Purpose, note_consent
from events.models import Registration
from sessions_app.locks import atomic_act, lock_people


def with_needs(person: User) -> QuerySet[Registration]:
    return Registration.objects.of(person).exclude(access_needs="")


NEEDS = Purpose(
    "event_needs",
    _("Telling organisers what you need at an event"),
    (
        ConsentText(
            _("Anything the organisers should prepare"),
            _("Captions, a companion’s chair, step-free access. Only the organisers see this."),
        ),
    ),
    is_on=lambda person: with_needs(person).exists(),
)


def note_needs(registration: Registration, *, now: datetime, how: ConsentHow = ConsentHow.PAGE) -> None:
    is_given = bool(registration.access_needs)
    note_consent(purpose=NEEDS, person=registration.person, is_given=is_given, now=now, how=how)


@atomic_act
def remove_needs(*, person: User, now: datetime) -> None:
    """No organiser reads any more what this person needs. Their registrations stay. Twice does no harm."""
    lock_people(person)
    with_needs(person).update(access_needs="")
    note_consent(purpose=NEEDS, person=person, is_given=False, now=now)
