"""Serves stored files from views that have checked who asks."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404


def stored_file(key: str, *, content_type: str, filename: str = "") -> FileResponse:
    """The file in the storage under this key, as a download if it has a name. Raises Http404 if it is gone.

    The caller sets how long it may be cached.
    """
    try:
        file = default_storage.open(key)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, as_attachment=bool(filename), filename=filename, content_type=content_type)
