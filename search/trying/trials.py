"""Which mentors a made-up person finds, and what a booking would say to them, by the functions that decide both."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.known import known
from mentors.models import Format, Length, MentorProfile, Offer, ProfileState
from mentors.usual import USUAL_LENGTH, usual_offer
from programmes.models import Membership, Programme
from sessions_app.availability.pair_facts import EVERYTHING
from sessions_app.availability.pair_rules import PairRules, week_of
from sessions_app.availability.rules import Rules as TimeRules
from sessions_app.availability.schedule import DEFAULT_WINDOWS
from sessions_app.availability.slots import LONGEST_ANSWER, Slot
from sessions_app.availability.timetable import Timetable, load_timetables
from sessions_app.booking.book import check_offer, check_start
from sessions_app.errors import SessionError
from sessions_app.questions.limits import check_mentee
from sessions_app.questions.mentee_standing import MenteeStanding
from sessions_app.questions.programme_limits import why_kept_out

from .made_up import INSIDE, MENTEE, OF_UNIT, OUTSIDE, MadeUp, MadeUpMentee, MadeUpMentor

# What made-up mentors are called in refusals
NAMES = {INSIDE: "Alex", OF_UNIT: "Robin", OUTSIDE: "Kim"}
DESCRIPTIONS = {
    INSIDE: _("Made up: mentors in this programme"),
    OF_UNIT: _("Made up: mentors in this programme, and is of the mentee’s unit"),
    OUTSIDE: _("Made up: mentors outside this programme"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A mentor who is tried: real, or one of those in `NAMES`, who have the times that a new mentor is proposed."""

    profile: MentorProfile
    offers: Sequence[Offer]
    timetable: Timetable | None

    @property
    def made_up(self) -> int | None:
        return self.profile.person_id if self.profile.person_id in NAMES else None

    @property
    def description(self) -> str:
        """Who they are, of a made-up one."""
        return str(DESCRIPTIONS[known(self.made_up)])


@dataclass(frozen=True, slots=True)
class OfferAnswer:
    """What a booking of this offer would say. `start`: the first time that this person gets, within 62 days.

    `refusal`: of the offer; or, with `not_start`, of the first free time that they don't get.
    """

    offer: Offer
    start: datetime | None
    refusal: SessionError | None = None
    not_start: datetime | None = None


@dataclass(frozen=True, slots=True)
class MentorAnswer:
    """`refusal` stands against each of the mentor's offers, at all times. `is_listed`: a search shows them."""

    tried: Tried
    is_listed: bool
    refusal: SessionError | None
    offers: list[OfferAnswer] = field(default_factory=list)


def try_mentors(made_up: MadeUp, mentors: Sequence[Tried], *, reader: User) -> list[MentorAnswer]:
    """What a made-up mentee, or a visitor, would meet at these mentors. They read times as the `reader` does."""
    pairs = made_up.read_pair_rules([one.profile.person_id for one in mentors])
    mentee = _mentee_like(reader) if made_up.mentee else None
    return [_try_mentor(made_up, one, mentee, pairs.get(one.profile.person_id, EVERYTHING)) for one in mentors]


def try_minutes(made_up: MadeUp, *, reader: User) -> MentorAnswer:
    """What a newcomer would meet at `INSIDE`, who has given some of their minutes in the week of their next time."""
    tried = make_up_mentor(made_up.programme, INSIDE)
    [before] = try_mentors(replace(made_up, mentee=MadeUpMentee(), mentor=MadeUpMentor()), [tried], reader=reader)
    soonest = next((offer.start for offer in before.offers if offer.start), made_up.now)
    week = week_of(made_up.programme.timezone, soonest).begin
    given = replace(made_up.mentor, week=week)
    [answer] = try_mentors(replace(made_up, mentee=MadeUpMentee(), mentor=given), [tried], reader=reader)
    return answer


def _try_mentor(made_up: MadeUp, tried: Tried, mentee: User | None, pair: PairRules) -> MentorAnswer:
    standing = made_up.read_standing(tried.profile.person_id)
    answers = [_try_offer(offer, tried.timetable, pair, now=made_up.now) for offer in tried.offers]
    is_findable = tried.profile.is_public and not tried.profile.is_resting and standing.shut_by is None
    fitting = {one.offer: one for one in answers if pair.allows(one.offer.length, one.offer.format)}
    is_listed = is_findable and bool(fitting) and fitting[usual_offer(fitting)].start is not None
    return MentorAnswer(tried, is_listed, _why_not_mentor(made_up, tried, mentee, standing), answers)


