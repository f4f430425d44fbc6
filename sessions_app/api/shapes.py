"""How bookings and free times look, and what is sent to make one."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from common.api.description import Problem
from common.api.fields import Day, Input, Instant, Text, WholeNumber, YesNo
from common.instants import utc_second_text
from common.known import known
from common.mail.rendering import absolute_url
from mentors.models import Format, IssueType
from sessions_app.afterwards.feedback import why_not_feedback
from sessions_app.attendance.disputes import is_anything_left_to_say
from sessions_app.attendance.facts import LATE_FROM, attendance_as_read
from sessions_app.booking.changes import why_not_cancel, why_not_move
from sessions_app.booking.meeting import asks_for_token, is_held_here, meeting_place
from sessions_app.models import Booking, BookingState, Brief
from sessions_app.models.attendance import WORDS_LENGTH
from sessions_app.models.bookings import QUESTION_LENGTH, REASON_LENGTH
from sessions_app.models.states import AGREED_OR_MISSED, UNANSWERED

BRIEF = {"question": "Should I take the counter-offer?", "done_when": "I know what I would regret."}
SLOT = {"start": "2026-11-26T14:30:00Z", "end": "2026-11-26T14:55:00Z"}
LARGEST_VERSION = 2**31 - 1
LONG_TEXT = 2000
OUTCOMES = ["joined", "late", "came", "missed", "absent", "arrived", "explained", "contested"]
WITH_WORDS = {"explained", "contested"}


class SlotOut(serializers.Serializer[Any]):
    start = Instant()
    end = Instant()
    example = SLOT


class RefusedTime(Problem):
    """Why a time isn't available, with the nearest ones that are."""

    alternatives = SlotOut(many=True, required=False)
    example = {
        "code": "taken",
        "message": "This time has just been taken. Choose another time.",
        "fields": {},
        "alternatives": [SLOT],
    }


class BriefBody(Input):
    question = Text(max_length=QUESTION_LENGTH)
    issue_type = serializers.ChoiceField(choices=IssueType.choices, required=False)
    situation = Text(max_length=LONG_TEXT, required=False, allow_blank=True)
    tried = Text(max_length=LONG_TEXT, required=False, allow_blank=True)
    done_when = Text(lines=False, max_length=QUESTION_LENGTH, required=False, allow_blank=True)
    needed_by = Day(required=False, allow_null=True)


class BookingInput(Input):
    offer = serializers.UUIDField(help_text="The `id` of an offer.")
    start = Instant(help_text="A start that `slots` lists.")
    brief = BriefBody()
    programme = serializers.SlugField(
        required=False,
        help_text=(
            "The programme that it is to count for, where you and the mentor share several. Without it, the only one"
            " that you share, or none."
        ),
    )
    example = {"offer": "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f", "start": SLOT["start"], "brief": BRIEF}


class SeenInput(Input):
    """Every action on a booking, or on a question in writing, names the version that you read."""

    version = WholeNumber(
        least=0,
        most=LARGEST_VERSION,
        help_text="The `version` as you read it. If there is a newer one, nothing is done: 409 `stale`.",
    )
    example: dict[str, Any] = {"version": 0}


class MoveInput(SeenInput):
    start = Instant(help_text="A start that `slots` lists.")
    example = {"version": 0, "start": "2026-11-27T10:00:00Z"}


class CounterInput(SeenInput):
    starts = serializers.ListField(
        child=Instant(), max_length=settings.MAX_COUNTER_TIMES, help_text="One to three starts that `slots` lists."
    )
    example = {"version": 0, "starts": ["2026-11-27T10:00:00Z", "2026-11-30T10:00:00Z"]}


class ChoiceInput(SeenInput):
    start = Instant(help_text="The start of one of the booking’s `other_times`.")
    example = {"version": 1, "start": "2026-11-27T10:00:00Z"}


class FurtherInput(Input):
    starts = serializers.ListField(
        child=Instant(),
        min_length=1,
        max_length=settings.MAX_CONTACTS,
        help_text="Starts that `slots` lists for the offer of the booking.",
    )
    example = {"starts": ["2026-12-03T14:30:00Z", "2026-12-10T14:30:00Z"]}


