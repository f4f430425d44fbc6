"""The mentors whom a person has saved, each with the times they are free next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from accounts.models import User
from mentors.models import Format, MentorProfile, Offer, SavedMentor
from mentors.usual import usual_offer
from programmes.pairs import mentors_shut_to
from sessions_app.availability.pair_facts import EVERYTHING, load_pair_rules
from sessions_app.availability.slot_picker import SlotPicker, busy_times
from sessions_app.availability.slots import Slot
from sessions_app.availability.timetable import Timetable, load_timetables
from trust.separations import apart_from

TIMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A saved mentor who is still here. `offer` is the one whose `slots` are shown; `writes`: they answer in writing.

    `is_paused`: they are away until `profile.paused_until`.
    """

    saved: SavedMentor
    offer: Offer | None
    slots: Sequence[Slot]
    writes: bool
    is_paused: bool

    @property
    def profile(self) -> MentorProfile:
        return self.saved.profile


def list_saved(person: User, *, now: datetime) -> QuerySet[SavedMentor]:
    """Those who are still here, newest first; as in a search, without mentors who are apart from this person."""
    here = SavedMentor.objects.here_for(person).exclude(profile__person__in=apart_from(person, now=now))
    return here.order_by("-saved_at", "-pk")


def count_gone(person: User) -> int:
    return SavedMentor.objects.gone_for(person).count()


def build_cards(rows: Sequence[SavedMentor], *, reader: User, zone: str, now: datetime) -> list[SavedCard]:
    offers: dict[int, list[Offer]] = {row.profile_id: [] for row in rows}
    for offer in Offer.objects.active().filter(profile__in=offers):
        offers[offer.profile_id].append(offer)
    timetables = load_timetables(offers, now=now) if offers else {}
    people = {row.profile.person_id for row in rows if reader.is_in_programmes or row.profile.person.is_in_programmes}
    shut = mentors_shut_to(reader, people, now=now) if people else set()
    pairs = load_pair_rules(reader, [row.profile.person for row in rows], now=now)
    busy = busy_times(reader, now=now) if offers else []
    cards = []
    for row in rows:
        timetable = timetables.get(row.profile_id)
        timed = [offer for offer in offers[row.profile_id] if offer.format != Format.WRITING]
        pair = pairs.get(row.profile.person_id, EVERYTHING)
        left = [offer for offer in timed if pair.allows(offer.length, offer.format)]
        usual = usual_offer(left) if left else None
        slots: Sequence[Slot] = ()
        if timetable and usual and row.profile.person_id not in shut:
            timetable = timetable.for_pair(pair)
            slots = SlotPicker(timetable, usual.length, usual.step, zone, now, busy).next_free(now, TIMES_SHOWN)
        is_paused = row.profile.is_paused(now.astimezone(zone_of(timetable)).date())
        cards.append(SavedCard(row, usual, slots, len(timed) < len(offers[row.profile_id]), is_paused))
    return cards


def zone_of(timetable: Timetable | None) -> ZoneInfo:
    return ZoneInfo(timetable.rules.zone if timetable else "UTC")
