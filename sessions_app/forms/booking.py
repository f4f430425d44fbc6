"""What people type when they book, move, cancel or say how it went."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.forms import PlainText, field_of
from mentors.models import Offer
from programmes.models import Programme
from sessions_app.forms.fields import StartField
from sessions_app.models.bookings import QUESTION_LENGTH, REASON_LENGTH


def question_field() -> PlainText:
    return PlainText(
        label=_("What do you want help with?"),
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write what you want help with"),
            "max_length": _("Your question must be %(limit_value)d characters or less. You have %(show_value)d"),
        },
    )


def carried_files() -> forms.BooleanField:
    """Whether the files that its mentee shared with an earlier question go along; the page says which."""
    return forms.BooleanField(required=False)


class BookingForm(forms.Form):
    offer = forms.ModelChoiceField(queryset=Offer.objects.none(), to_field_name="uuid", widget=forms.HiddenInput)
    key = PlainText(max_length=64, widget=forms.HiddenInput)
    start = StartField()
    question = question_field()
    with_files = carried_files()
    # The slug of the one that the session is to count for, where the two share several
    programme = forms.ChoiceField(
        label=_("Which programme is it for?"),
        widget=forms.RadioSelect,
        required=False,
        error_messages={
            "required": _("Choose one of your programmes"),
            "invalid_choice": _("The two of you aren’t in this programme together. Choose another one"),
        },
    )

    def __init__(
        self, *args: Any, offers: QuerySet[Offer], programmes: Sequence[Programme] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "offer", forms.ModelChoiceField).queryset = offers
        self.programmes = {programme.slug: programme for programme in programmes}
        choice = field_of(self, "programme", forms.ChoiceField)
        choice.choices = [(programme.slug, programme.name) for programme in programmes]
        choice.required = self.has_choice

    @property
    def has_choice(self) -> bool:
        return len(self.programmes) > 1

    @property
    def chosen(self) -> Programme | None:
        return self.programmes.get(self.cleaned_data["programme"])


class MoveForm(forms.Form):
    start = StartField()


class CancelForm(forms.Form):
    reason = PlainText(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Tell them why, in a few words")},
    )

    def __init__(self, *args: Any, name: str, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed
        self.fields["reason"].label = _("Tell %(name)s why") % {"name": name}


class CallOffForm(CancelForm):
    """Which sessions are called off, and why. `ahead`: how many others there are for the question.

    `needed_for_all` says whether a reason is needed if all are chosen. Requests alone end without one (`asks_why`).
    """

    ALL = "all"

    which = forms.ChoiceField(
        label=_("What do you want to cancel?"),
        widget=forms.RadioSelect,
        initial="this",
        error_messages={"required": _("Choose what you want to cancel")},
    )
    field_order = ("which", "reason")

    def __init__(self, *args: Any, ahead: int, asks_why: bool, needed_for_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        count = ngettext("Both sessions", "All %(count)d sessions", ahead)
        field_of(self, "which", forms.ChoiceField).choices = [
            ("this", _("Only this session")),
            (self.ALL, count % {"count": ahead + 1}),
        ]
        self.is_for_all = bool(ahead) and self["which"].value() == self.ALL
        if self.is_for_all:
            self.fields["reason"].required = needed_for_all
        if not ahead:
            del self.fields["which"]
        if not asks_why:
            del self.fields["reason"]