# In the order in which `book_session` and `hold_slot` ask.
def _why_not_mentor(
    made_up: MadeUp, tried: Tried, mentee: User | None, standing: MenteeStanding
) -> SessionError | None:
    try:
        for offer in tried.offers[:1]:
            check_offer(offer)
        if mentee:
            check_mentee(mentee, tried.profile, now=made_up.now, standing=standing)
    except SessionError as refused:
        return refused
    return None if mentee else why_kept_out(tried.profile, standing.shut_by, is_visitor=True)


def _try_offer(offer: Offer, timetable: Timetable | None, pair: PairRules, *, now: datetime) -> OfferAnswer:
    free = list(_free_starts(timetable, offer, now)) if timetable else []
    fits = pair.allows(offer.length, offer.format)
    if not fits or timetable is None:
        return OfferAnswer(offer, None, _why_not_start(offer, timetable, pair, free[0] if free else now, now))
    left = list(_free_starts(timetable.for_pair(pair), offer, now)) if pair.narrows_times else free
    not_start = next((start for start in free if start not in set(left)), None) if len(left) < len(free) else None
    refusal = _why_not_start(offer, timetable, pair, not_start, now) if not_start else None
    return OfferAnswer(offer, left[0] if left else None, refusal, not_start)


def _free_starts(timetable: Timetable, offer: Offer, now: datetime) -> Iterator[datetime]:
    slots: list[Slot] = timetable.slots(
        length=offer.length, step=offer.step, now=now, first=now, last=now + LONGEST_ANSWER
    )
    return (slot.start for slot in slots)


def _why_not_start(
    offer: Offer, timetable: Timetable | None, pair: PairRules, start: datetime, now: datetime
) -> SessionError | None:
    try:
        check_start(offer, timetable, pair, start=start, now=now)
    except SessionError as refused:
        return refused
    return None


def load_tried(memberships: Iterable[Membership], *, now: datetime) -> list[Tried]:
    """Those of the members who have a profile as a mentor; each has read `person__mentor_profile`."""
    profiles = {one.person_id: getattr(one.person, "mentor_profile", None) for one in memberships}
    known = [profile for profile in profiles.values() if profile]
    timetables = load_timetables(known, now=now)
    offers: dict[int, list[Offer]] = {}
    for offer in Offer.objects.bookable().filter(profile__in=known).select_related("profile__person"):
        offers.setdefault(offer.profile_id, []).append(offer)
    return [Tried(profile, offers.get(profile.pk, []), timetables.get(profile.pk)) for profile in known]


def make_up_mentor(programme: Programme, number: int) -> Tried:
    """One of `NAMES`, who offers what the programme has, and what it doesn't have."""
    person = User(pk=number, name=NAMES[number], timezone=programme.timezone)
    profile = MentorProfile(pk=number, person=person, state=ProfileState.APPROVED)
    kinds = dict.fromkeys([*_kinds(programme, wanted=True), *_kinds(programme, wanted=False)])
    offers = [
        Offer(pk=-place, profile=profile, length=length, format=form, position=place)
        for place, (length, form) in enumerate(kinds, start=1)
    ]
    return Tried(profile, offers, Timetable(TimeRules(programme.timezone, DEFAULT_WINDOWS), taken=()))


# The length and form of one offer that is of the programme's kinds; or of those that aren't, if any are not.
def _kinds(programme: Programme, *, wanted: bool) -> Iterator[tuple[int, str]]:
    lengths, forms = programme.lengths or Length.values, programme.formats or list(Format)
    near = sorted(Length.values, key=lambda length: abs(length - USUAL_LENGTH))
    length = next(one for one in near if one in lengths)
    form = next(one for one in Format if one in forms)
    if wanted:
        yield length, form
        return
    yield from islice(((one, form) for one in near if one not in lengths), 1)
    yield from islice(((length, one) for one in Format if one not in forms and one != Format.WRITING), 1)


# For the words of refusals, which name times.
def _mentee_like(reader: User) -> User:
    same = {name: getattr(reader, name) for name in ("name", "timezone", "hour_cycle", "language")}
    return User(pk=MENTEE, is_in_programmes=True, **same)
