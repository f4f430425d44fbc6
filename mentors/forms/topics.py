"""The form of a topic, on staff's page and in the admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText, field_of
from mentors.errors import MOVED_ON, ProfileError
from mentors.models import Topic
from mentors.services import refuse_third_level, save_topic

MAX_SYNONYMS = 30


class SynonymsField(PlainText):
    """Words separated by commas, each kept once and in the given order."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> list[str]:
        words = [" ".join(part.split()) for part in str(super().clean(value) or "").split(",")]
        kept = list({word.lower(): word for word in words if word}.values())
        if len(kept) > MAX_SYNONYMS:
            raise forms.ValidationError(_("Enter up to 30 words or phrases."), code="max")
        if any(len(word) > 60 for word in kept):
            raise forms.ValidationError(_("Each word or phrase must be 60 characters or less."), code="length")
        return kept


class TopicForm(forms.ModelForm):
    is_stale = False
    synonyms = SynonymsField(
        label=_("Other words for it"),
        help_text=_("Separate them with commas: salary talk, pay rise."),
        required=False,
        max_length=2000,
    )

    class Meta:
        model = Topic
        fields = ["name", "parent", "synonyms", "position", "is_active"]
        field_classes = {"name": PlainText}
        labels = {"parent": _("Belongs to"), "position": _("Position in the list"), "is_active": _("Shown to people")}
        help_texts = {
            "parent": _("Leave it empty for a first-level topic."),
            "position": _("Smaller numbers come first."),
            "is_active": _("A hidden topic stays on profiles that have it, but nobody can choose it any more."),
        }
        error_messages = {
            "name": {"required": _("Enter a name"), "unique": _("There’s already a topic with this name")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            parent = field_of(self, "parent", forms.ModelChoiceField)
            parent.queryset = Topic.objects.roots().exclude(pk=self.instance.pk)
            parent.empty_label = _("None: first level")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        parent = data.get("parent")
        if parent is not None:
            try:
                refuse_third_level(Topic(pk=self.instance.pk, parent=parent))
            except ProfileError as error:
                self.add_error("parent", error.as_form_error())
        return data

    def try_to_save(self, seen: str | None = None) -> bool:
        """Save through the service; False, with an error on the form, if it was changed by another person meanwhile."""
        try:
            save_topic(topic=self.instance, seen=seen)
        except ProfileError as error:
            self.is_stale = error.code == MOVED_ON
            self.add_error(None if self.is_stale else "parent", error.as_form_error())
        return not self.errors
