"""How forms look: our classes and ids on every control, and one place for the markup of label, hint and error."""

from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Input
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .texts import clean_text, one_line, shows_nothing, validate_plain_text

F = TypeVar("F", bound=forms.Field)

FIRST_YEAR, LAST_YEAR = 2000, 2200
WRONG_DAY = {"required": _("Choose a day"), "invalid": _("Enter a date, like 2026-11-30")}
CLASSES: list[tuple[type[forms.Widget], str]] = [
    (forms.HiddenInput, ""),
    (forms.CheckboxInput, ""),
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (Input, "input"),
]


def widget_class(widget: forms.Widget) -> str:
    return next((css for kind, css in CLASSES if isinstance(widget, kind)), "")


def field_of(form: forms.BaseForm, name: str, kind: type[F]) -> F:
    """A form's own copy of one of its fields, as the kind of field that it is declared to be.

    For what is only known once the form is made, such as choices. Raises TypeError for a field of another kind.
    """
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{type(form).__name__}.{name} is not a {kind.__name__}.")
    return field


class OurBoundField(BoundField):
    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        # A widget that brings its own class (the admin's do) keeps it.
        css = widget_class(widget)
        if css and "class" not in built and "class" not in widget.attrs:
            built["class"] = css
        if self.counts and self.auto_id and not self.field.widget.attrs.get("aria-describedby"):
            built["aria-describedby"] = " ".join(filter(None, [built.get("aria-describedby"), f"{self.auto_id}_count"]))
        return built

    @property
    def is_check(self) -> bool:
        """Whether it is a single checkbox, whose label goes beside it."""
        return type(self.field.widget) is forms.CheckboxInput

    @property
    def counts(self) -> bool:
        """Whether to show how much of it is used: for long text with a limit."""
        return isinstance(self.field.widget, forms.Textarea) and self.limit is not None

    @property
    def limit(self) -> int | None:
        return getattr(self.field, "max_length", None)

    @property
    def used(self) -> int:
        # As browsers count: a line break is one character.
        return len(str(self.value() or "").replace("\r\n", "\n"))

    @property
    def focus_id(self) -> str:
        """The id that a link in the error summary leads to.

        Groups of radio buttons have none of their own that takes the focus.
        """
        return self.id_for_label or f"{self.auto_id}_0"


# As Django's template `attrs.html`
def draw_attributes(attributes: dict[str, Any]) -> str:
    drawn = []
    for name, value in attributes.items():
        if value is True:
            drawn.append(f" {escape(name)}")
        elif value is not False:
            drawn.append(f' {escape(name)}="{conditional_escape(value)}"')
    return "".join(drawn)


def draw_input(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{conditional_escape(widget["value"])}"'
    kind, name = escape(widget["type"]), escape(widget["name"])
    return SafeString(f'<input type="{kind}" name="{name}"{value}{draw_attributes(widget["attrs"])}>')


def draw_textarea(widget: dict[str, Any]) -> SafeString:
    value = conditional_escape(widget["value"]) if widget["value"] else ""
    return SafeString(
        f'<textarea name="{escape(widget["name"])}"{draw_attributes(widget["attrs"])}>\n{value}</textarea>'
    )


class FormRenderer(DjangoTemplates):
    """Looks for templates in our folder, then in the apps' (the admin brings its own), then in Django's.

    The plainest controls of Django are drawn without: their templates take longer than the rest of a short form.
    """

    drawn = {
        "django/forms/widgets/email.html": draw_input,
        "django/forms/widgets/hidden.html": draw_input,
        "django/forms/widgets/text.html": draw_input,
        "django/forms/widgets/textarea.html": draw_textarea,
    }

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = OurBoundField

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        draw = self.drawn.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)

    @cached_property
    def engine(self) -> Any:
        built_in = Path(forms.__file__).parent / "templates"
        folders = [settings.BASE_DIR / "templates", built_in]
        return self.backend({"APP_DIRS": True, "DIRS": folders, "NAME": "forms", "OPTIONS": {}})


class PlainText(forms.CharField):
    """The only field for text that people type.

    The text is cleaned (see `common.texts`) before it is measured, so a line break counts as one character, as on the
    page. Only a text area, or a hidden field that carries its text along, keeps lines; elsewhere line breaks become
    blanks.
    """

    default_error_messages = {"max_length": _("Use %(limit_value)d characters or less. You have %(show_value)d")}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and not self._is_far_too_long(value):
            value = clean_text(value) if self.has_lines else one_line(value)
            validate_plain_text(value)
            if self.required and shows_nothing(value):
                value = ""
        return super().to_python(value)

    @property
    def has_lines(self) -> bool:
        return isinstance(self.widget, forms.Textarea) or self.widget.is_hidden

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Leaves out `maxlength`: browsers count an emoji as two, and cut pasted text without telling."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def _is_far_too_long(self, text: str) -> bool:
        """Whether it is refused for its length anyway, so that there is no need to clean it first."""
        return self.max_length is not None and len(text) > 20 * self.max_length + 1000


class EmailText(PlainText, forms.EmailField):
    """An email address as people paste it, with whatever a mail program or word processor puts around it."""


class DateInput(forms.DateInput):
    """The browser's date field. Its value is always in this format, also when it is typed."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"class": "input input--date"})


class DayField(forms.DateField):
    """Refuses days at the ends of the calendar, which some zone's clock can't show."""

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValidationError(_("Choose a day that isn’t so far away"), code="far")


class ChipRadio(forms.RadioSelect):
    template_name = "components/widgets/chips.html"
    option_template_name = "components/widgets/chip.html"


class ChipCheckboxes(forms.CheckboxSelectMultiple):
    template_name = "components/widgets/chips.html"
    option_template_name = "components/widgets/chip.html"
