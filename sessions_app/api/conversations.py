"""What the two people of an engagement write to each other, and questions in writing. The acts are those of pages."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from accounts.models import User
from common.api.description import api_call
from common.api.fields import Input, Instant, Text, YesNo
from common.api.pages import PageQuery, Part, page_answer, read_page
from common.instants import utc_second_text
from common.mail.rendering import absolute_url
from mentors.models import Format
from sessions_app.access import get_engagement, get_written
from sessions_app.conversation.messages import mark_read, send_message
from sessions_app.conversation.reading import ThreadList, leave_out_files, messages_in, newest_of
from sessions_app.errors import SessionError
from sessions_app.models import Engagement, Message, WrittenQuestion, WrittenState
from sessions_app.models.threads import MESSAGE_LENGTH
from sessions_app.questions.brief_input import BriefInput
from sessions_app.written.acts import ask_in_writing, decline_written, withdraw_written
from trust.signals.helping import HelpText, find_help, read_help

from .bookings import find_offer
from .files import SharedFileOut
from .shapes import BRIEF, BriefBody, BriefOut, DeclineInput, SeenInput


class HelpOut(serializers.Serializer[HelpText]):
    """Where its author finds help now. Show it to them, and to nobody else."""

    message = serializers.CharField()
    addresses = serializers.ListField(child=serializers.CharField(), help_text="Pages, or words such as a number.")


class MessageOut(serializers.Serializer[Message]):
    """One message. `words` are those that its page shows: they may say that they were removed.

    A message with `is_file` says that a file was shared: `words` is its name, and `file` is null if it can't be read
    (any more, or not yet).
    """

    uuid = serializers.UUIDField()
    name = serializers.CharField(source="author.display_name")
    is_mine = serializers.SerializerMethodField()
    words = serializers.CharField()
    sent_at = Instant()
    is_file = serializers.BooleanField()
    file = serializers.SerializerMethodField()
    example: dict[str, Any] = {
        "uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "name": "Priya Raman",
        "is_mine": False,
        "words": "Bring the letter along.",
        "sent_at": "2026-11-24T13:46:00Z",
        "is_file": False,
        "file": None,
    }

    def get_is_mine(self, message: Message) -> bool:
        return bool(message.author_id == self.context["reader"].pk)

    @extend_schema_field(SharedFileOut(allow_null=True))
    def get_file(self, message: Message) -> Any:
        file = message.file
        if file is None or file.is_hidden or not file.is_open_to(self.context["reader"]):
            return None
        return SharedFileOut(file, context=self.context).data


class SentMessageOut(MessageOut):
    help = serializers.SerializerMethodField()
    example = MessageOut.example | {"help": None}

    @extend_schema_field(HelpOut(allow_null=True))
    def get_help(self, message: Message) -> Any:
        return HelpOut(read_help()).data if message.needs_help else None


class MentorOut(serializers.Serializer[User]):
    slug = serializers.SlugField(source="mentor_profile.slug")
    name = serializers.CharField(source="display_name")


class MenteeOut(serializers.Serializer[User]):
    name = serializers.CharField(source="display_name")


class WrittenOut(serializers.Serializer[WrittenQuestion]):
    """A question that is answered in writing. `reason`: why the mentor declined."""

    state = serializers.SerializerMethodField()
    version = serializers.IntegerField(help_text="Send it with every action on the question.")
    asked_at = Instant()
    answer_by = Instant(source="due_at", help_text="By when the answer is promised.")
    settled_at = Instant(allow_null=True)
    reason = serializers.CharField()
    answer = serializers.UUIDField(source="answer.uuid", default=None, allow_null=True, help_text="The message.")

    @extend_schema_field(serializers.ChoiceField(choices=WrittenState.choices))
    def get_state(self, written: WrittenQuestion) -> str:
        """One that wasn't answered in time counts as expired, even before the task has got to it."""
        is_over = written.state == WrittenState.ASKED and not written.is_open(self.context["now"])
        return str(WrittenState.EXPIRED if is_over else written.state)


