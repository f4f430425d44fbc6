"""How it went, from both sides: read what may be read, and say it. The acts are those of the pages."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.fields import Input, Instant, Text, WholeNumber, YesNo
from common.instants import utc_second_text
from common.known import known
from sessions_app.access import get_booking, get_written_as_mentee
from sessions_app.afterwards.feedback import (
    ASKED_AFTER_WRITING,
    ASKED_OF_MENTEE,
    ASKED_OF_MENTOR,
    OPEN_FOR,
    give_feedback,
    give_written_feedback,
    unveiled_of_other,
    why_not_change,
    why_not_feedback,
    why_not_feedback_in_writing,
)
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Contact, Feedback, Resolution, Role, WrittenQuestion
from sessions_app.models.feedback import FEEDBACK_LENGTH, Again, Quality

# Names of columns
Asked = tuple[str, ...]
# What the other side may read of it, once both have answered or seven days have passed: as on their page
READ_BY_OTHER: Mapping[str, Asked] = {
    Role.MENTEE: ("resolution", "left_with", "advice"),
    Role.MENTOR: ("resolution", "prepared", "right_person"),
}
ONLY_MENTEES = "Only of a mentee."
ONLY_MENTORS = "Only of a mentor."


def scale(about: str) -> WholeNumber:
    return WholeNumber(
        least=1, most=4, required=False, allow_null=True, help_text=f"1 (no) to 4 (yes): {about}. {ONLY_MENTEES}"
    )


def words(about: str) -> Text:
    return Text(max_length=FEEDBACK_LENGTH, required=False, allow_blank=True, help_text=about)


class FeedbackInput(Input):
    """Saved as a whole: what isn't sent is as if it weren't answered. Nobody sees it until the other has answered too,
    or seven days have passed.
    """

    resolution = serializers.ChoiceField(choices=Resolution.choices, help_text="Whether the question is answered.")
    left_with = words(f"What you took away. Your mentor reads it. {ONLY_MENTEES}")
    may_publish = YesNo(required=False, help_text=f"`left_with` may be shown on the mentor's page. {ONLY_MENTEES}")
    may_publish_question = YesNo(required=False, help_text=f"And your question with it. {ONLY_MENTEES}")
    useful = scale("the advice was useful")
    doable = scale("I can do what we found")
    clear_limits = scale("it was clear what the advice is based on")
    listened = scale("I felt listened to; not after an answer in writing")
    overall = serializers.ChoiceField(
        choices=Quality.choices, required=False, allow_blank=True, help_text=f"Overall. {ONLY_MENTEES}"
    )
    again = serializers.ChoiceField(
        choices=Again.choices,
        required=False,
        allow_blank=True,
        help_text=f"Whether you'd ask this mentor again. They never see it. `no` keeps you two apart. {ONLY_MENTEES}",
    )
    advice = words(f"Advice that only your mentor reads. {ONLY_MENTEES}")
    prepared = WholeNumber(
        least=1, most=4, required=False, allow_null=True, help_text=f"1 (no) to 4 (yes): they were. {ONLY_MENTORS}"
    )
    right_person = YesNo(required=False, allow_null=True, help_text=f"For this question. {ONLY_MENTORS}")
    learned = words(f"One thing you learned. Only you read it. {ONLY_MENTORS}")
    to_staff = words("Only the team reads it.")
    example = {"resolution": "yes", "left_with": "Ask for the range first.", "may_publish": True}


class SaidOut(serializers.Serializer[Feedback]):
    """What one of the two has said: of the other's words only those that you may read."""

    # The context names the fields that are shown.

    resolution = serializers.ChoiceField(choices=Resolution.choices)
    left_with = serializers.CharField(required=False)
    may_publish = serializers.BooleanField(required=False)
    may_publish_question = serializers.BooleanField(required=False)
    useful = serializers.IntegerField(required=False, allow_null=True)
    doable = serializers.IntegerField(required=False, allow_null=True)
    clear_limits = serializers.IntegerField(required=False, allow_null=True)
    listened = serializers.IntegerField(required=False, allow_null=True)
    overall = serializers.CharField(required=False)
    again = serializers.CharField(required=False)
    advice = serializers.CharField(required=False)
    prepared = serializers.IntegerField(required=False, allow_null=True)
    right_person = serializers.BooleanField(required=False, allow_null=True)
    learned = serializers.CharField(required=False)
    to_staff = serializers.CharField(required=False)

    def to_representation(self, instance: Feedback) -> dict[str, Any]:
        whole = super().to_representation(instance)
        return {name: value for name, value in whole.items() if name in self.context["fields"]}


