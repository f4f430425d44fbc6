"""What the page of one mentor holds for one reader: times to choose from, and what was typed so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from accounts.models import User
from mentors.models import Format, MentorProfile, Offer
from mentors.offers import terms_mark
from mentors.saved import saved_among
from mentors.usual import usual_offer
from programmes.models import Programme
from programmes.pairs import list_shared
from sessions_app.address import clean_words, read_date, read_start
from sessions_app.afterwards.summaries import Quote, published_quotes
from sessions_app.afterwards.track_record import TrackRecord, track_records_of
from sessions_app.availability.pair_facts import pair_rules_of
from sessions_app.availability.pair_rules import PairRules
from sessions_app.availability.reader_times import reader_times_of
from sessions_app.availability.slot_picker import PickerView, SlotPicker
from sessions_app.availability.slots import Slot
from sessions_app.availability.timetable import Timetable, load_timetable
from sessions_app.booking.book import continues_as_call
from sessions_app.errors import SessionError
from sessions_app.mentor_rows import MentorRows
from sessions_app.models import Booking, Engagement, SharedFile
from sessions_app.questions.addresses import join_query, mentor_address
from sessions_app.questions.limits import read_limit, read_standing
from sessions_app.questions.programme_limits import (
    KEPT_OUT,
    ProgrammeLimitError,
    other_kind_error,
)
from sessions_app.questions.same_question import carried_files_of, find_earlier_engagement
from sessions_app.questions.suggestions import FreeMentor, people_for
from sessions_app.written.acts import full_error, why_asked_already, why_not_ask

from .programme_choice import CountsFor, ProgrammeChoice, list_choices, read_counts_for

SIMILAR = 3


class Choice(NamedTuple):
    """What the address or a form has chosen already: which offer, which day, which start."""

    offer: Offer | None
    day: date | None
    start: datetime | None


@dataclass(frozen=True, slots=True)
class MentorPage:
    """`offers` have times, `writes` is answered in writing; `offer` is the one whose times `picker` shows.

    `earlier`: the reader's question that goes along, with the files in `carried`;
    if it `goes_on`, this mentor has it already, and a call follows in the same thread. `in_writing`: the reader chose
    to write. `similar`: others who can help, where there are no times. `instead`: times near one that was refused.
    `limit`: why the reader can't book at any time. `typed`: they have sent a form, which is shown again.
    `programmes`: those that the two share, where there are several; the times are those of the one that is chosen.
    `counts_for`: the programme that a session booked here counts for.
    `searched` and `about`: words of the search that led here, and the slug of the topic by which it found this mentor.
    """

    profile: MentorProfile
    is_own: bool
    is_saved: bool
    is_paused: bool
    ready_until: datetime | None
    their_zone: str
    offers: list[Offer]
    offer: Offer | None
    picker: PickerView | None
    writes: Offer | None
    cannot_write: SessionError | None
    in_writing: bool
    question: str
    searched: str
    about: str
    earlier: Engagement | None
    goes_on: bool
    carried: list[SharedFile]
    leaves_files: bool
    proof: TrackRecord
    quotes: list[Quote]
    similar: Sequence[FreeMentor]
    instead: list[Slot]
    limit: SessionError | None
    typed: bool
    programmes: list[ProgrammeChoice]
    counts_for: CountsFor | None

    @property
    def programme(self) -> Programme | None:
        return next((choice.programme for choice in self.programmes if choice.is_chosen), None)

    @property
    def programme_slug(self) -> str:
        return self.programme.slug if self.programme else ""

    @property
    def others_with_times(self) -> list[ProgrammeChoice]:
        """The programmes that leave times, where the chosen one doesn't."""
        if self.picker and not self.limit:
            return []
        return [choice for choice in self.programmes if choice.has_times and not choice.is_chosen]

    @property
    def can_save(self) -> bool:
        return not self.is_own

    def can_move(self, now: datetime) -> bool:
        """Whether the chosen time, or the last of the day shown, is far enough ahead to be rescheduled."""
        if self.picker is None:
            return False
        notice = timedelta(minutes=self.profile.schedule.move_notice)
        return (self.picker.chosen or self.picker.last_start) - notice > now

    @property
    def asks_in_writing(self) -> bool:
        """Whether the form for a question stands where times would."""
        suits = self.picker is None and self.cannot_write is None
        return self.writes is not None and (self.in_writing or suits or self.can_only_write)

    @property
    def can_only_write(self) -> bool:
        """No session in this programme is left to the reader, but a question in writing."""
        return isinstance(self.limit, ProgrammeLimitError) and self.writes is not None and self.cannot_write is None

    @property
    def is_at_limit(self) -> bool:
        keeps_form = self.typed or self.can_only_write
        return is_kept_out(self.limit) or (self.limit is not None and not keeps_form)

    @property
    def terms(self) -> str:
        """The mark of what the reader agrees to by booking, so that nobody books what they have not been shown."""
        return terms_mark(self.offer) if self.offer else ""

    @property
    def follows(self) -> str:
        return str(self.earlier.uuid) if self.earlier else ""

    @property
    def address(self) -> str:
        """This page, with all that is chosen on it but the day."""
        return f"{self.address_of_offers}{self.offer.uuid}" if self.offer else self.address_without_offer

    @property
    def address_of_offers(self) -> str:
        """The page of another offer, without the offer's UUID at the end."""
        return join_query(self.address_without_offer, "offer=")

    @property
    def address_without_offer(self) -> str:
        return mentor_address(
            self.profile.slug,
            words=self.question,
            follows=self.follows,
            about=self.about,
            programme=self.programme_slug,
        )

    @property
    def list_url(self) -> str:
        query = {"q": self.question} | ({"follows": self.follows} if self.follows else {})
        return f"{reverse('mentor_list')}?{urlencode(query, quote_via=quote, safe='/')}"


