"""The clock's part in mails of figures: it promises each when its turn has come, and ends those that nobody wants."""

from datetime import datetime, timedelta

from django.db import transaction

from notifications.services import Due, schedule_notices
from programmes.models import ProgrammeState
from search.models import FigureMail

from .turns import next_turn

KIND, SUBJECT = "figure_mail", "figure_mail"
# The last of so many asks whether it is still wanted; without an answer none follows.
ASKS_AFTER = 3
WORTH_TELLING_FOR = timedelta(days=5)


def schedule_mails(*, now: datetime) -> int:
    """Returns how many were promised. Running it twice, or by two workers at once, does no harm."""
    FigureMail.objects.exclude(manager__ended_at=None).delete()
    due = FigureMail.objects.filter(next_at__lte=now).order_by("next_at", "pk").values_list("pk", flat=True)
    return sum(_schedule_mail(number, now) for number in list(due))


@transaction.atomic
def _schedule_mail(number: int, now: datetime) -> bool:
    """One at a time: the promise is written with the note when the next is due."""
    free = FigureMail.objects.running().select_for_update(skip_locked=True, of=("self",))
    mail = free.filter(pk=number, next_at__lte=now).first()
    if mail is None:
        return False
    person, programme = mail.manager.person, mail.manager.programme
    if programme.state == ProgrammeState.ARCHIVED:
        mail.delete()
        return False
    mail.version += 1
    mail.unanswered += 1
    mail.next_at = next_turn(mail.rhythm, person.zone, now) if mail.unanswered < ASKS_AFTER else None
    mail.save(update_fields=["version", "unanswered", "next_at"])
    schedule_notices(Due(KIND, person.pk, SUBJECT, mail.pk, mail.version, now, now + WORTH_TELLING_FOR), now=now)
    return True
