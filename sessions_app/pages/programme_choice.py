"""Which programme a session of two people would count for, where they share several: its rules hold for their times."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import User
from mentors.models import MentorProfile, Offer
from programmes.models import Programme
from sessions_app.availability.pair_facts import pair_rules_of
from sessions_app.availability.slot_picker import SlotPicker, busy_times
from sessions_app.availability.timetable import load_timetable
from sessions_app.questions.limits import why_not_book
from sessions_app.questions.mentee_standing import MenteeStanding, standing_of

# The parameter of an address and the field of the form that name it, by its slug
FIELD = "programme"


@dataclass(frozen=True, slots=True)
class ProgrammeChoice:
    """One of the programmes that two people share. `has_times`: the mentee can book the mentor for it at present."""

    programme: Programme
    has_times: bool = False
    has_wished: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class CountsFor:
    """The programme that a new session would count for, and how much of its limit the mentee has used.

    `used` of at most `most` sessions were booked within 28 days; `most` is None where it has no such limit.
    """

    programme: Programme
    used: int
    most: int | None


def read_counts_for(shared: list[Programme], standing: MenteeStanding | None) -> CountsFor | None:
    """From what is read already; `shared` are the programmes that the two share. None where it would count for none."""
    if standing is None:
        return None
    programme = next((one for one in shared if one.pk == standing.programme_id), None)
    return CountsFor(programme, len(standing.counted), standing.most_sessions) if programme else None


def list_choices(
    profile: MentorProfile,
    reader: User | None,
    shared: list[Programme],
    *,
    data: Mapping[str, str],
    wished: datetime | None,
    now: datetime,
) -> list[ProgrammeChoice]:
    """Of several `shared` programmes one is chosen: the one that `data` names, or else the first, by name, that leaves
    the `wished` start or, if none does, any time. Empty for who shares one or none.
    """
    if reader is None or len(shared) < 2:
        return []
    choices = read_choices(profile, reader, shared, data=data, wished=wished, now=now)
    named = (choice for choice in choices if choice.programme.slug == data.get(FIELD))
    best = sorted(choices, key=lambda choice: (not choice.has_wished, not choice.has_times))
    chosen = next(named, best[0])
    return [replace(choice, is_chosen=choice is chosen) for choice in choices]


def read_choices(
    profile: MentorProfile,
    reader: User,
    shared: list[Programme],
    *,
    data: Mapping[str, str],
    wished: datetime | None,
    now: datetime,
) -> list[ProgrammeChoice]:
    timetable, busy = load_timetable(profile, now=now), busy_times(reader, now=now)
    offers = list(profile.offers.bookable())

    def pickers(programme: Programme) -> list[tuple[Offer, SlotPicker]]:
        pair = pair_rules_of(reader, profile.person, now=now, chosen=programme.pk)
        standing = standing_of(reader, profile.person_id, now=now, chosen=programme.pk)
        if timetable is None or why_not_book(reader, profile, now=now, standing=standing):
            return []
        times, zone = timetable.for_pair(pair), timetable.rules.zone
        left = [offer for offer in offers if pair.allows(offer.length, offer.format)]
        return [(offer, SlotPicker(times, offer.length, offer.step, zone, now, busy)) for offer in left]

    def read(programme: Programme) -> ProgrammeChoice:
        found = pickers(programme)
        has_wished = wished is not None and any(
            data.get("offer") in (None, "", str(offer.uuid)) and picker.is_free(wished) for offer, picker in found
        )
        return ProgrammeChoice(programme, any(picker.first_after(now) for _offer, picker in found), has_wished)

    return [read(programme) for programme in shared]
