"""A value that must be there is handed on as it is; a missing one is a fault that shows itself at once."""

import pytest
from django import forms

from common.forms import field_of
from common.known import known


class ColourForm(forms.Form):
    colour = forms.ChoiceField(choices=[("red", "Red")])


@pytest.mark.parametrize("value", [0, "", False, [], "word"])
def test_known_hands_on_any_value(value):
    assert known(value) is value


def test_known_refuses_none():
    with pytest.raises(ValueError, match="missing"):
        known(None)


def test_field_of_gives_the_forms_own_copy_of_a_field():
    form = ColourForm()
    field_of(form, "colour", forms.ChoiceField).choices = [("blue", "Blue")]
    assert [value for value, _label in form.fields["colour"].choices] == ["blue"]
    assert [value for value, _label in ColourForm().fields["colour"].choices] == ["red"]


def test_field_of_refuses_a_field_of_another_kind():
    with pytest.raises(TypeError, match=r"ColourForm\.colour is not a ModelChoiceField"):
        field_of(ColourForm(), "colour", forms.ModelChoiceField)
