"""Files handed out by a view that has checked who asks."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404


def stored_file(key: str, *, content_type: str, filename: str = "") -> FileResponse:
    """What lies in the storage under this key, as a download if it has a name; 404 if it is gone.

    The caller says how long it may be kept.
    """
    try:
        file = default_storage.open(key)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, as_attachment=bool(filename), filename=filename, content_type=content_type)
