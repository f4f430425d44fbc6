"""What managers fill in: what a programme is, a link into it, and what they write to someone whom they shut out."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.forms import WRONG_DAY, ChipCheckboxes, DateInput, DayField, PlainText

from .changes import ProgrammeTexts
from .invitations import LinkInput
from .models import Programme
from .models.invitations import LONGEST
from .models.members import LONGEST_REASON, LONGEST_UNIT
from .models.programmes import LONGEST_LINE, LONGEST_NAME, MOST_OPEN, MOST_SESSIONS
from .rules import Rules, rules_of

GIVES, ASKS = "gives", "asks"
SIDES = [(ASKS, _("Look for mentors")), (GIVES, _("Mentor others"))]
USUAL_USES, USUAL_DAYS = 50, 30


class ProgrammeForm(forms.Form):
    """`read_texts` is what the service takes."""

    use_required_attribute = False
    name = PlainText(
        label=_("Name"), max_length=LONGEST_NAME, error_messages={"required": _("Enter the programme’s name")}
    )
    line = PlainText(
        label=_("In one line"),
        help_text=_("Who it’s for, or what people get from it"),
        max_length=LONGEST_LINE,
        required=False,
    )
    first_day = DayField(label=_("First day"), widget=DateInput(), error_messages=WRONG_DAY)
    last_day = DayField(
        label=_("Last day"),
        help_text=_("Leave it empty if the programme goes on"),
        widget=DateInput(),
        required=False,
        error_messages=WRONG_DAY,
    )

    @classmethod
    def about(cls, programme: Programme, data: Any) -> "ProgrammeForm":
        names = ("name", "line", "first_day", "last_day")
        return cls(data, initial={name: getattr(programme, name) for name in names})

    def read_texts(self) -> ProgrammeTexts:
        return ProgrammeTexts(**self.cleaned_data)


def limit_field(label: Any, help_text: Any, most: int) -> forms.IntegerField:
    """A number from 1, or nothing for no limit."""
    words = _("Enter a number from 1 to %d, or leave it empty for no limit") % most
    said = dict.fromkeys(("invalid", "min_value", "max_value"), words)
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=1, max_value=most, required=False, error_messages=said
    )


class RulesForm(forms.Form):
    """`read_rules` is what the service takes."""

    members_stay = forms.BooleanField(
        label=_("Members book only our mentors"),
        help_text=_("They find nobody else, unless they share another programme with them"),
        required=False,
    )
    only_members = forms.BooleanField(
        label=_("Only members book our mentors"),
        help_text=_("People outside, and visitors, find no times of your mentors"),
        required=False,
    )
    most_sessions = limit_field(
        _("Sessions in 28 days"), _("That one member can book here. Leave it empty for no limit."), MOST_SESSIONS
    )
    most_open = limit_field(
        _("Mentors at a time"),
        _("With whom one member can have upcoming sessions. Leave it empty for no limit."),
        MOST_OPEN,
    )
    units_apart = forms.BooleanField(
        label=_("Nobody meets their own unit"),
        help_text=_("No one books a mentor of their own team or department. Set units on each member’s page."),
        required=False,
    )

    @classmethod
    def about(cls, programme: Programme, data: Any) -> "RulesForm":
        rules = rules_of(programme)
        initial = {
            "members_stay": not rules.members_book_outside,
            "only_members": not rules.others_book_ours,
            "most_sessions": rules.most_sessions,
            "most_open": rules.most_open,
            "units_apart": rules.units_apart,
        }
        return cls(data, initial=initial)

    def read_rules(self) -> Rules:
        said = self.cleaned_data
        return Rules(
            members_book_outside=not said["members_stay"],
            others_book_ours=not said["only_members"],
            most_sessions=said["most_sessions"],
            most_open=said["most_open"],
            units_apart=said["units_apart"],
        )


class LinkForm(forms.Form):
    use_required_attribute = False
    sides = forms.MultipleChoiceField(
        label=_("What can people do who join by it?"),
        choices=SIDES,
        widget=ChipCheckboxes,
        error_messages={"required": _("Choose at least one"), "invalid_choice": _("Choose one of these")},
    )
    most = forms.IntegerField(
        label=_("How many people can it let in?"),
        min_value=1,
        max_value=settings.MAX_INVITATION_USES,
        error_messages={"required": _("Enter a number")},
    )
    days = forms.IntegerField(
        label=_("For how many days does it work?"),
        min_value=1,
        max_value=LONGEST.days,
        error_messages={"required": _("Enter a number of days")},
    )
    needs_yes = forms.BooleanField(
        label=_("A manager lets each person in"),
        help_text=_("We email all managers when someone asks"),
        required=False,
    )

    @classmethod
    def usual(cls, data: Any = None) -> "LinkForm":
        return cls(data, initial={"sides": [ASKS], "most": USUAL_USES, "days": USUAL_DAYS})

    def read_link(self) -> LinkInput:
        said = self.cleaned_data
        sides = said["sides"]
        return LinkInput(GIVES in sides, ASKS in sides, said["most"], said["days"], said["needs_yes"])


class UnitForm(forms.Form):
    unit = PlainText(
        label=_("Unit"),
        help_text=_("Their team or department, for the rule that nobody meets their own. They see it."),
        max_length=LONGEST_UNIT,
        required=False,
    )


class ReasonForm(forms.Form):
    reason = PlainText(
        label=_("Reason"),
        help_text=_("The person reads this. You can leave it empty."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
