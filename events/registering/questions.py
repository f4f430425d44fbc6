"""The questions of office hours, and who else has them."""

from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from events.errors import EventError
from events.locks import lock_event
from events.models import Event, EventKind, MeToo, Registration, RegistrationState
from events.models.states import UNSCHEDULED
from sessions_app.locks import atomic_act


def ordered_questions(event: Event) -> list[tuple[Registration, int]]:
    """In the order in which they are taken up, each with how many others have it too: most of them first, then the
    oldest. Everyone brings one, so nobody's second comes before another's first. Who has left counts no more."""
    known = Registration.objects.who_are_in().filter(event=event).exclude(question="")
    too = MeToo.objects.filter(question__in=known, registration__state=RegistrationState.IN)
    counts = dict(too.values_list("question").annotate(Count("pk")))
    rows = [(one, counts.get(one.pk, 0)) for one in known.order_by("registered_at", "pk")]
    return sorted(rows, key=lambda row: -row[1])


@atomic_act
def say_me_too(*, question: Registration, registration: Registration, too: bool, now: datetime) -> None:
    """A person has another's question as well, or doesn't after all. Raises EventError `closed`, `own`."""
    event = lock_event(registration.event_id)
    registration, question = (Registration.objects.get(pk=one.pk) for one in (registration, question))
    is_on = event.state in UNSCHEDULED and now < event.end
    if event.kind != EventKind.OFFICE_HOURS or not is_on or not registration.is_in:
        raise EventError("closed", _("Questions can only be chosen by people with a place, until the end."))
    if question.event_id != event.pk or not question.is_in:
        raise EventError("closed", _("The person who asked this isn’t coming any more. Look at the other questions."))
    if question.pk == registration.pk:
        raise EventError("own", _("This is your own question, so it counts already. Look at the others."))
    if too:
        MeToo.objects.get_or_create(question=question, registration=registration)
    else:
        MeToo.objects.filter(question=question, registration=registration).delete()