class CancelInput(SeenInput):
    reason = Text(
        max_length=REASON_LENGTH, required=False, allow_blank=True, help_text="Only required close to the start."
    )
    all = YesNo(
        required=False,
        help_text="Also ends the other sessions and requests about the same question that lie ahead: all or none.",
    )
    example = {"version": 0, "reason": "I have found the answer.", "all": False}


class DeclineInput(SeenInput):
    reason = Text(lines=False, max_length=REASON_LENGTH, help_text="The mentee will read it.")
    example = {"version": 0, "reason": "I am not the right person for this."}


class AttendanceInput(SeenInput):
    """About yourself: joined, late, came, missed, explained (what happened). About the other person: absent, arrived.

    contested: what was recorded is wrong, and staff should decide. Until they do, the other can say `explained`.
    """

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    words = Text(
        max_length=WORDS_LENGTH, required=False, allow_blank=True, help_text="Required for `explained` and `contested`."
    )
    example = {"version": 0, "outcome": "joined"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["outcome"] in WITH_WORDS and not attrs.get("words"):
            raise serializers.ValidationError({"words": [_("Say what happened, in a few words.")]}, code="rule")
        return attrs


class BriefOut(serializers.Serializer[Brief]):
    question = serializers.CharField()
    issue_type = serializers.ChoiceField(choices=[*IssueType.choices, ("", "")])
    situation = serializers.CharField()
    tried = serializers.CharField()
    done_when = serializers.CharField()
    needed_by = serializers.DateField(allow_null=True)


class MentorName(serializers.Serializer[Booking]):
    slug = serializers.SlugField(source="offer.profile.slug")
    name = serializers.CharField(source="mentor.display_name")


class MenteeName(serializers.Serializer[Booking]):
    name = serializers.CharField(source="mentee.display_name")


class BookedOffer(serializers.Serializer[Booking]):
    id = serializers.UUIDField(source="offer.uuid")
    title = serializers.CharField(source="offer.__str__")
    format = serializers.ChoiceField(choices=Format.choices)


STATES = [
    (state.value, state.label) for state in BookingState if state is not BookingState.HELD
]  # a hold isn't a booking yet, so it is never shown here


class BookingOut(serializers.Serializer[Booking]):
    """A session that was booked or requested."""

    # For bookings that come `with_all_that_is_shown`; the context names the `reader` and `now`.

    uuid = serializers.UUIDField()
    state = serializers.SerializerMethodField()
    start = Instant()
    end = Instant()
    length = serializers.IntegerField(help_text="Minutes.")
    answer_by = serializers.SerializerMethodField(
        help_text="When the request expires, unless the mentor answers it or the mentee chooses one of `other_times`."
    )
    other_times = serializers.SerializerMethodField(
        help_text="The times that the mentor offers instead, held until `answer_by`. Only in the state `countered`."
    )
    timezone = serializers.SerializerMethodField(help_text="The time zone of the person asking, or else the site's.")
    mentor = MentorName(source="*")
    mentee = MenteeName(source="*")
    offer = BookedOffer(source="*")
    brief = BriefOut(source="engagement.brief")
    join_url = serializers.SerializerMethodField(
        help_text=(
            "The way into the call, from ten minutes before the start until fifteen after the end. "
            "Report `joined` when you go in; you need to have joined before you can report the other person as absent. "
            "Where the room asks for a token this is our own page, which leads a person who is signed in there on."
        )
    )
    engagement = serializers.UUIDField(source="engagement.uuid")
    programme = serializers.SlugField(
        source="programme.slug", default=None, allow_null=True, help_text="The programme that it counts for, if any."
    )
    version = serializers.IntegerField(
        help_text="Grows with every change that people are told about. Send it with every action on the booking."
    )
    sequence = serializers.IntegerField(
        help_text="Grows when the session is rescheduled or cancelled, or its question changes, as in calendars."
    )
    links = serializers.SerializerMethodField(
        help_text="Addresses of this booking, its page, and everything that the person asking can do with it now."
    )
    example: dict[str, Any] = {
        "uuid": "0b0e2f6c-52f4-4f0a-9f8b-0a4f5f6d7e8c",
        "state": "confirmed",
        **SLOT,
        "length": 25,
        "answer_by": None,
        "other_times": [],
        "timezone": "Europe/London",
        "mentor": {"slug": "priya-raman", "name": "Priya Raman"},
        "mentee": {"name": "Sam Okafor"},
        "offer": {"id": "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f", "title": "25 minutes", "format": "video"},
        "brief": {"issue_type": "", "situation": "", "tried": "", "needed_by": None, **BRIEF},
        "join_url": None,
        "engagement": "5c1f8a52-9f5e-4f5a-8f7e-6d5c4b3a2f1e",
        "programme": None,
        "version": 0,
        "sequence": 0,
        "links": {
            "self": "https://mentoring.example.org/api/v1/bookings/0b0e2f6c-52f4-4f0a-9f8b-0a4f5f6d7e8c/",
            "page": "https://mentoring.example.org/sessions/0b0e2f6c-52f4-4f0a-9f8b-0a4f5f6d7e8c/",
        },
    }

    @property
    def reader(self) -> User:
        reader: User = self.context["reader"]
        return reader

    @property
    def moment(self) -> datetime:
        now: datetime = self.context["now"]
        return now

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, booking: Booking) -> str:
        """A request whose deadline is over counts as expired, even before the task has got to it."""
        return str(BookingState.EXPIRED if self.is_overdue(booking) else booking.state)

    @extend_schema_field(Instant(allow_null=True))
    def get_answer_by(self, booking: Booking) -> str | None:
        waits = booking.state in UNANSWERED and booking.expires_at is not None
        return utc_second_text(known(booking.expires_at)) if waits else None

    @extend_schema_field(SlotOut(many=True))
    def get_other_times(self, booking: Booking) -> Any:
        offered = booking.counter_times.all() if booking.state == BookingState.COUNTERED else []
        spans = [{"start": time.during.lower, "end": time.during.upper} for time in offered]
        return SlotOut(spans, many=True).data

    def get_timezone(self, booking: Booking) -> str:
        return self.reader.zone_name

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_join_url(self, booking: Booking) -> str | None:
        if not booking.is_join_open(self.moment):
            return None
        # Where each person needs a token of their own, our page makes it and redirects to the call.
        if is_held_here(booking):
            return absolute_url("session_call", booking.uuid)
        return absolute_url("session_join", booking.uuid) if asks_for_token(booking) else meeting_place(booking)

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "uri"}})
    def get_links(self, booking: Booking) -> dict[str, str]:
        links = {"self": absolute_url("api_booking", booking.uuid), "page": absolute_url("session", booking.uuid)}
        return links | {act: absolute_url(f"api_booking_{act}", booking.uuid) for act in self.possible_acts(booking)}

    def possible_acts(self, booking: Booking) -> list[str]:
        is_mine, overdue = booking.mentor_id == self.reader.pk, self.is_overdue(booking)
        waits = booking.state == BookingState.REQUESTED and is_mine and not overdue
        is_countered = booking.state == BookingState.COUNTERED and not overdue
        possible = {
            "cancel": why_not_cancel(booking, by=self.reader, now=self.moment) is None,
            "reschedule": why_not_move(booking, by=self.reader, now=self.moment) is None,
            "accept": waits,
            "counter": waits,
            "choose": is_countered and not is_mine,
            "decline": waits or (is_countered and is_mine),
            "attendance": self.can_say_who_came(booking),
            "feedback": why_not_feedback(booking, now=self.moment) is None,
        }
        return [act for act, can in possible.items() if can]

    def can_say_who_came(self, booking: Booking) -> bool:
        # Nothing has to be read of sessions that lie further ahead.
        is_near = booking.state in AGREED_OR_MISSED and booking.start - LATE_FROM <= self.moment
        return is_near and is_anything_left_to_say(attendance_as_read(booking), by=self.reader, now=self.moment)

    def is_overdue(self, booking: Booking) -> bool:
        return booking.state in UNANSWERED and booking.is_overdue(self.moment)


class RefusedAct(Problem):
    """Why it can't be done. If the booking has changed since you read it (`stale`), `booking` has its current state."""

    booking = BookingOut(required=False)
    example = {
        "code": "stale",
        "message": "This session has changed since you looked at it.",
        "fields": {},
        "booking": BookingOut.example,
    }


class RefusedMove(RefusedAct):
    """Like `RefusedAct`. If the new time isn't available, `alternatives` has the nearest ones that are."""

    alternatives = SlotOut(many=True, required=False)
