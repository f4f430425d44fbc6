"""The forms of staff: whether a testimonial may be shown, how questions are read, and who has which role."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import LetterAct, LetterOutcome, User
from accounts.models.my_data import LONGEST_REASON
from accounts.rules.roles import StaffRoleName
from common.forms import ChipRadio, PlainText
from search.models import LONGEST_EXAMPLE

SHOW, DECLINE = "show", "decline"


class WordsForm(forms.Form):
    feedback = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    decision = forms.ChoiceField(choices=[(SHOW, _("Show")), (DECLINE, _("Don’t show"))])
    seen = PlainText(max_length=40, required=False)
    reason = PlainText(required=False, max_length=300)


ACCEPT, DISMISS, ADD, RETIRE, BRING_BACK = "accept", "dismiss", "add", "retire", "bring-back"


class ReadingForm(forms.Form):
    """One act on a proposal or an example, whose number is given, or the text of an example to add."""

    act = forms.ChoiceField(choices=[(act, act) for act in (ACCEPT, DISMISS, ADD, RETIRE, BRING_BACK)])
    number = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    text = PlainText(required=False, max_length=LONGEST_EXAMPLE)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("act") == ADD and not data.get("text"):
            self.add_error("text", _("Enter a question as someone would ask it."))
        elif data.get("act") not in (None, ADD) and not data.get("number"):
            self.add_error("number", _("Choose one."))
        return data


class AnsweredForm(forms.Form):
    message = forms.UUIDField()


class AccountEmail(PlainText):
    """An address that is turned into the person who has it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, error_messages={"required": _("Enter their email address")}, **kwargs)

    def clean(self, value: Any) -> User:
        address = super().clean(value)
        try:
            return User.objects.get_by_natural_key(address)
        except User.DoesNotExist:
            words = _("Nobody has an account with this address. Ask them to create one first")
            raise ValidationError(words, code="nobody") from None


class RoleForm(forms.Form):
    use_required_attribute = False
    email = AccountEmail(label=_("Email address"), help_text=_("Of someone who has an account"))
    role = forms.TypedChoiceField(
        label=_("Role"),
        choices=StaffRoleName.choices,
        coerce=StaffRoleName,
        widget=ChipRadio,
        error_messages={"required": _("Choose a role")},
    )


class EndRoleForm(forms.Form):
    person = forms.UUIDField()
    role = forms.ChoiceField(choices=StaffRoleName.choices)


class LetterForm(forms.Form):
    use_required_attribute = False
    act = forms.TypedChoiceField(
        label=_("What do they ask for?"),
        choices=LetterAct.choices,
        coerce=LetterAct,
        widget=ChipRadio,
        error_messages={"required": _("Choose what they ask for")},
    )
    reason = PlainText(
        label=_("How do you know it’s them?"),
        help_text=_("The owner who signs reads this. Don’t copy the letter."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say how you know it’s them")},
    )


class LetterDecisionForm(forms.Form):
    letter = forms.UUIDField()
    outcome = forms.TypedChoiceField(choices=LetterOutcome.choices, coerce=LetterOutcome)
