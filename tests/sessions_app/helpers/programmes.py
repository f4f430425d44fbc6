"""Programmes with rules, and their members, as rows: who manages them is no matter here."""

from programmes.models import Membership, Programme, ProgrammeState, Source
from tests.conftest import NOW


def make_programme(number, **rules) -> Programme:
    said = {"state": ProgrammeState.OPEN, "first_day": NOW.date(), "timezone": "Europe/London", "made_at": NOW}
    return Programme.objects.create(slug=f"p{number}", name=f"Programme {number}", **(said | rules))


def let_in(person, programme, *, asks=False, gives=False, **more) -> Membership:
    said = {"source": Source.LINK, "joined_at": NOW} | more
    return Membership.objects.create(programme=programme, person=person, asks=asks, gives=gives, **said)
