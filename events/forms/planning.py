"""The forms of wishes, of tables, and of two people in a plan."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.forms import ChipRadio, PlainText
from events.models import Event, EventTable, Registration, Side, WishKind
from events.planning.plans import MOST_TABLES
from events.planning.tables import TableInput
from events.planning.wishes import shown_name

NAME_LENGTH = 40


class WishesForm(forms.Form):
    """One choice for each person whom one could meet; `cleaned_data["wishes"]` has those that say something."""

    use_required_attribute = False

    def __init__(self, *args: Any, others: list[Registration], known: dict[int, str], by_question: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.others, self.by_question = others, by_question
        people = [("", _("Either way")), *WishKind.choices]
        questions = [("", _("Either way")), (WishKind.LIKE, _("I can help with this")), (WishKind.NO, _("Not for me"))]
        for one in others:
            self.fields[f"wish_{one.pk}"] = forms.ChoiceField(
                label=one.question or gettext("No question yet") if by_question else shown_name(one),
                choices=questions if by_question else people,
                required=False,
                initial=known.get(one.pk, ""),
                widget=ChipRadio,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = {one.pk: cleaned.get(f"wish_{one.pk}", "") for one in self.others}
        cleaned["wishes"] = {pk: kind for pk, kind in chosen.items() if kind}
        return cleaned

    @property
    def rows(self) -> list[tuple[Registration, forms.BoundField]]:
        return [(one, self[f"wish_{one.pk}"]) for one in self.others]


class TablesForm(forms.Form):
    """One table a line, with what is special about it in brackets: `Window (screen)`, `Corner (quiet)`."""

    use_required_attribute = False
    tables = PlainText(
        label=_("Tables"),
        help_text=_("One a line. Add (screen) if people online can join there, and (quiet) for a quiet one."),
        max_length=MOST_TABLES * (NAME_LENGTH + 20),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Name at least one table")},
    )

    def __init__(self, *args: Any, tables: list[EventTable], **kwargs: Any) -> None:
        kwargs["initial"] = {"tables": "\n".join(line_of(table) for table in tables)}
        super().__init__(*args, **kwargs)

    def clean_tables(self) -> list[TableInput]:
        lines = [line.strip() for line in self.cleaned_data["tables"].splitlines() if line.strip()]
        tables = [read_table(line) for line in lines]
        names = [table.name.casefold() for table in tables]
        if twice := {name for name in names if names.count(name) > 1}:
            words = gettext("Two tables have the same name: %(name)s") % {"name": sorted(twice)[0]}
            raise ValidationError(words, code="twice")
        if any(not table.name or len(table.name) > NAME_LENGTH for table in tables):
            raise ValidationError(gettext("Give each table a name of at most 40 characters"), code="name")
        if len(tables) > MOST_TABLES:
            raise ValidationError(gettext("Name at most %(most)d tables") % {"most": MOST_TABLES}, code="many")
        return tables


class PairForm(forms.Form):
    """Two people of an event, to look at what a plan says of them; `one` is the mentee, where there are sides."""

    use_required_attribute = False

    def __init__(self, *args: Any, event: Event, people: Iterable[Registration], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_name = sorted((one for one in people if one.is_in), key=lambda one: (one.board_name.casefold(), one.pk))
        if event.is_for_equals:
            self.add_person("one", gettext("One"), by_name)
            self.add_person("other", gettext("The other"), by_name)
        else:
            self.add_person("one", str(Side.MENTEE.label), [one for one in by_name if one.side != Side.MENTOR])
            self.add_person("other", str(Side.MENTOR.label), [one for one in by_name if one.side == Side.MENTOR])

    def add_person(self, name: str, label: str, people: Iterable[Registration]) -> None:
        unchosen = gettext("Choose a person")
        choices = [("", unchosen), *((one.pk, one.board_name) for one in people)]
        errors = {"required": unchosen}
        self.fields[name] = forms.TypedChoiceField(label=label, choices=choices, coerce=int, error_messages=errors)

    def clean_other(self) -> int:
        other: int = self.cleaned_data["other"]
        if other == self.cleaned_data.get("one"):
            raise ValidationError(gettext("Choose two different people"), code="same")
        return other


def line_of(table: EventTable) -> str:
    marks = [word for word, is_so in (("screen", table.has_screen), ("quiet", table.is_quiet)) if is_so]
    return f"{table.name} ({', '.join(marks)})" if marks else table.name


def read_table(line: str) -> TableInput:
    name, bracket, rest = line.rpartition("(")
    words = {word.strip().casefold() for word in rest.rstrip(") ").split(",")}
    if not bracket or not words <= {"screen", "quiet"}:
        return TableInput(line)
    return TableInput(name.strip(), has_screen="screen" in words, is_quiet="quiet" in words)
