"""What the admin pages of several apps share."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib.auth import get_permission_codename
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.core.paginator import Paginator
from django.db import models
from django.db.models.options import Options
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from .forms import EmailText, PlainText
from .pages.seen import CHANGED_MEANWHILE, FIELD, mark_of


class FirstRows(Paginator):
    """Pages of the first rows alone; there is a search for the others. Counting all would read a whole table."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows: models.QuerySet[Any] = cast("models.QuerySet[Any]", self.object_list)
        return rows.order_by()[: self.MOST].count()


class ReadOnly:
    """An admin page for looking only. Changes go through the services, which check and keep the log.

    An action that calls such a service is marked `permissions=["act"]`: nothing is edited here, but running it takes
    the right to change.
    """

    opts: "Options[Any]"
    paginator = FirstRows
    show_full_result_count = False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('change', self.opts)}")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def moment_text(moment: datetime) -> str:
    """As Django writes the moments of a model in the admin: in the zone of the person who reads, and with its name."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


class PlainTexts(SimpleArrayField):
    def __init__(self, base_field: forms.Field, **kwargs: Any) -> None:
        if type(base_field) is forms.CharField:
            base_field = PlainText(max_length=base_field.max_length, validators=base_field.validators)
        super().__init__(base_field, **kwargs)


# For `formfield_overrides`: text is the same plain text here as on every page.
PLAIN_TEXT: "dict[type[models.Field[Any, Any]], dict[str, Any]]" = {
    models.CharField: {"form_class": PlainText},
    models.EmailField: {"form_class": EmailText},
    models.SlugField: {"form_class": forms.SlugField},
    models.TextField: {"form_class": PlainText},
    ArrayField: {"form_class": PlainTexts},
}


class SeenForm(forms.ModelForm):
    """A form of the admin that is refused if its values have changed since it was opened: see `common.pages.seen`.

    The refusal tells at each field that would be overwritten what is stored now, and keeps what was typed. The form
    comes back with the new mark, so saving it again overwrites knowingly.
    """

    seen = PlainText(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The values that are stored now. A form that was sent has them too: it is read again before it is answered.
        stored = {name: self[name].initial for name in self.fields if name != FIELD}
        self.present = mark_of([(name, field_text(value)) for name, value in sorted(stored.items())])
        self.initial[FIELD] = self.present

    def clean(self) -> dict[str, Any]:
        data, sent = super().clean() or self.cleaned_data, self.data
        overwritten = [name for name in self.changed_data if name != FIELD]
        if self.instance.pk and overwritten and data.get(FIELD) != self.present:
            for name in overwritten:
                stored = field_text(self[name].initial) or _("nothing")
                self.add_error(name, _("Stored now: %(value)s") % {"value": stored})
            self.add_error(None, str(CHANGED_MEANWHILE))
            self.data = QueryDict(mutable=True)
            self.data.update(sent)
            self.data[self.add_prefix(FIELD)] = self.present
        return data


def field_text(value: Any) -> str:
    """A stored value of a field as text.

    Several values are sorted, so that the order in which they were read doesn't matter.
    """
    if isinstance(value, models.QuerySet | list | tuple | set):
        return ", ".join(sorted(map(str, value)))
    return "" if value is None else str(value)


class EditedModel:
    """For each ModelAdmin and inline whose rows are edited in the admin.

    Text is the same plain text as on every page, and what another person saved meanwhile is not overwritten unseen.
    """

    formfield_overrides = PLAIN_TEXT
    form: "type[forms.ModelForm[Any]]" = SeenForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Fieldsets show only the fields they name, so the hidden mark is added to the first one."""
        (title, options), *others = super().get_fieldsets(request, obj)  # type: ignore[misc]
        fields = [*options["fields"], *(() if FIELD in options["fields"] else (FIELD,))]
        return [(title, {**options, "fields": fields}), *others]
