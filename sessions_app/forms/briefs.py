"""The brief: one question that is needed, and what its kind of need asks beside it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.forms import ChipRadio, DateInput, PlainText
from mentors.models import IssueType
from sessions_app.models import Brief
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.brief_kinds import EVERY_QUESTION, MOST_SURE, BriefQuestion, Shape, kind_of
from sessions_app.questions.suggestions import suggest_kind

from .booking import question_field


def text_field(label: Any, limit: int, *, rows: int = 0, hint: Any = "") -> PlainText:
    widget = forms.Textarea(attrs={"rows": rows, "class": "textarea textarea--short"}) if rows else forms.TextInput()
    return PlainText(label=label, max_length=limit, required=False, widget=widget, help_text=hint)


def field_for(question: BriefQuestion) -> forms.Field:
    if question.shape is Shape.SURE:
        return forms.TypedChoiceField(
            label=question.label,
            help_text=question.hint,
            choices=[(str(number), str(number)) for number in range(MOST_SURE + 1)],
            coerce=int,
            empty_value=None,
            required=False,
            widget=ChipRadio,
        )
    rows = 3 if question.shape is Shape.TEXT else 0
    return text_field(question.label, question.limit, rows=rows, hint=question.hint)


class BriefForm(forms.Form):
    """Answers to questions of other kinds are carried along in hidden fields, so that trying another kind loses
    nothing.

    The kind that the question seems to ask for is chosen beforehand. `typed` is what was typed and not saved yet.
    """

    question = question_field()
    issue_type = forms.ChoiceField(
        label=_("What kind of help is it?"), choices=IssueType.choices, required=False, widget=ChipRadio
    )
    situation = text_field(_("What’s the situation?"), 2000, rows=3)
    tried = text_field(_("What have you tried or thought of?"), 2000, rows=2)
    done_when = text_field(
        _("What would make this time well spent?"), 500, hint=_("“I know which of the two to call first.”")
    )
    needed_by = forms.DateField(
        label="",
        required=False,
        widget=DateInput(),
        error_messages={"invalid": _("Choose a day, like 2026-11-27")},
    )

    def __init__(self, data: QueryDict | None = None, *, brief: Brief, typed: Mapping[str, str] | None = None) -> None:
        own = {name: getattr(brief, name) for name in self.base_fields}
        if not (own["issue_type"] or brief.is_prepared):
            own["issue_type"] = suggest_kind(brief.question)
        super().__init__(data, initial=own | brief.answers | dict(typed or {}))
        kind = kind_of(self["issue_type"].value() or "")
        self.fields["needed_by"].label = kind.needed_by
        asked = {question.key: field_for(question) for question in kind.questions}
        unseen = {
            key: PlainText(required=False, widget=forms.HiddenInput) for key in EVERY_QUESTION if key not in asked
        }
        self.fields |= asked | unseen
        self.order_fields(["question", "issue_type", *asked])

    def brief(self) -> BriefInput:
        data = dict(self.cleaned_data)
        answers = {key: value for key in EVERY_QUESTION if (value := data.pop(key)) not in (None, "")}
        return BriefInput(**data, answers=answers)
