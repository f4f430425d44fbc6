"""The form in which a mentor declines."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText


class DeclineForm(forms.Form):
    """Why a mentor can't; the person who asked is told all of it."""

    OTHER = "other"
    REASONS = (
        ("time", _("I can’t make this time")),
        ("topic", _("Someone else can help more with this")),
        ("full", _("I can’t take more sessions now")),
        (OTHER, _("Something else")),
    )

    because = forms.ChoiceField(
        label=_("Reason"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why you can’t make it")},
    )
    line = PlainText(label=_("Anything to add"), max_length=300, required=False)

    @property
    def reason(self) -> str:
        """The sentence to tell: the chosen one, followed by the line."""
        because, line = self.cleaned_data["because"], self.cleaned_data["line"]
        if because == self.OTHER:
            return str(line)
        sentence = str(dict(self.REASONS)[because])
        return f"{sentence}. {line}" if line else f"{sentence}."


class AwayForm(forms.Form):
    until = forms.DateField(
        label=_("Back on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose the day you’re back"), "invalid": _("Choose the day you’re back")},
    )
