"""Who is apart from whom: said, ended, and asked. Apps above enter what happens when two people part."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User

from .errors import TrustError
from .models import END_EVERYTHING, Separation, SeparationKind, ordered_pair

# Of one person, live at a time
MOST_BLOCKS = 50


@dataclass(frozen=True, slots=True)
class Parting:
    """Two people, both locked, who are apart from now on. `ends_everything`: also what they had agreed."""

    one: User
    other: User
    ends_everything: bool
    now: datetime


# Each is called in the transaction in which two people part.
when_parted: list[Callable[[Parting], None]] = []
# Each tells in sentences what would end between the two, for the page that asks before.
what_would_end: list[Callable[[User, User, datetime], list[str]]] = []


@transaction.atomic
def part(
    *, person: User, other: User, kind: SeparationKind, by: User | None, now: datetime, until: datetime | None = None
) -> Separation:
    """Keep two people apart from now on; a second time does no harm. Raises TrustError `yourself`, `too_many_blocks`.

    Both are locked in order of their ids, as by everything that books, so no session of theirs can be agreed meanwhile.
    """
    if person.pk == other.pk:
        raise TrustError("yourself", _("This is you. Choose someone else."))
    User.objects.lock_rows(person, other)
    low, high = ordered_pair(person.pk, other.pk)
    same = Separation.objects.filter(low=low, high=high, kind=kind, by=by, ended_at=None)
    if (there := same.first()) and there.until is None:
        return there
    if kind == SeparationKind.BLOCK and by is not None:
        check_room(by, now=now)
    same.update(ended_at=now)
    made = Separation.objects.create(low_id=low, high_id=high, kind=kind, by=by, since=now, until=until)
    parting = Parting(person, other, kind in END_EVERYTHING, now)
    for act in when_parted:
        act(parting)
    return made


def check_room(person: User, *, now: datetime) -> None:
    if Separation.objects.live(now).filter(by=person, kind=SeparationKind.BLOCK).count() >= MOST_BLOCKS:
        words = _("You can keep %(count)d people away from you. End one of these first, in your settings.")
        raise TrustError("too_many_blocks", words % {"count": MOST_BLOCKS})


@transaction.atomic
def rejoin(*, person: User, other: User, now: datetime, kinds: Iterable[str] = ()) -> int:
    """End what this person said about the other: of these `kinds`, or all. What the other said stays.

    Nothing that ended comes back. Returns how many separations ended.
    """
    User.objects.lock_rows(person, other)
    mine = Separation.objects.of_pair(person.pk, other.pk).filter(by=person, ended_at=None)
    return (mine.filter(kind__in=kinds) if kinds else mine).update(ended_at=now)


@transaction.atomic
def rejoin_known(*, person: User, uuid: UUID, now: datetime) -> User | None:
    """As `rejoin`, with the person who has this id; None if this one never kept them away."""
    other = User.objects.filter(uuid=uuid).first()
    if other is None or not Separation.objects.of_pair(person.pk, other.pk).filter(by=person).exists():
        return None
    rejoin(person=person, other=other, now=now)
    return other


def are_apart(one: int, other: int, *, now: datetime) -> bool:
    return Separation.objects.live(now).of_pair(one, other).exists()


def is_cut_off(one: int, other: int, *, now: datetime) -> bool:
    return Separation.objects.live(now).of_pair(one, other).ends_everything().exists()


def apart_from(person: User | int, *, now: datetime) -> set[int]:
    pk = person if isinstance(person, int) else person.pk
    rows = Separation.objects.live(now).of_person(pk).values_list("low", "high")
    return {low if high == pk else high for low, high in rows}


def pairs_apart(people: Iterable[int], *, now: datetime | Now) -> set[tuple[int, int]]:
    """Which of these people are apart from each other, as pairs of ids, the smaller first."""
    known = list(people)
    rows = Separation.objects.live(now).filter(low__in=known, high__in=known)
    return set(rows.values_list("low", "high"))
