"""Whatever people write comes in by one kind of field, so that it is cleaned, measured and refused the same everywhere.

A new form, serializer or admin page that takes text by another field makes this red.
"""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.forms import SimpleArrayField
from django.test import RequestFactory
from rest_framework import serializers

from accounts.forms.credentials import CodeField
from accounts.forms.second_step import PasskeyField
from accounts.models import User
from calendars.api import AppPassword
from common.api.fields import Input, Text
from common.forms import EmailText, PlainText
from sessions_app.api.room import SignalText

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "common",
    "accounts",
    "notifications",
    "trust",
    "about",
    "mentors",
    "sessions_app",
    "calendars",
    "search",
    "events",
    "staff",
    "operations",
    "demo",
    "mentoring",
)
MODULES = [
    info.name
    for app in APPS
    for info in pkgutil.walk_packages([str(ROOT / app)], f"{app}.")
    if "migrations" not in info.name
]
# Where a plain Django or REST field is made on purpose, and why
MADE_ELSEWHERE = {
    ("calendars.forms", "PasswordForm"): "a password goes to its server as it was typed",
    ("accounts.forms.credentials", "password_field"): "a password is taken exactly as it is typed",
}


def is_text(field: forms.Field) -> bool:
    """Whether people can write into it what they like."""
    kinds = (forms.CharField, forms.Field) if type(field) is forms.Field else (forms.CharField,)
    limited = (forms.SlugField, forms.UUIDField, forms.GenericIPAddressField)
    return isinstance(field, kinds) and not isinstance(field, limited)


def is_exempt(field: forms.Field) -> bool:
    """Nobody is shown what a passkey answers, and a library reads it."""
    return isinstance(field, CodeField | PasskeyField) or isinstance(field.widget, forms.PasswordInput)


def wrong_fields(fields: dict[str, forms.Field]) -> Iterator[str]:
    for name, field in fields.items():
        inner = field.base_field if isinstance(field, SimpleArrayField) else field
        if is_text(inner) and not is_exempt(inner) and not isinstance(inner, PlainText):
            yield name


def subclasses(of: type) -> Iterator[type]:
    for child in of.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    return [importlib.import_module(name).__name__ for name in MODULES]


def test_every_form_takes_text_as_plain_text(loaded):
    ours = [form for form in set(subclasses(forms.BaseForm)) if form.__module__ in loaded]

    wrong = {f"{form.__module__}.{form.__name__}.{name}" for form in ours for name in wrong_fields(form.base_fields)}

    assert len(ours) > 40
    assert wrong == set()


def test_every_call_takes_text_as_plain_text(loaded):
    ours = [shape for shape in set(subclasses(Input)) if shape.__module__ in loaded]
    # What a browser says to connect has lines of its own; `room.signals` checks its shape, and nobody is shown it.
    # Nobody is shown a password either.
    limited = (serializers.SlugField, Text, SignalText, AppPassword)

    wrong = {
        f"{shape.__name__}.{name}"
        for shape in ours
        for name, field in shape().fields.items()
        for inner in (getattr(field, "child", field),)
        if isinstance(inner, serializers.CharField) and not isinstance(inner, limited)
    }

    assert len(ours) > 10
    assert wrong == set()


@pytest.mark.django_db
def test_every_page_of_the_admin_takes_text_as_plain_text():
    request = RequestFactory().get("/admin/")
    request.user = User(is_staff=True, is_superuser=True)
    assert not isinstance(request.user, AnonymousUser)

    wrong = set()
    for model, page in admin.site._registry.items():
        if page.has_change_permission(request) or page.has_add_permission(request):
            wrong |= {f"{model.__name__}.{name}" for name in wrong_fields(page.get_form(request).base_fields)}
            for inline in page.get_inline_instances(request):
                if inline.has_change_permission(request) or inline.has_add_permission(request, None):
                    fields = inline.get_formset(request).form.base_fields
                    wrong |= {f"{inline.model.__name__}.{name}" for name in wrong_fields(fields)}

    assert wrong == set()


def test_no_other_field_for_text_is_made_anywhere():
    """Also none that a form makes for itself when it is drawn, which the walk over classes can't see."""
    made = {(module, where) for module in MODULES for where in text_fields_made_in(module)}

    assert made == set(MADE_ELSEWHERE)


def text_fields_made_in(module: str) -> Iterator[str]:
    """Names of the functions (or the class) that make a `forms.CharField`, `EmailField`, `URLField` or bare `Field`."""
    path = ROOT / Path(*module.split("."))
    file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    tree = ast.parse(file.read_text() if file.exists() else "")
    for parent in ast.walk(tree):
        if isinstance(parent, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(parent):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                    "forms.CharField",
                    "forms.EmailField",
                    "forms.URLField",
                    "forms.Field",
                    "forms.RegexField",
                }:
                    yield parent.name


class Sample(forms.Form):
    lines = PlainText(max_length=10, widget=forms.Textarea)
    line = PlainText(max_length=10)
    email = EmailText(required=False)
    key = PlainText(required=False, widget=forms.HiddenInput)


def filled(**data: str) -> Sample:
    form = Sample({"lines": "x", "line": "x", **data})
    form.is_valid()
    return form


@pytest.mark.parametrize(
    "sign", ["x", "\r\n", "👩", "葛", "\u0301"], ids=["letter", "line break", "emoji", "han", "accent"]
)
def test_what_the_page_counts_as_the_limit_is_taken(sign):
    text = "x" + 8 * sign + "x"

    assert filled(lines=text).cleaned_data["lines"] == text.replace("\r\n", "\n")
    assert filled(lines=f"{text}x").errors["lines"] == ["Use 10 characters or less. You have 11"]


def test_what_does_nothing_does_not_count():
    assert filled(lines="\ufeff" + "\u00ad\u200bx" * 10).cleaned_data["lines"] == "x" * 10


def test_only_a_text_area_has_lines():
    form = filled(lines="a\r\n\tb", line="a\r\n\tb", key="a\r\nb")

    assert {name: form.cleaned_data[name] for name in ("lines", "line", "key")} == {
        "lines": "a\n\tb",
        "line": "a b",
        "key": "a\nb",
    }


def test_what_shows_nothing_is_as_if_nothing_were_there():
    assert filled(lines="\u200b \u3164").errors["lines"] == ["This field is required."]


def test_a_browser_never_cuts_what_is_pasted():
    assert "maxlength" not in filled().as_div()


def test_what_is_refused_is_kept_and_far_too_long_text_is_not_looked_through():
    turned, long = filled(lines="a\u202eb"), filled(line="\u00ad" * 10_000)

    assert (turned.errors.as_data()["lines"][0].code, turned["lines"].value()) == ("invisible", "a\u202eb")
    assert "max_length" in {error.code for error in long.errors.as_data()["line"]}


@pytest.mark.parametrize(
    "typed", ["\u200bsam@example.org\ufeff", "\u202asam@example.org\u202c", " sam@example\u00ad.org"]
)
def test_a_pasted_address_is_understood(typed):
    assert filled(email=typed).cleaned_data["email"] == "sam@example.org"


def test_a_call_counts_and_cleans_as_a_page_does():
    lines, line = Text(max_length=10), Text(lines=False, max_length=10)

    assert lines.run_validation("x" + "\r\n" * 8 + "x") == "x" + "\n" * 8 + "x"
    assert line.run_validation("a\u2028b\u00ad") == "a b"
    with pytest.raises(serializers.ValidationError):
        lines.run_validation("a\u202eb")
    with pytest.raises(serializers.ValidationError):
        lines.run_validation("\u200b\u2060")
