"""What a list does once each of its rows is judged: new people are invited, known ones can do more."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.errors import ProgrammeError
from programmes.members import take_from_list
from programmes.models import Invitee, Membership, Programme, Verdict
from programmes.models.rosters import INVITES

from .judging import JudgedRow

AT_ONCE = 1000


def find_people(judged: Iterable[JudgedRow]) -> set[int]:
    """Who are in the programme already, or have asked to be, and would be changed. They are locked before it is."""
    return {one.known.person for one in judged if one.verdict in INVITES and one.known and one.known.person}


def apply_rows(programme: Programme, judged: Iterable[JudgedRow], by: User, now: datetime) -> int:
    """With the programme and `find_people` locked. Returns how many addresses it has invited.

    Raises ProgrammeError `too_many_invited`.
    """
    wanted = [one for one in judged if one.verdict in INVITES]
    if refusal := _why_too_many(programme, wanted):
        raise refusal
    _change_members(programme, [one for one in wanted if one.known and one.known.person], by, now)
    return _invite(programme, [one for one in wanted if not (one.known and one.known.person)], now)


def _why_too_many(programme: Programme, wanted: Sequence[JudgedRow]) -> ProgrammeError | None:
    new = sum(one.verdict == Verdict.NEW for one in wanted)
    if Invitee.objects.waiting().filter(programme=programme).count() + new <= settings.MAX_INVITED:
        return None
    words = _("Up to %d people can be invited and not in yet. Withdraw invitations that nobody needs first.")
    return ProgrammeError("too_many_invited", words % settings.MAX_INVITED)


def _invite(programme: Programme, wanted: Sequence[JudgedRow], now: datetime) -> int:
    new = [one.listed.address for one in wanted if one.listed and one.verdict == Verdict.NEW]
    Invitee.objects.filter(programme=programme, address__in=new).delete()
    rows = [
        Invitee(
            programme=programme,
            address=one.address,
            name=one.name,
            unit=one.unit,
            gives=one.gives,
            asks=one.asks,
            invited_at=now,
        )
        for judged in wanted
        if (one := judged.listed)
    ]
    Invitee.objects.bulk_create(
        rows,
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["address", "programme"],
        update_fields=["name", "unit", "gives", "asks"],
    )
    return len(new)


def _change_members(programme: Programme, wanted: Sequence[JudgedRow], by: User, now: datetime) -> None:
    """Who asked to join is let in: the manager has them on a list. Managers decide nothing about themselves."""
    rows = Membership.objects.filter(programme=programme).select_related("person")
    members = {row.person_id: row for row in rows.filter(person__in=[one.known.person for one in wanted if one.known])}
    for one in wanted:
        if one.known and one.listed and one.known.person != by.pk:
            wants = one.listed
            take_from_list(members[one.known.person], gives=wants.gives, asks=wants.asks, unit=wants.unit, now=now)
