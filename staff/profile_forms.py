"""The forms of a reviewer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from mentors.moderation.checklist import JUDGED, POINTS, TIMES, Finding

APPROVE, CHANGES = "approve", "changes"
SENTENCE_LENGTH = 300
REASON_LENGTH = 500
NEVER = -1


@dataclass(frozen=True, slots=True)
class PointFields:
    """One point of the checklist on the page: the program's finding, the box (None for a fact), the sentence."""

    finding: Finding
    box: BoundField | None
    sentence: BoundField


class SeenForm(forms.Form):
    """`seen` is the version of the profile that was read. Without a valid one it equals no version."""

    seen = PlainText(max_length=40, widget=forms.HiddenInput, required=False)

    def clean_seen(self) -> int:
        seen = self.cleaned_data["seen"]
        return int(seen) if re.fullmatch("[0-9]{1,9}", seen) else NEVER

    def show_version(self, version: int) -> None:
        """Let the form stand for this version, once the page has told that the profile has changed."""
        self.data = MultiValueDict({**dict(self.data.lists()), "seen": [str(version)]})  # type: ignore[attr-defined]


class ReviewForm(SeenForm):
    """The checklist. To approve, every box is ticked; to ask for changes, every unticked one has its sentence."""

    decision = forms.ChoiceField(choices=[(APPROVE, APPROVE), (CHANGES, CHANGES)], widget=forms.HiddenInput)

    def __init__(self, *args: Any, findings: Sequence[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = findings
        for point in POINTS:
            if point.key != TIMES:
                self.fields[f"ok_{point.key}"] = forms.BooleanField(label=str(point.title), required=False)
            self.fields[f"say_{point.key}"] = PlainText(
                label=_("If not: what should change?"),
                max_length=SENTENCE_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2, "class": "textarea textarea--short"}),
            )

    @property
    def points(self) -> list[PointFields]:
        return [
            PointFields(
                finding=finding,
                box=self[f"ok_{finding.point.key}"] if f"ok_{finding.point.key}" in self.fields else None,
                sentence=self[f"say_{finding.point.key}"],
            )
            for finding in self.findings
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for point in JUDGED:
            key, names = point.key, {"point": point.short}
            if data.get(f"ok_{key}"):
                continue
            if data.get("decision") == APPROVE:
                self.add_error(f"ok_{key}", _("%(point)s: tick this, or ask for changes") % names)
            elif f"say_{key}" not in self.errors and not data.get(f"say_{key}", "").strip():
                self.add_error(f"say_{key}", _("%(point)s: say what should change, or tick the box") % names)
        return data

    def requested_changes(self) -> dict[str, str]:
        """What goes to the mentor word for word: of a ticked point nothing is told."""
        data = self.cleaned_data
        return {
            point.key: data[f"say_{point.key}"]
            for point in POINTS
            if not data.get(f"ok_{point.key}") and data[f"say_{point.key}"].strip()
        }


class ReasonForm(SeenForm):
    """A decision with a reason, which the mentor reads."""

    until = forms.DateField(
        label=_("Away until"),
        help_text=_("The first day people can book again."),
        widget=forms.DateInput(attrs={"type": "date", "class": "input input--date"}),
        error_messages={"required": _("Choose a day"), "invalid": _("Choose a day, like 2026-12-07")},
    )
    reason = PlainText(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Enter a reason")},
    )

    def __init__(self, *args: Any, asks_date: bool, needs_reason: bool, hint: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_date:
            del self.fields["until"]
        self.fields["reason"].required = needs_reason
        self.fields["reason"].help_text = hint
