"""Files that the two people of an engagement share: the same rules, limits and scanner as on pages."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import FileResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView, CountedView
from common.api.description import Download, api_call
from common.api.fields import Form, Instant
from common.api.pages import Part, page_answer, read_page
from common.api.parsing import BoundedFormParser
from common.api.problems import ApiError
from common.filetypes import LABELS, MAX_BYTES, TYPES
from common.mail.rendering import absolute_url
from sessions_app.access import get_engagement, get_readable_file, get_shared_file
from sessions_app.conversation.downloads import download_file
from sessions_app.conversation.files import add_file, remove_file
from sessions_app.conversation.uploads import Upload, read_upload, why_not_upload
from sessions_app.models import Engagement, ScanState, SharedFile

OPEN = "open"
STATES = [OPEN, ScanState.WAITING.value, ScanState.REFUSED.value, ScanState.FOUND.value]
MEDIA_TYPES = sorted({kind.mimetype.partition(";")[0] for kind in TYPES})
FILE_ID = "0b8a3c1e-52f4-4f0a-9f8b-3d5c4b3a2f1e"
URI = {"type": "string", "format": "uri"}


class SharedFileOut(serializers.Serializer[SharedFile]):
    """A shared file. Both can download it while it is `open`. Until it has been checked for viruses (`waiting`), and if
    it couldn't be (`refused`), only its owner can. If a virus was `found` in it, it was deleted.
    """

    # The context names the `reader`.

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField(source="type.mimetype")
    size = serializers.IntegerField(help_text="Bytes.")
    shared_by = serializers.CharField(source="owner.display_name")
    is_mine = serializers.SerializerMethodField(help_text="You can remove only your own.")
    shared_at = Instant(source="added_at")
    state = serializers.SerializerMethodField()
    content = serializers.SerializerMethodField(help_text="Where a program downloads it; null if you can’t.")
    page = serializers.SerializerMethodField(help_text="Where a person who is signed in downloads it.")
    example: dict[str, Any] = {
        "uuid": FILE_ID,
        "name": "offer.pdf",
        "content_type": "application/pdf",
        "size": 48213,
        "shared_by": "Priya Raman",
        "is_mine": False,
        "shared_at": "2026-11-24T13:46:00Z",
        "state": OPEN,
        "content": f"https://mentoring.example.org/api/v1/files/{FILE_ID}/",
        "page": f"https://mentoring.example.org/files/{FILE_ID}/",
    }

    def get_is_mine(self, file: SharedFile) -> bool:
        return bool(file.owner_id == self.context["reader"].pk)

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, file: SharedFile) -> str:
        return OPEN if file.is_open_to_others else file.scan

    @extend_schema_field({**URI, "type": ["string", "null"]})
    def get_content(self, file: SharedFile) -> str | None:
        return absolute_url("api_file", file.uuid) if file.is_open_to(self.context["reader"]) else None

    @extend_schema_field(URI)
    def get_page(self, file: SharedFile) -> str:
        return absolute_url("shared_file", file.uuid)


class UploadField(serializers.FileField):
    default_error_messages = {
        "required": _("Choose a file, and send it as “file”."),
        "invalid": _("Send this as a file, with its name."),
    }

    def to_internal_value(self, data: Any) -> Any:
        file: Any = super().to_internal_value(data)
        try:
            return read_upload(file)
        except ValidationError as error:
            [message] = error.messages
            if error.code == "size":
                raise ApiError("too_large", message, fields={"file": [message]}) from None
            raise serializers.ValidationError(message, code="rule") from None


class FileInput(Form):
    file = UploadField(allow_empty_file=True, help_text=f"With its name; 10 MB or less. One of: {LABELS}.")


class RemovedFileOut(serializers.Serializer[Any]):
    uuid = serializers.UUIDField()
    example = {"uuid": FILE_ID}


class FilesView(CountedView):
    """The files of an engagement of the caller's own. Other people's are a 404, before any file is read."""

    parser_classes = [BoundedFormParser]
    largest_file: ClassVar[int] = MAX_BYTES
    engagement: Engagement

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.engagement = get_engagement(kwargs["uuid"], reader=self.person)

    def count_attempt(self) -> None:
        if refusal := why_not_upload(self.request._request, self.person, now=self.now):
            raise refusal

    def draw(self, file: SharedFile) -> Any:
        return SharedFileOut(file, context={"reader": self.person}).data

    @api_call(name="list_files", summary="The files of a conversation, oldest first", answers=SharedFileOut, paged=True)
    def get(self, request: Request, uuid: UUID) -> Response:
        shown = self.engagement.files.visible_to(self.person, now=self.now).select_related("owner")
        page = read_page(lambda _moment: [Part(shown, "added_at")], **self.read_query(), now=self.now)
        return Response(page_answer(request, [self.draw(file) for file in page.rows], page.following))

    @api_call(
        name="share_file",
        summary="Share a file with the other person",
        body=FileInput,
        answers=SharedFileOut,
        status=201,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        upload: Upload = self.read_body()["file"]
        file = add_file(engagement=self.engagement, upload=upload, by=self.person, now=self.now)
        return Response(self.draw(file), status=201)


class FileView(ApiView):
    @api_call(name="download_file", summary="Download a file", answers=Download(MEDIA_TYPES))
    def get(self, request: Request, uuid: UUID) -> FileResponse:
        return download_file(get_readable_file(uuid, reader=self.person, now=self.now))

    @api_call(name="remove_file", summary="Remove a file that I shared", answers=RemovedFileOut)
    def delete(self, request: Request, uuid: UUID) -> Response:
        remove_file(file=get_shared_file(uuid, reader=self.person, now=self.now), by=self.person)
        return Response(RemovedFileOut({"uuid": uuid}).data)
