"""What a session's page says about who came, and what its reader can do about it now."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.attendance.acts import why_not_say_absent
from sessions_app.attendance.disputes import why_not_contest, why_not_explain
from sessions_app.attendance.facts import ASKED_FROM, CONTEST_WITHIN, LATE_FROM, Attendance, answer_by
from sessions_app.booking.meeting import meeting_host
from sessions_app.booking.stages import SessionStage, stage_of
from sessions_app.errors import SessionError
from sessions_app.forms.attendance import AnswerForm, ContestForm, ExplainForm
from sessions_app.models import AttendanceAct, AttendanceKind, Booking
from sessions_app.models.attendance import ON_THE_WAY

Form = AnswerForm | ExplainForm | ContestForm
FORMS: dict[str, type[Form]] = {"answer": AnswerForm, "explain": ExplainForm, "contest": ContestForm}


def new_form(name: str, data: QueryDict | None = None) -> Form:
    return FORMS[name](data, auto_id=f"{name}-%s")


class Presence(StrEnum):
    """Where one of the two is, before and during a session."""

    JOINED = "joined"
    LATE = "late"
    MISSING = "missing"
    UNKNOWN = ""


class Dispute(StrEnum):
    """What the panel says of who came: the most pressing of what may be the case."""

    ASKED = "asked"
    CLAIMED = "claimed"
    CONTESTED = "contested"
    DECIDED = "decided"
    ANSWERED = "answered"
    NONE = ""


@dataclass(frozen=True, slots=True)
class AttendancePanel:
    """For one of the two, at one moment.

    `refusal`: why they can't say that the other has not come; `sent`: the form that was sent and not taken.
    """

    attendance: Attendance
    reader: User
    now: datetime
    refusal: SessionError | None
    sent: Form | None

    @property
    def booking(self) -> Booking:
        return self.attendance.booking

    @property
    def other(self) -> User:
        return self.booking.other_person(self.reader)

    @property
    def stage(self) -> SessionStage:
        return stage_of(self.booking, self.now)

    @property
    def is_open(self) -> bool:
        return self.stage == SessionStage.OPEN

    @property
    def is_soon(self) -> bool:
        return self.stage == SessionStage.SOON

    @property
    def is_missed(self) -> bool:
        return self.stage == SessionStage.MISSED

    @property
    def is_shown(self) -> bool:
        if self.stage == SessionStage.OVER:
            return self.is_disputed or self.can_say_absent
        on_the_way = self.can_run_late or self.i_am_late or self.they_are_late
        return self.is_open or self.is_missed or (self.is_soon and bool(on_the_way))

    @property
    def shows_presence(self) -> bool:
        return self.is_open or self.is_soon

    @property
    def their_presence(self) -> Presence:
        if self.they_joined:
            return Presence.JOINED
        if self.they_are_late:
            return Presence.LATE
        return Presence.MISSING if self.is_open else Presence.UNKNOWN

    @property
    def my_presence(self) -> Presence:
        if self.i_joined:
            return Presence.JOINED
        return Presence.LATE if self.i_am_late else Presence.UNKNOWN

    @property
    def dispute(self) -> Dispute:
        found = {
            Dispute.ASKED: self.question,
            Dispute.CLAIMED: self.claim,
            Dispute.CONTESTED: self.attendance.is_contested,
            Dispute.DECIDED: self.attendance.decision,
            Dispute.ANSWERED: self.i_answered,
        }
        return next((state for state, is_so in found.items() if is_so), Dispute.NONE)

    @property
    def shows_missed(self) -> bool:
        return self.is_missed and not self.attendance.is_contested

    @property
    def is_disputed(self) -> bool:
        return any(act.kind not in ON_THE_WAY for act in self.attendance.acts)

    @property
    def host(self) -> str:
        return meeting_host(self.booking) if self.is_open else ""

    @property
    def they_joined(self) -> AttendanceAct | None:
        return self.attendance.last_join(self.other.pk)

    @property
    def i_joined(self) -> AttendanceAct | None:
        return self.attendance.last_join(self.reader.pk)

    @property
    def they_are_late(self) -> AttendanceAct | None:
        return self.attendance.first_act_by(self.other.pk, AttendanceKind.LATE)

    @property
    def i_am_late(self) -> AttendanceAct | None:
        return self.attendance.first_act_by(self.reader.pk, AttendanceKind.LATE)

    @property
    def can_run_late(self) -> bool:
        if self.i_joined or self.i_am_late or self.question or self.i_answered:
            return False
        is_near = self.booking.start - LATE_FROM <= self.now < self.booking.end
        return is_near and (self.is_open or self.is_soon)

    @property
    def can_say_absent(self) -> bool:
        joined_then_over = self.they_joined and not self.is_open
        said = self.attendance.first_act_by(self.reader.pk, AttendanceKind.ABSENT)
        return not (self.refusal or joined_then_over or said)

    @property
    def absent_from(self) -> datetime | None:
        """When someone who waits can say so, if that is still to come."""
        at = self.booking.start + ASKED_FROM
        return at if self.is_open and self.now < at and not self.they_joined else None

    @property
    def claim(self) -> AttendanceAct | None:
        """What the reader said of the other, while it waits for what the other says."""
        settled = self.attendance.is_settled or self.attendance.is_contested
        return None if settled else self.attendance.claim_of(self.reader.pk)

    @property
    def answer(self) -> AttendanceAct | None:
        return self.attendance.first_act_by(self.other.pk, AttendanceKind.CAME)

    @property
    def question(self) -> AttendanceAct | None:
        return self.attendance.question_to(self.reader)

    @property
    def i_answered(self) -> AttendanceAct | None:
        said = self.attendance.first_act_by(self.reader.pk, AttendanceKind.CAME)
        return None if self.attendance.is_settled or self.attendance.is_contested else said

    @property
    def answer_by(self) -> datetime | None:
        said = self.question or self.claim
        return answer_by(said, self.booking) if said else None

    @property
    def is_reader_missing(self) -> bool:
        return self.attendance.missing == self.reader

    @property
    def waited_from(self) -> datetime | None:
        joined = self.attendance.first_act_by(self.other.pk, AttendanceKind.JOINED)
        return max(joined.at, self.booking.start) if joined else None

    @property
    def their_words(self) -> list[str]:
        kinds = (AttendanceKind.MISSED, AttendanceKind.EXPLAINED)
        acts = (act for act in self.attendance.acts if act.person_id == self.other.pk and act.kind in kinds)
        return [act.words for act in acts if act.words]

    @property
    def quoted(self) -> list[str]:
        """Words of theirs that stand on the page by themselves, so that the list of acts need not repeat them."""
        return self.their_words if self.shows_missed and not self.is_reader_missing else []

    @property
    def can_explain(self) -> bool:
        return why_not_explain(self.attendance, by=self.reader) is None

    @property
    def can_contest(self) -> bool:
        return why_not_contest(self.attendance, by=self.reader, now=self.now) is None

    @property
    def decision_text(self) -> str:
        if self.attendance.missing is None:
            return _("Our team’s decision: it doesn’t count against either of you.")
        if self.is_reader_missing:
            return _("Our team’s decision: it’s recorded as missed by you.")
        words = _("Our team’s decision: it’s recorded as missed by %(name)s.")
        return words % {"name": self.other.first_name}

    @property
    def contest_until(self) -> datetime:
        return self.booking.end + CONTEST_WITHIN

    @property
    def has_facts(self) -> bool:
        """Whether all that is known is laid open: where it was missed, or people see it differently."""
        return bool(self.is_missed or self.attendance.contests or self.question or self.claim or self.answer)

    @property
    def is_watched(self) -> bool:
        """The page looks again by itself, unless there is something to type in."""
        writes = self.question or self.can_contest or self.sent or (self.attendance.is_contested and self.can_explain)
        return self.is_open and not writes and self.now < self.booking.join_closes

    @property
    def mark(self) -> str:
        """Changes when the part of the page about this does, so that a page that looks again can leave it alone."""
        return f"{self.stage}-{len(self.attendance.acts)}-{self.can_say_absent:d}{self.can_run_late:d}"

    def form(self, name: str) -> Form:
        return self.sent if isinstance(self.sent, FORMS[name]) else new_form(name)

    @property
    def answer_form(self) -> Form:
        return self.form("answer")

    @property
    def explain_form(self) -> Form:
        return self.form("explain")

    @property
    def contest_form(self) -> Form:
        return self.form("contest")


def attendance_panel_for(
    attendance: Attendance, *, reader: User, now: datetime, sent: Form | None = None
) -> AttendancePanel:
    return AttendancePanel(attendance, reader, now, why_not_say_absent(attendance, by=reader, now=now), sent)
