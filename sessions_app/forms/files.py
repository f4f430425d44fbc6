"""A file to share."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from common.filetypes import ACCEPT, LABELS
from sessions_app.conversation.uploads import Upload, read_upload


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("A file"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": _("Choose a file"), "invalid": _("Choose a file")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("%(kinds)s, up to 10 MB") % {"kinds": LABELS}

    def clean_file(self) -> Upload:
        upload: UploadedFile = self.cleaned_data["file"]
        return read_upload(upload)
