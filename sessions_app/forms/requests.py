"""sessions_app.forms.requests"""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText


class DeclineForm(forms.Form):
    """Why a mentor can't; all of it is told to the person who asked."""

    OTHER = "other"

    because = forms.ChoiceField(
        label=_("Why not"),
        choices=[
            ("time", _("I cannot make this time")),
            ("topic", _("Somebody else can help more with this")),
            ("full", _("I have no room for more sessions now")),
            (OTHER, _("Something else")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why you cannot make it")},
    )
    line = PlainText(label=_("One line to add"), max_length=300, required=False)

    @property
    def reason(self) -> str:
        """The sentence that is told: the chosen one, with the line after it."""
        because, line = self.cleaned_data["because"], self.cleaned_data["line"]
        if because == self.OTHER:
            return str(line)
        field = self.fields["because"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        sentence = str(dict(field.choices)[because])  # type: ignore[arg-type]
        return f"{sentence}. {line}" if line else f"{sentence}."
