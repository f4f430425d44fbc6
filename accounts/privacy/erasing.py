"""Removing a person: asked for, taken back within a week, or done step by step.

The account is closed at once, which takes its person off every page, and everything ahead is ended by the acts that end
it otherwise. A week later the words go, table by table as the registry says. The row of the person stays without a
name, since sessions of others point at it: times stay, words go.
"""

import logging
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from billiard.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from accounts.hooks import announce_person
from accounts.models import UNFINISHED, Erasure, ErasureState, User
from accounts.rules.roles import Power

from .erasure_log import hash_person, read_removals
from .exports import PrivacyError
from .hooks import News, on_leaving, tell_news
from .registry import Goes, Step, Table, registered_steps, registered_tables

logger = logging.getLogger(__name__)
AT_ONCE = 20
OVERDUE_AFTER = timedelta(days=1)


def open_erasure(person: User) -> Erasure | None:
    return Erasure.objects.filter(person=person, state__in=UNFINISHED).first()


def why_not_erase(person: User) -> PrivacyError | None:
    owners = User.objects.who_may(Power.RUN)
    if owners.filter(pk=person.pk).exists() and not owners.exclude(pk=person.pk).exists():
        words = _("You’re the only owner. Make someone else an owner first.")
        return PrivacyError("last_owner", words)
    return None


def ask_erasure(*, person: User, now: datetime) -> Erasure:
    """Close the account, end what is ahead, and plan the removal. Asking twice changes nothing.

    Raises PrivacyError `last_owner`.
    """
    erasure = plan_erasure(person, now)
    end_what_is_ahead(erasure, now=now)
    return erasure


@transaction.atomic
def plan_erasure(person: User, now: datetime) -> Erasure:
    """The first half of `ask_erasure`. The clock does the second where the caller doesn't come to it."""
    User.objects.lock_with_owners(person)
    if known := open_erasure(person):
        return known
    if refusal := why_not_erase(person):
        raise refusal
    User.objects.filter(pk=person.pk).update(is_active=False)
    erasure = Erasure.objects.create(person=person, asked_at=now, due_at=now + settings.ERASURE_GRACE)
    tell_news(News.REMOVAL_ASKED, erasure, now)
    return erasure


def end_what_is_ahead(erasure: Erasure, *, now: datetime) -> bool:
    """Everything that the person has ahead ends now, each by its own act. What fails is tried again by the clock."""
    person = User.objects.get(pk=erasure.person_id)
    if person.is_active:  # kept in the meantime
        return False
    try:
        announce_person(person)
        for end in on_leaving:
            end(person, now)
    except Exception as error:
        logger.error("removal %s: not all that was ahead could be ended: %s", erasure.pk, type(error).__name__)
        return False
    Erasure.objects.filter(pk=erasure.pk, left_at=None).update(left_at=now)
    return True


def keep_account(*, person: User, now: datetime) -> None:
    """The person stays. What was cancelled stays cancelled. Raises PrivacyError `too_late`."""
    with transaction.atomic():
        User.objects.lock_rows(person)
        erasure = Erasure.objects.select_for_update().filter(person=person, state__in=UNFINISHED).first()
        if erasure is None and person.is_active:
            return
        if erasure is None or not erasure.can_be_taken_back(now):
            raise PrivacyError("too_late", _("Your account is being deleted. You can create a new one at any time."))
        erasure.state, erasure.ended_at, erasure.version = ErasureState.KEPT, now, erasure.version + 1
        erasure.save(update_fields=["state", "ended_at", "version"])
        User.objects.filter(pk=person.pk).update(is_active=True)
        tell_news(News.REMOVAL_KEPT, erasure, now)
    announce_person(User.objects.get(pk=person.pk))


def erase_due(*, now: datetime) -> int:
    """Go on with every removal that is due, and with the ends of those that were just asked for.

    Returns how many people are now removed.
    """
    for erasure in Erasure.objects.filter(state__in=UNFINISHED, left_at=None).order_by("pk")[:AT_ONCE]:
        end_what_is_ahead(erasure, now=now)
    due = Erasure.objects.filter(state__in=UNFINISHED, due_at__lte=now, left_at__isnull=False).order_by("due_at", "pk")
    return sum(erase_person(erasure, now=now) for erasure in due[:AT_ONCE])


def count_overdue(now: datetime) -> int:
    """Removals that should have been over a day ago: a step fails, or a report about a message waits for staff."""
    return Erasure.objects.filter(state__in=UNFINISHED, due_at__lte=now - OVERDUE_AFTER).count()


