"""Hands out shared files, on a page and over the API. The caller has checked who asks."""

from django.http import FileResponse

from common.pages.stored import stored_file
from sessions_app.models import SharedFile


# Always a download: a browser must never open a person's file as a page of our site.
def download_file(file: SharedFile) -> FileResponse:
    response = stored_file(str(file.content.name), content_type=file.type.mimetype, filename=file.name)
    response["Cache-Control"] = "private, no-store"
    return response
