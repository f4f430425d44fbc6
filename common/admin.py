"""What admin pages of several apps share."""

from typing import Any

from django import forms
from django.contrib.auth import get_permission_codename
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models
from django.db.models.options import Options
from django.http import HttpRequest

from .forms import EmailText, PlainText


class ReadOnly:
    """Looked at here, changed elsewhere: through the services, which check and keep the log.

    An act that calls such a service is marked `permissions=["act"]`: nothing is edited here, but it takes the right to
    change.
    """

    opts: "Options[Any]"

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('change', self.opts)}")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlainTexts(SimpleArrayField):
    """Several short texts, each of them plain text."""

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
