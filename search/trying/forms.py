"""What a manager says of the made-up people on whom the rules are tried."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from programmes.forms import MinutesForm
from programmes.models import Programme
from programmes.models.members import LONGEST_UNIT, MOST_MINUTES
from programmes.models.programmes import MOST_OPEN, MOST_SESSIONS

from .made_up import MadeUpMentee, MadeUpMentor


def count_field(label: Any, help_text: Any, most: int) -> forms.IntegerField:
    """A number from 0, which is what an empty field means."""
    said = dict.fromkeys(("invalid", "min_value", "max_value"), _("Enter a number from 0 to %d") % most)
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=0, max_value=most, required=False, error_messages=said
    )


class TriedMenteeForm(forms.Form):
    """Asks only what the programme's rules look at. An address without any of it is a form not sent yet."""

    unit = PlainText(
        label=_("Their unit"),
        help_text=_("The team or department where they work. Leave it empty for none."),
        max_length=LONGEST_UNIT,
        required=False,
    )
    booked = count_field(
        _("Sessions they booked in 28 days"),
        _("In this programme. We take all of them as booked yesterday."),
        MOST_SESSIONS,
    )
    ahead = count_field(
        _("Mentors with whom they have upcoming sessions"),
        _("In this programme. We take these as booked before the 28 days."),
        MOST_OPEN,
    )
    has_met = forms.BooleanField(label=_("They had a session in this programme within 90 days"), required=False)

    @classmethod
    def about(cls, programme: Programme, data: QueryDict) -> "TriedMenteeForm":
        form = cls(data if set(data) & set(cls.base_fields) else None)
        looked_at = {
            "unit": programme.units_apart,
            "booked": programme.most_sessions is not None,
            "ahead": programme.most_open is not None,
            "has_met": programme.first_share is not None,
        }
        for name, is_asked in looked_at.items():
            if not is_asked:
                del form.fields[name]
        return form

    def read_mentee(self) -> MadeUpMentee:
        said = self.cleaned_data if self.is_bound else {}
        return MadeUpMentee(**{name: value for name, value in said.items() if value})


class TriedMentorForm(MinutesForm):
    """The field that mentors fill in, and how much of it is used up."""

    given = count_field(
        _("Minutes given that week"),
        _("In this programme, in the week of their next free time"),
        MOST_MINUTES,
    )

    @classmethod
    def about(cls, data: QueryDict) -> "TriedMentorForm":
        return cls(data if set(data) & set(cls.base_fields) else None)

    def read_mentor(self) -> MadeUpMentor:
        said = self.cleaned_data if self.is_bound else {}
        return MadeUpMentor(said.get("minutes"), said.get("given") or 0)
