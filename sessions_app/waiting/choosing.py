"""Which free times suit the people who wait. What many of them have in common is read or searched for once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import User
from mentors.models import MentorProfile, Offer
from mentors.usual import usual_offer
from programmes.pairs import is_shut
from sessions_app.availability.pair_facts import pair_rules_of
from sessions_app.availability.slot_picker import REACH
from sessions_app.availability.slots import Slot, overlaps_busy
from sessions_app.availability.timetable import Timetable, load_timetables
from sessions_app.models import HeldTime, Occupancy, WaitlistEntry
from sessions_app.questions.suggestions import help_with
from trust.models import Separation

from .rounds import Round

# Help with a question is wanted soon, so only as far ahead as a search looks at first.
HELP_WITHIN = timedelta(days=7)

Choice = tuple[Offer, datetime]
Spans = list[tuple[datetime, datetime]]


def free_slots(timetable: Timetable, offer: Offer, *, now: datetime) -> list[Slot]:
    return timetable.slots(length=offer.length, step=offer.step, now=now, first=now, last=now + REACH)


def member_among(person: User) -> User | None:
    """Who searches: rules of programmes let their members meet other mentors than everyone else."""
    return person if person.is_in_programmes else None


def starts_of_helpers(words: str, filters: str, *, person: User, now: datetime) -> list[datetime]:
    """The free starts within days of all who match these words, in order."""
    offers = [free.offer for free in help_with(words, filters, now=now, member=member_among(person))]
    timetables = load_timetables([offer.profile_id for offer in offers], now=now)
    soon = now + HELP_WITHIN
    starts = {
        slot.start
        for offer in offers
        if offer.profile_id in timetables
        for slot in free_slots(timetables[offer.profile_id], offer, now=now)
        if slot.start < soon
    }
    return sorted(starts)


@dataclass(slots=True)
class Conflicts:
    """What one person can't have: times of their own sessions, and mentors who are apart from them."""

    busy: Spans = field(default_factory=list)
    apart: set[int] = field(default_factory=set)


class Choices:
    """The free times for one run of a round. Call `read_batch` before asking about the people in the batch."""

    def __init__(self, asked: Round, now: datetime) -> None:
        self.asked, self.now = asked, now
        self.timetables: dict[int, Timetable | None] = {}
        self.usual: dict[int, Offer] = {}
        self.slots: dict[int, list[Slot]] = {}
        self.helpers: dict[tuple[str, str, int | None], list[Offer]] = {}
        self.people: dict[int, Conflicts] = {}
        self.refused: dict[int, Spans] = {}

    def read_batch(self, batch: Sequence[WaitlistEntry]) -> None:
        self._read_mentors({waiting.mentor_id for waiting in batch if waiting.mentor_id is not None})
        people = {waiting.person_id for waiting in batch}
        self.people = defaultdict(Conflicts)
        busy = Occupancy.objects.in_force(self.now).filter(person__in=people, during__endswith__gt=self.now)
        for person, during in busy.values_list("person", "during"):
            self.people[person].busy.append((during.lower, during.upper))
        for low, high in Separation.objects.live(self.now).of_people(people).values_list("low", "high"):
            self.people[low].apart.add(high)
            self.people[high].apart.add(low)
        self.refused = defaultdict(list)
        for held in HeldTime.objects.filter(waiting__in=batch).select_related("booking"):
            self.refused[held.waiting_id].append((held.booking.start, held.booking.end))

    def of(self, waiting: WaitlistEntry) -> Iterator[Choice]:
        """Free times that this person can have and hasn't refused before, the soonest of each mentor first."""
        person, refused, known = self.people[waiting.person_id], self.refused[waiting.pk], set(waiting.known)
        for offer, slots in self._free_for(waiting):
            mentor = offer.profile.person_id
            if mentor != waiting.person_id and mentor not in person.apart:
                for slot in slots:
                    if (
                        slot.start not in known
                        and waiting.suits(slot.start)
                        and not overlaps_busy(slot, refused)
                        and not overlaps_busy(slot, person.busy)
                    ):
                        yield offer, slot.start

    def read_again(self, offer: Offer) -> None:
        """Read this mentor's times again, after one was given away."""
        self._read_timetables([offer.profile_id])
        self.slots = {key: slots for key, slots in self.slots.items() if key != offer.pk}
        if not self._soon_slots(offer):
            # The search returned the soonest mentors only. With this one gone there may be others for the same words.
            known = self.helpers.items()
            self.helpers = {key: offers for key, offers in known if all(one.pk != offer.pk for one in offers)}

    def _free_for(self, waiting: WaitlistEntry) -> Iterable[tuple[Offer, list[Slot]]]:
        if waiting.mentor_id is None:
            return ((offer, self._soon_slots_for(waiting, offer)) for offer in self._helpers_with(waiting))
        offer = self.usual.get(waiting.mentor_id)
        if offer is None or is_shut(waiting.person, offer.profile.person, now=self.now):
            return []
        # Times further ahead were not read when the person joined, so it is unknown whether they were free already.
        # Only times that have become free since are offered.
        seen_until = waiting.since + REACH
        return [(offer, [slot for slot in self._free_slots_for(waiting, offer) if slot.start < seen_until])]

    def _helpers_with(self, waiting: WaitlistEntry) -> list[Offer]:
        member = member_among(waiting.person)
        key = (waiting.words, waiting.filters, member.pk if member else None)
        if key not in self.helpers:
            helpers = help_with(waiting.words, waiting.filters, now=self.now, member=member)
            found = [free.offer for free in helpers]
            self._read_timetables({offer.profile_id for offer in found} - self.timetables.keys())
            self.helpers[key] = found
        return self.helpers[key]

    def _soon_slots(self, offer: Offer) -> list[Slot]:
        return [slot for slot in self._free_slots(offer) if slot.start < self.now + HELP_WITHIN]

    def _soon_slots_for(self, waiting: WaitlistEntry, offer: Offer) -> list[Slot]:
        return [slot for slot in self._free_slots_for(waiting, offer) if slot.start < self.now + HELP_WITHIN]

    def _free_slots_for(self, waiting: WaitlistEntry, offer: Offer) -> list[Slot]:
        pair = pair_rules_of(waiting.person, offer.profile.person, now=self.now)
        if not pair.allows(offer.length, offer.format):
            return []
        timetable = self.timetables.get(offer.profile_id)
        if timetable and pair.narrows_times:
            return free_slots(timetable.for_pair(pair), offer, now=self.now)
        return self._free_slots(offer)

    def _free_slots(self, offer: Offer) -> list[Slot]:
        if offer.pk not in self.slots:
            timetable = self.timetables.get(offer.profile_id)
            self.slots[offer.pk] = free_slots(timetable, offer, now=self.now) if timetable else []
        return self.slots[offer.pk]

    def _read_mentors(self, profiles: set[int]) -> None:
        unread = profiles - self.usual.keys()
        of_profile: dict[int, list[Offer]] = defaultdict(list)
        offers = Offer.objects.bookable().filter(profile__in=MentorProfile.objects.public().filter(pk__in=unread))
        for offer in offers.select_related("profile__person"):
            of_profile[offer.profile_id].append(offer)
        self.usual |= {profile: usual_offer(of_one) for profile, of_one in of_profile.items()}
        self._read_timetables(of_profile.keys() - self.timetables.keys())

    def _read_timetables(self, profiles: Iterable[int]) -> None:
        loaded = load_timetables(profiles, now=self.now, asked_since=self.asked.began_at, asked_about=self.asked.about)
        self.timetables |= {pk: timetable.for_waitlist() for pk, timetable in loaded.items()}
