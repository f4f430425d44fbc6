"""What people say about a session that counts against them, and staff about a person they looked at."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from sessions_app.models import ExcuseKind
from sessions_app.models.ledger import OWN_EXCUSES, REVIEW_WORDS_LENGTH


class ExcuseForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=[(kind.value, kind.label) for kind in OWN_EXCUSES],
        error_messages={"required": _("Choose what happened"), "invalid_choice": _("Choose what happened")},
    )

    def clean_kind(self) -> ExcuseKind:
        return ExcuseKind(self.cleaned_data["kind"])


class ReviewForm(forms.Form):
    words = PlainText(
        label=_("What you found, for staff only"),
        max_length=REVIEW_WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write a few words")},
    )