def erase_person(erasure: Erasure, *, now: datetime) -> bool:
    """Do all steps that aren't done yet. A step that fails or has to wait doesn't keep back the others.

    Returns whether the removal is complete.
    """
    done = [take_step(erasure, step, now=now) for step in (ADMIN_LOG, *registered_steps())]
    if not all(done):
        return False
    ended = {"state": ErasureState.DONE, "ended_at": now, "version": models.F("version") + 1}
    return Erasure.objects.filter(pk=erasure.pk, state__in=UNFINISHED).update(**ended) == 1


def take_step(erasure: Erasure, step: Step | Table, *, now: datetime) -> bool:
    """One step in one transaction, with the note that it is done. A killed worker leaves it undone or done."""
    name = step.label if isinstance(step, Table) else step.name
    try:
        with transaction.atomic():
            locked = Erasure.objects.select_for_update(of=("self",), skip_locked=True)
            row = locked.filter(pk=erasure.pk, state__in=UNFINISHED, due_at__lte=now).first()
            if row is None:
                return False
            if name in row.steps_done:
                return True
            person = User.objects.get(pk=row.person_id)
            done = empty_table(step, person, now=now) if isinstance(step, Table) else step.run(person, now)
            row.state = ErasureState.BEGUN
            row.steps_done = [*row.steps_done, *([name] if done else [])]
            row.save(update_fields=["state", "steps_done"])
            return done
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        # Not the error's text: PostgreSQL quotes rows, in which there are the very words that are to go.
        logger.error("removal %s: the step %s failed: %s", erasure.pk, name, type(error).__name__)
        return False


def empty_table(table: Table, person: User, *, now: datetime) -> bool:
    """Delete this person's rows, or empty their words in them. Returns whether none has to stay for now."""
    if table.is_deleted:
        table.rows_of(person).delete()
        return True
    if table.is_log:
        let_logs_be_emptied()
    everything_went = True
    by_writer = sorted((column.by, name) for name, column in table.columns.items() if column.goes == Goes.EMPTIED)
    for writer, named in groupby(by_writer, key=itemgetter(0)):
        empty = {name: empty_value(table.model, name) for _by, name in named}
        rows = table.model._base_manager.filter(**{writer: person}) if writer else table.rows_of(person)
        rows = rows.exclude(**empty)
        if table.kept_for_now:
            kept = table.kept_for_now(rows)
            everything_went &= not kept.exists()
            rows = rows.exclude(pk__in=kept.values("pk"))
        rows.update(**empty, **({table.stamp: now} if table.stamp else {}))
    return everything_went


def let_logs_be_emptied() -> None:
    """Until this transaction ends, words can be emptied in the columns of logs that their triggers name."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL quarterhour.emptying TO 'on'")


def empty_value(model: type[models.Model], name: str) -> object:
    column = model._meta.get_field(name)
    return column.get_default() if isinstance(column, models.JSONField | ArrayField) else ""


def empty_admin_log(person: User, now: datetime) -> bool:
    """What the admin noted about this person's rows, and what they did there: that it was done stays.

    First of all steps: it finds the rows by their numbers, as long as they are there.
    """
    about = models.Q(user=person)
    for table in registered_tables():
        if table.has_people:
            numbers = [str(pk) for pk in table.rows_of(person).values_list("pk", flat=True)]
            about |= models.Q(content_type=ContentType.objects.get_for_model(table.model), object_id__in=numbers)
    about |= models.Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    LogEntry.objects.filter(about).update(object_repr="", change_message="")
    return True


ADMIN_LOG = Step("the admin's log", empty_admin_log)


def replay_erasures(*, now: datetime) -> int:
    """After a backup was restored: remove those again who had been removed. Returns how many."""
    known, count = read_removals(), 0
    for person in User.objects.exclude(email__endswith="@erased.invalid").order_by("pk").iterator(chunk_size=500):
        if hash_person(person) in known:
            _remove_again(person, now)
            count += 1
    return count


def _remove_again(person: User, now: datetime) -> None:
    Erasure.objects.filter(person=person, state=ErasureState.DONE).delete()
    erasure = open_erasure(person) or Erasure.objects.create(person=person, asked_at=now, due_at=now)
    User.objects.filter(pk=person.pk).update(is_active=False)
    Erasure.objects.filter(pk=erasure.pk).update(due_at=now)
    end_what_is_ahead(erasure, now=now)
    erase_person(erasure, now=now)