class FeedbackOut(serializers.Serializer[Any]):
    """`mine`: what you have said. `theirs`: what the other has said, null until you may read it."""

    open_until = Instant(allow_null=True, help_text="Until when you can say it, or change it; null if you can't.")
    mine = SaidOut(allow_null=True)
    theirs = SaidOut(allow_null=True)
    example: dict[str, Any] = {
        "open_until": "2026-12-03T14:55:00Z",
        "mine": {"resolution": "yes", "left_with": "Ask for the range first.", "may_publish": True},
        "theirs": None,
    }


class FeedbackView(ApiView):
    """What both sides say of one contact of the caller's."""

    def answer_with(
        self, contact: Contact, given: Sequence[Feedback], asked: Asked, refusal: SessionError | None
    ) -> Response:
        """`given`: all that was said of it."""
        mine = next((said for said in given if said.author_id == self.person.pk), None)
        theirs = unveiled_of_other(given, reader=self.person, now=self.now)
        return Response(
            {
                "open_until": None if refusal else utc_second_text(known(contact.end) + OPEN_FOR),
                "mine": draw_said(mine, asked),
                "theirs": draw_said(theirs, READ_BY_OTHER[theirs.role]) if theirs else None,
            }
        )

    def read_answers(self, asked: Asked) -> dict[str, Any]:
        """An answer to each question: what wasn't sent is empty. Raises ValidationError."""
        sent = self.read_body()
        if others := [name for name in sent if name not in asked]:
            words = _("This is asked of the other person, or not of an answer in writing. Leave it out.")
            raise serializers.ValidationError({name: [words] for name in others}, code="rule")
        nothing_said = Feedback()
        return {name: sent.get(name, getattr(nothing_said, name)) for name in asked}


class SessionFeedbackView(FeedbackView):
    @api_call(name="read_feedback", summary="What was said of a session", answers=FeedbackOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.answer_about(get_booking(uuid, reader=self.person))

    @api_call(name="give_feedback", summary="Say how a session went", body=FeedbackInput, answers=FeedbackOut)
    def put(self, request: Request, uuid: UUID) -> Response:
        booking = get_booking(uuid, reader=self.person)
        answers = self.read_answers(self.asked_about(booking))
        give_feedback(booking=booking, by=self.person, now=self.now, answers=answers)
        return self.answer_about(booking)

    def asked_about(self, booking: Booking) -> Asked:
        return ASKED_OF_MENTOR if self.person.pk == booking.mentor_id else ASKED_OF_MENTEE

    def answer_about(self, booking: Booking) -> Response:
        given = list(booking.feedback.all())
        refusal = why_not_feedback(booking, now=self.now) or why_not_change(given, by=self.person)
        return self.answer_with(booking, given, self.asked_about(booking), refusal)


class WrittenFeedbackView(FeedbackView):
    """Of an answer in writing: its mentee says it, and nobody else finds it here."""

    @api_call(name="read_written_feedback", summary="What I said of an answer in writing", answers=FeedbackOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.answer_about(get_written_as_mentee(uuid, reader=self.person))

    @api_call(
        name="give_written_feedback",
        summary="Say whether an answer in writing helped",
        body=FeedbackInput,
        answers=FeedbackOut,
    )
    def put(self, request: Request, uuid: UUID) -> Response:
        written = get_written_as_mentee(uuid, reader=self.person)
        answers = self.read_answers(ASKED_AFTER_WRITING)
        give_written_feedback(written=written, by=self.person, now=self.now, answers=answers)
        return self.answer_about(written)

    def answer_about(self, written: WrittenQuestion) -> Response:
        refusal = why_not_feedback_in_writing(written, now=self.now)
        return self.answer_with(written, list(written.feedback.all()), ASKED_AFTER_WRITING, refusal)


def draw_said(said: Feedback | None, fields: Asked) -> Any:
    return SaidOut(said, context={"fields": fields}).data if said else None