class EngagementOut(serializers.Serializer[Engagement]):
    """A question with its two people, and what they write to each other. `written`: null for one of sessions alone."""

    # The context names the `reader`, `now` and by engagement `newest` (Message) and `written` (WrittenQuestion).

    uuid = serializers.UUIDField()
    mentor = MentorOut()
    mentee = MenteeOut()
    brief = BriefOut()
    written = serializers.SerializerMethodField()
    unread = serializers.IntegerField(source="new", help_text="How many messages you haven't read.")
    newest_at = serializers.SerializerMethodField(help_text="When the newest message was sent.")
    is_closed = serializers.SerializerMethodField(help_text="Nothing can be added to it any more.")
    links = serializers.SerializerMethodField(help_text="Addresses of this, its page, and what you can do with it now.")
    example: dict[str, Any] = {
        "uuid": "5c1f8a52-9f5e-4f5a-8f7e-6d5c4b3a2f1e",
        "mentor": {"slug": "priya-raman", "name": "Priya Raman"},
        "mentee": {"name": "Sam Okafor"},
        "brief": {"issue_type": "", "situation": "", "tried": "", "needed_by": None, **BRIEF},
        "written": {
            "state": "asked",
            "version": 0,
            "asked_at": "2026-11-24T13:46:00Z",
            "answer_by": "2026-11-26T13:46:00Z",
            "settled_at": None,
            "reason": "",
            "answer": None,
        },
        "unread": 0,
        "newest_at": None,
        "is_closed": False,
        "links": {
            "self": "https://mentoring.example.org/api/v1/engagements/5c1f8a52-9f5e-4f5a-8f7e-6d5c4b3a2f1e/",
            "page": "https://mentoring.example.org/messages/5c1f8a52-9f5e-4f5a-8f7e-6d5c4b3a2f1e/",
        },
    }

    @extend_schema_field(WrittenOut(allow_null=True))
    def get_written(self, engagement: Engagement) -> Any:
        written = self.context["written"].get(engagement.pk)
        return WrittenOut(written, context=self.context).data if written else None

    @extend_schema_field(Instant(allow_null=True))
    def get_newest_at(self, engagement: Engagement) -> str | None:
        newest = self.context["newest"].get(engagement.pk)
        return utc_second_text(newest.sent_at) if newest else None

    def get_is_closed(self, engagement: Engagement) -> bool:
        return engagement.closed_at is not None

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "uri"}})
    def get_links(self, engagement: Engagement) -> dict[str, str]:
        acts = {f"api_engagement_{act}": act for act in self.possible_acts(engagement)}
        named = {"api_engagement": "self", "thread": "page"}
        named |= {"api_engagement_messages": "messages", "api_engagement_files": "files"}
        return {name: absolute_url(route, engagement.uuid) for route, name in (named | acts).items()}

    def possible_acts(self, engagement: Engagement) -> list[str]:
        written: WrittenQuestion | None = self.context["written"].get(engagement.pk)
        if written is None:
            return []
        is_mentor = self.context["reader"].pk == engagement.mentor_id
        possible = {
            "decline": is_mentor and written.is_open(self.context["now"]),
            "withdraw": not is_mentor and written.is_open(self.context["now"]),
            "feedback": not is_mentor and written.state == WrittenState.ANSWERED,
        }
        return [act for act, can in possible.items() if can]


class AskedOut(EngagementOut):
    help = serializers.SerializerMethodField()
    example = EngagementOut.example | {"help": None}

    @extend_schema_field(HelpOut(allow_null=True))
    def get_help(self, engagement: Engagement) -> Any:
        found = find_help(engagement.brief.texts)
        return HelpOut(found).data if found else None


class WrittenInput(Input):
    offer = serializers.UUIDField(help_text="The `id` of an offer with the format `writing`.")
    brief = BriefBody()
    example = {"offer": "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f", "brief": BRIEF}


class MessageInput(Input):
    body = Text(max_length=MESSAGE_LENGTH)
    answers = YesNo(
        required=False,
        help_text="Of a mentor: this is the answer to a question in writing. Without it you ask something back.",
    )
    example = {"body": "Bring the letter along."}


class ReadInput(Input):
    message = serializers.UUIDField(help_text="The newest message that you have read; all before it count as read.")
    example = {"message": MessageOut.example["uuid"]}


class MessagesQuery(PageQuery):
    after = serializers.UUIDField(
        required=False, help_text="Only messages after this one, oldest first. Without it: newest first."
    )


class EngagementView(ApiView):
    """An engagement of the caller's own. Other people's are a 404, like one that doesn't exist."""

    def answer_with(self, uuid: UUID, shape: type[EngagementOut] = EngagementOut, **options: Any) -> Response:
        return Response(self.draw([get_object_or_404(self.mine(), uuid=uuid)], shape)[0], **options)

    def mine(self) -> QuerySet[Engagement]:
        """All of the caller's, with what `EngagementOut` shows of them."""
        return ThreadList(self.person).with_new(Engagement.objects.visible_to(self.person))

    def draw(self, engagements: list[Engagement], shape: type[EngagementOut] = EngagementOut) -> Any:
        newest = {message.engagement_id: message for message in newest_of(engagements)}
        asked = WrittenQuestion.objects.filter(engagement__in=engagements).select_related("answer")
        written = {row.engagement_id: row for row in asked}
        context = {"reader": self.person, "now": self.now, "newest": newest, "written": written}
        return [shape(engagement, context=context).data for engagement in engagements]

    def draw_message(self, message: Message, shape: type[MessageOut] = MessageOut) -> Any:
        return shape(message, context={"reader": self.person}).data