def read_mentor_page(
    mentor: MentorRows,
    *,
    reader: User | None,
    zone: str,
    address: Mapping[str, str],
    typed: Mapping[str, str] | None,
    is_asking: bool,
    error: SessionError | None,
    held: Booking | None = None,
    now: datetime,
) -> MentorPage:
    """`typed` is what a form sent: after a refusal it counts, not the address. `is_asking`: the form in writing."""
    profile, data = mentor.profile, address if typed is None else typed
    shared = list_shared(reader, profile.person, now=now)
    programmes = list_choices(profile, reader, shared, data=data, wished=read_wished(address, typed), now=now)
    programme = next((choice.programme.pk for choice in programmes if choice.is_chosen), None)
    standing = read_standing(profile, reader, now=now, chosen=programme)
    is_apart = standing is not None and standing.is_apart
    pair = pair_rules_of(reader, profile.person, now=now, chosen=programme)
    timed, writes = part_offers(mentor.offers)
    offers = [offer for offer in timed if pair.allows(offer.length, offer.format)]
    limit = read_limit(profile, reader, standing, now=now) or (other_kind_error() if timed and not offers else None)
    timetable = read_times(profile, pair, held=held, is_hidden=is_apart or is_kept_out(limit), now=now)
    their_zone = timetable.rules.zone if timetable else profile.person.zone_name
    choice = read_choice(offers, address=address, typed=typed)
    offer = choice.offer or (usual_offer(offers) if offers else None)
    browser = browse_times(timetable, offer, reader=reader, zone=zone, now=now) if timetable and offer else None
    picker = browser.open_picker(day=choice.day, chosen=choice.start) if browser else None
    earlier = find_earlier_engagement(reader, data.get("follows", ""))
    goes_on = earlier is not None and continues_as_call(earlier, profile)
    question = read_question(address, typed, earlier, goes_on=goes_on)
    return MentorPage(
        profile=profile,
        is_own=reader == profile.person,
        is_saved=profile.pk in saved_among(reader, [profile.pk]),
        is_paused=profile.is_paused(now.astimezone(ZoneInfo(their_zone)).date()),
        ready_until=timetable.ready_until if timetable else None,
        their_zone=their_zone,
        offers=offers,
        offer=offer,
        picker=picker,
        writes=writes,
        cannot_write=why_not_write(writes, reader, is_apart=is_apart, now=now) if writes else None,
        in_writing=is_asking or bool(writes and address.get("offer") == str(writes.uuid)),
        question=question,
        searched=clean_words(address.get("q", "") if typed is None else typed.get("searched", "")),
        about=clean_words(data.get("about", "")),
        earlier=earlier,
        goes_on=goes_on,
        carried=[] if goes_on else carried_files_of(earlier),
        leaves_files=typed is not None and "with_files" not in typed,
        proof=track_records_of([profile.person_id], now=now)[profile.person_id],
        quotes=published_quotes(profile, now=now),
        similar=() if picker else find_similar(profile, question, reader=reader, zone=zone, now=now),
        instead=browser.suggest_instead(error, choice.start) if browser and not limit else [],
        limit=limit,
        typed=typed is not None,
        programmes=programmes,
        counts_for=read_counts_for(shared, standing),
    )


