"""What is known about who came: everything that both people pressed and said about one session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from common.pages.seen import mark_of
from sessions_app.models import AttendanceAct, AttendanceKind, Booking, BookingState
from sessions_app.models.attendance import DECISIONS, SPEAKING
from sessions_app.models.states import MISSED

# When the reminder with the link goes out, by which people see that they will be late.
LATE_FROM = timedelta(hours=1)
# The waiting side may say so from then on, until then.
ASKED_FROM = timedelta(minutes=5)
ASKED_UNTIL = timedelta(hours=24)
# Fifteen minutes after the start at the earliest. Who hears of it only after the call has a day.
ANSWER_WITHIN = timedelta(minutes=10)
ANSWER_LATER_WITHIN = timedelta(hours=24)
CONTEST_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Attendance:
    """The acts about the present time of a booking, in order."""

    booking: Booking
    acts: tuple[AttendanceAct, ...]

    def first_act_by(self, person: int | None, *kinds: AttendanceKind) -> AttendanceAct | None:
        return next((act for act in self.acts if act.person_id == person and act.kind in kinds), None)

    def last_join(self, person: int | None) -> AttendanceAct | None:
        joins = [act for act in self.acts if act.person_id == person and act.kind == AttendanceKind.JOINED]
        return joins[-1] if joins else None

    def claim_of(self, person: int | None) -> AttendanceAct | None:
        """This person's statement that the other has not come, unless they took it back."""
        if self.first_act_by(person, AttendanceKind.ARRIVED):
            return None
        return self.first_act_by(person, AttendanceKind.ABSENT)

    def claim_about(self, person: User) -> AttendanceAct | None:
        return self.claim_of(self.booking.other_person(person).pk)

    def question_to(self, person: User) -> AttendanceAct | None:
        """The other's statement that this person can still answer: nothing is settled, and they have said nothing."""
        if self.is_settled or self.is_contested:
            return None
        if self.first_act_by(person.pk, AttendanceKind.CAME, AttendanceKind.MISSED) or self.claim_of(person.pk):
            return None
        return self.claim_about(person)

    def can_be_taken_back(self, person: User) -> bool:
        """Whether they said that the other hasn't come, and nothing followed from it yet."""
        return bool(self.claim_of(person.pk)) and not self.is_settled and not self.is_contested

    def has_spoken(self, person: User) -> bool:
        """Whether they did or said anything, so that their silence settles nothing."""
        return self.first_act_by(person.pk, *SPEAKING) is not None

    @property
    def is_settled(self) -> bool:
        return self.booking.state in MISSED or self.decision is not None

    @property
    def contests(self) -> list[AttendanceAct]:
        return [act for act in self.acts if act.kind == AttendanceKind.CONTESTED]

    @property
    def decision(self) -> AttendanceAct | None:
        return next((act for act in self.acts if act.kind in DECISIONS), None)

    @property
    def is_contested(self) -> bool:
        """Whether staff have been asked and haven't decided. Until then it counts against nobody."""
        return bool(self.contests) and self.decision is None

    @property
    def read_mark(self) -> str:
        """A hash of all that has been said: staff decide about what they have read."""
        return mark_of(self.booking.version, *(act.pk for act in self.acts))

    @property
    def missing(self) -> User | None:
        """The person who missed the session, as far as it is known now."""
        if self.booking.state == BookingState.MENTOR_NO_SHOW:
            return self.booking.mentor
        return self.booking.mentee if self.booking.state == BookingState.MENTEE_NO_SHOW else None


def attendance_of(booking: Booking) -> Attendance:
    acts = AttendanceAct.objects.about(booking).select_related("person")
    return Attendance(booking, tuple(acts))


def attendance_as_read(booking: Booking) -> Attendance:
    """From acts that were read together with the booking."""
    return Attendance(booking, tuple(act for act in booking.attendance.all() if act.start == booking.start))


def attendances_of(bookings: Iterable[Booking]) -> list[Attendance]:
    """In one query for any number of bookings."""
    found: dict[int, list[AttendanceAct]] = {booking.pk: [] for booking in bookings}
    for act in AttendanceAct.objects.filter(booking__in=found).select_related("person"):
        found[act.booking_id].append(act)
    return [
        Attendance(booking, tuple(act for act in found[booking.pk] if act.start == booking.start))
        for booking in bookings
    ]


def answer_by(claim: AttendanceAct, booking: Booking) -> datetime:
    """The deadline after which silence about this statement settles it: soon while people can still join."""
    return claim.at + (ANSWER_WITHIN if claim.at < booking.join_closes else ANSWER_LATER_WITHIN)


def missed_state(missing: int, booking: Booking) -> BookingState:
    return BookingState.MENTEE_NO_SHOW if missing == booking.mentee_id else BookingState.MENTOR_NO_SHOW
