"""The form in which a mentor declines."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText


class DeclineForm(forms.Form):
    """Why a mentor can't; the person who asked is told all of it."""

    OTHER = "other"
    REASONS = (
        ("time", _("I cannot make this time")),
        ("topic", _("Somebody else can help more with this")),
        ("full", _("I have no room for more sessions now")),
        (OTHER, _("Something else")),
    )

    because = forms.ChoiceField(
        label=_("Why not"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why you cannot make it")},
    )
    line = PlainText(label=_("One line to add"), max_length=300, required=False)

    @property
    def reason(self) -> str:
        """The sentence to tell: the chosen one, followed by the line."""
        because, line = self.cleaned_data["because"], self.cleaned_data["line"]
        if because == self.OTHER:
            return str(line)
        sentence = str(dict(self.REASONS)[because])
        return f"{sentence}. {line}" if line else f"{sentence}."