def part_offers(every: Sequence[Offer]) -> tuple[list[Offer], Offer | None]:
    timed = [offer for offer in every if offer.format != Format.WRITING]
    return timed, next((offer for offer in every if offer.format == Format.WRITING), None)


def browse_times(timetable: Timetable, offer: Offer, *, reader: User | None, zone: str, now: datetime) -> SlotPicker:
    # A mentor who looks at their own page sees what others see.
    own = reader_times_of(reader if reader != offer.profile.person else None, now=now)
    return SlotPicker(timetable, offer.length, offer.step, zone, now, busy=own.sessions, elsewhere=own.elsewhere)


def read_times(
    profile: MentorProfile, pair: PairRules, *, held: Booking | None, is_hidden: bool, now: datetime
) -> Timetable | None:
    # What a visitor holds themselves they can book again, with other words: that gives up the hold.
    timetable = load_timetable(profile, now=now, excluding=held)
    if timetable is None:
        return None
    return timetable.without_times() if is_hidden else timetable.for_pair(pair)


def is_kept_out(limit: SessionError | None) -> bool:
    """Whether a programme keeps these two from meeting, at any time and in writing."""
    return limit is not None and limit.code in KEPT_OUT


def read_choice(offers: list[Offer], *, address: Mapping[str, str], typed: Mapping[str, str] | None) -> Choice:
    """Addresses are written by anybody: what makes no sense is as if it weren't there."""
    data = address if typed is None else typed
    by_uuid = {str(offer.uuid): offer for offer in offers}
    return Choice(
        offer=by_uuid.get(data.get("offer", "")),
        day=read_date(data.get("day", "")),
        start=read_wished(address, typed),
    )


def read_wished(address: Mapping[str, str], typed: Mapping[str, str] | None) -> datetime | None:
    """The start that the address or the form names."""
    return read_start(address.get("t", "") if typed is None else typed.get("start", ""))


def read_question(
    address: Mapping[str, str], typed: Mapping[str, str] | None, earlier: Engagement | None, *, goes_on: bool
) -> str:
    """What the question field begins with: what was typed, the words of a search, or what was asked before."""
    asked_before = earlier.brief.question if earlier else ""
    if typed and (sent := clean_words(typed.get("question", ""))):
        return sent
    return asked_before if goes_on else clean_words(address.get("q", "")) or asked_before


def why_not_write(offer: Offer, reader: User | None, *, is_apart: bool, now: datetime) -> SessionError | None:
    """To someone who is apart from the mentor it looks as if others had asked as much as they take."""
    if refusal := why_not_ask(offer, now=now) or (full_error(offer.profile) if is_apart else None):
        return refusal
    return why_asked_already(reader, offer.profile, now=now) if reader else None


def find_similar(
    profile: MentorProfile, words: str, *, reader: User | None, zone: str, now: datetime
) -> Sequence[FreeMentor]:
    """People with free times who can be asked about the same."""
    about = words or " ".join(profile.asks)
    return people_for(about, zone=zone, now=now, mentee=reader, without=profile, count=SIMILAR)