class EngagementsView(EngagementView):
    @api_call(name="list_engagements", summary="My conversations, newest first", answers=EngagementOut, paged=True)
    def get(self, request: Request) -> Response:
        page = read_page(self.parts, **self.read_query(), now=self.now)
        return Response(page_answer(request, self.draw(list(page.rows)), page.following))

    def parts(self, _moment: datetime) -> list[Part]:
        return [Part(self.mine(), "created_at", newest_first=True)]

    @api_call(name="ask_in_writing", summary="Ask a mentor in writing", body=WrittenInput, answers=AskedOut, status=201)
    def post(self, request: Request) -> Response:
        sent = self.read_body()
        offer, brief = find_offer(sent["offer"], self.person), BriefInput(**sent["brief"])
        if offer.format != Format.WRITING:
            raise SessionError("not_in_writing", _("This offer isn’t answered in writing. Book a time for it instead."))
        written = ask_in_writing(offer=offer, brief=brief, mentee=self.person, now=self.now, key=uuid4().hex)
        return self.answer_with(written.engagement.uuid, AskedOut, status=201)


class OneEngagementView(EngagementView):
    @api_call(name="read_engagement", summary="One conversation", answers=EngagementOut)
    def get(self, request: Request, uuid: UUID) -> Response:
        return self.answer_with(uuid)


class MessagesView(EngagementView):
    @api_call(
        name="list_messages",
        summary="The messages of a conversation",
        answers=MessageOut,
        query=MessagesQuery,
        paged=True,
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        query, engagement = self.read_query(), get_engagement(uuid, reader=self.person)
        found, after = messages_in(engagement), query.pop("after", None)
        if after is not None:
            found = found.filter(pk__gt=find_message(found, after, "after").pk)
        page = read_page(lambda _moment: [Part(found, "sent_at", newest_first=after is None)], **query, now=self.now)
        shown = list(page.rows)
        leave_out_files(shown, engagement, self.person, now=self.now)
        rows = [self.draw_message(message) for message in shown]
        return Response(page_answer(request, rows, page.following))

    @api_call(
        name="send_message",
        summary="Write to the other person, or answer their question",
        body=MessageInput,
        answers=SentMessageOut,
        status=201,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        engagement, sent = get_engagement(uuid, reader=self.person), self.read_body()
        message = send_message(
            engagement=engagement,
            body=sent["body"],
            by=self.person,
            now=self.now,
            key=uuid4().hex,
            answers=sent.get("answers", False),
        )
        return Response(self.draw_message(message, SentMessageOut), status=201)


class ReadView(EngagementView):
    @api_call(name="mark_messages_read", summary="Say how far I have read", body=ReadInput, answers=EngagementOut)
    def post(self, request: Request, uuid: UUID) -> Response:
        engagement = get_engagement(uuid, reader=self.person)
        newest = find_message(messages_in(engagement), self.read_body()["message"], "message")
        mark_read(engagement=engagement, person=self.person, until=newest.pk)
        return self.answer_with(uuid)


class WithdrawView(EngagementView):
    @api_call(name="withdraw_question", summary="Withdraw a question in writing", body=SeenInput, answers=EngagementOut)
    def post(self, request: Request, uuid: UUID) -> Response:
        written, seen = get_written(uuid, reader=self.person), str(self.read_body()["version"])
        withdraw_written(written=written, by=self.person, now=self.now, seen=seen)
        return self.answer_with(uuid)


class DeclineQuestionView(EngagementView):
    @api_call(
        name="decline_question", summary="Decline a question in writing", body=DeclineInput, answers=EngagementOut
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        written, sent = get_written(uuid, reader=self.person), self.read_body()
        decline_written(written=written, by=self.person, reason=sent["reason"], now=self.now, seen=str(sent["version"]))
        return self.answer_with(uuid)


def find_message(found: QuerySet[Message], uuid: UUID, field: str) -> Message:
    """Raises ValidationError about this input if the conversation has no such message."""
    message = found.filter(uuid=uuid).first()
    if message is None:
        raise serializers.ValidationError({field: [_("This conversation has no such message.")]}, code="rule")
    return message
