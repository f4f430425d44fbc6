"""The forms after an event: answers about meetings, and a goal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import ChipRadio, PlainText, field_of
from events.afterwards.answers import AnswerInput
from events.models import Answer, Goal, Pairing, Registration
from events.models.events import TEXT_LENGTH

USEFUL = [(1, _("Not at all")), (2, _("A little")), (3, _("Useful")), (4, _("Very useful"))]
HELPED = [(1, _("Not really")), (2, _("A bit")), (3, _("Yes")), (4, _("Yes, a lot"))]
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
ASKED = ("useful", "again", "takeaway")


@dataclass(frozen=True, slots=True)
class MeetingFields:
    pair: Pairing
    partner: Registration
    fields: Sequence[forms.BoundField]
    takeaway: str


class AnswersForm(forms.Form):
    """Three short questions for each meeting, none of which has to be answered."""

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        registration: Registration,
        pairs: Sequence[Pairing],
        known: Mapping[int, Answer],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.registration, self.pairs = registration, pairs
        self.initial_takeaways = {pair.pk: known[pair.pk].takeaway if pair.pk in known else "" for pair in pairs}
        for pair in pairs:
            before = known.get(pair.pk, Answer())
            again = {True: "yes", False: "no", None: ""}[before.again]
            self.fields[f"useful_{pair.pk}"] = forms.TypedChoiceField(
                label=_("Was it useful?"),
                choices=USEFUL,
                coerce=int,
                empty_value=None,
                required=False,
                initial=before.useful,
                widget=ChipRadio,
            )
            self.fields[f"again_{pair.pk}"] = forms.ChoiceField(
                label=_("Talk again?"), choices=YES_NO, required=False, initial=again, widget=ChipRadio
            )
            self.fields[f"takeaway_{pair.pk}"] = PlainText(
                label=_("What you take away"), max_length=TEXT_LENGTH, required=False, initial=before.takeaway
            )

    @property
    def meetings(self) -> list[MeetingFields]:
        return [
            MeetingFields(
                pair,
                pair.partner_of(self.registration),
                [self[f"{name}_{pair.pk}"] for name in ASKED],
                self.initial_takeaways[pair.pk],
            )
            for pair in self.pairs
        ]

    def said(self) -> dict[int, AnswerInput]:
        # Of a meeting that has ended since the page was drawn, nothing was asked there.
        asked = [pair.pk for pair in self.pairs if any(f"{name}_{pair.pk}" in self.data for name in ASKED)]
        return {key: self._said_of(key) for key in asked}

    def _said_of(self, key: int) -> AnswerInput:
        again = {"yes": True, "no": False}.get(self.cleaned_data[f"again_{key}"])
        return AnswerInput(self.cleaned_data[f"useful_{key}"], again, self.cleaned_data[f"takeaway_{key}"])


class GoalForm(forms.Form):
    use_required_attribute = False
    text = PlainText(
        label=_("In three months I’ll have …"),
        help_text=_("One sentence: something small enough to do, and plain enough to tell whether it’s done."),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write your goal in one sentence")},
    )
    witness = forms.TypedChoiceField(
        label=_("Who may ask you about it?"),
        help_text=_("They see your goal and agree with one press. In three months we ask you both how it went."),
        coerce=int,
        empty_value=None,
        required=False,
        widget=ChipRadio,
    )

    def __init__(self, *args: Any, witnesses: Sequence[Registration], goal: Goal | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"text": goal.text, "witness": goal.witness_id or ""} if goal else {"witness": ""}
        super().__init__(*args, **kwargs)
        self.witnesses = {one.pk: one for one in witnesses}
        choices = [("", _("Nobody")), *((one.pk, one.board_name) for one in witnesses)]
        field_of(self, "witness", forms.TypedChoiceField).choices = choices
        if not witnesses:
            del self.fields["witness"]

    @property
    def chosen_witness(self) -> Registration | None:
        return self.witnesses.get(self.cleaned_data.get("witness") or 0)


class HelpedForm(forms.Form):
    """After office hours: one press."""

    use_required_attribute = False
    helped = forms.TypedChoiceField(
        label=_("Did it help?"),
        choices=HELPED,
        coerce=int,
        widget=ChipRadio,
        error_messages={"required": _("Choose how much it helped")},
    )
