"""The forms in which owners open a programme and name its managers."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.providers.configuration import list_providers
from common.forms import ChipCheckboxes, PlainText, field_of
from programmes.claims import ClaimInput
from programmes.domains import DomainInput
from programmes.forms import ASKS, GIVES, SIDES, ProgrammeForm
from programmes.managers import ProgrammeInput
from programmes.models import Directory
from programmes.models.claims import LONGEST_CLAIM
from programmes.models.programmes import LONGEST_SLUG
from sessions_app.forms.schedule import zone_choices
from staff.forms import AccountEmail


class ManagerForm(forms.Form):
    use_required_attribute = False
    email = AccountEmail(label=_("Email address of the manager"), help_text=_("Of someone who has an account"))


class DomainForm(forms.Form):
    use_required_attribute = False
    domain = PlainText(
        label=_("Domain"),
        help_text=_("What stands after the @. Domains below it don’t count."),
        max_length=253,
        error_messages={"required": _("Enter a domain, like example.org")},
    )
    sides = forms.MultipleChoiceField(
        label=_("What can people with such an address do?"),
        choices=SIDES,
        widget=ChipCheckboxes,
        error_messages={"required": _("Choose at least one"), "invalid_choice": _("Choose one of these")},
    )
    needs_yes = forms.BooleanField(
        label=_("A manager lets each person in"), help_text=_("Else they’re in when they sign in"), required=False
    )

    def read_domain(self) -> DomainInput:
        said = self.cleaned_data
        return DomainInput(said["domain"], GIVES in said["sides"], ASKS in said["sides"], said["needs_yes"])


class ClaimForm(forms.Form):
    use_required_attribute = False
    provider = forms.ChoiceField(
        label=_("Who says it?"),
        help_text=_("A provider with which people sign in here"),
        error_messages={"required": _("Choose a provider"), "invalid_choice": _("Choose a provider from the list")},
    )
    claim = PlainText(
        label=_("Claim"),
        help_text=_("The name of a claim or attribute, letter by letter, like groups"),
        max_length=LONGEST_CLAIM,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={"required": _("Enter the name of a claim")},
    )
    value = PlainText(
        label=_("Value"),
        help_text=_("What the provider says of those who belong here; of several values, one is enough"),
        max_length=LONGEST_CLAIM,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        error_messages={"required": _("Enter a value")},
    )
    sides = forms.MultipleChoiceField(
        label=_("What can these people do?"),
        choices=SIDES,
        widget=ChipCheckboxes,
        error_messages={"required": _("Choose at least one"), "invalid_choice": _("Choose one of these")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(one.slug, one.name) for one in list_providers()]
        field_of(self, "provider", forms.ChoiceField).choices = offered

    def read_claim(self) -> ClaimInput:
        said = self.cleaned_data
        return ClaimInput(said["provider"], said["claim"], said["value"], GIVES in said["sides"], ASKS in said["sides"])


class OpenProgrammeForm(ProgrammeForm):
    """`read_programme` is what the service takes, with the person whose address is in `email`."""

    slug = PlainText(
        label=_("Address"),
        help_text=_("The last part of its page’s address, like spring-cohort. Empty: made from the name."),
        max_length=LONGEST_SLUG,
        required=False,
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zone_choices,
        widget=forms.Select,
        error_messages={"invalid_choice": _("Choose a city from the list"), "required": _("Choose a city")},
    )
    email = AccountEmail(
        label=_("Email address of the first manager"), help_text=_("Someone else than you, who has an account")
    )
    field_order = ["name", "slug", "line", "first_day", "last_day", "zone", "email"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        typed = cleaned.get("slug") or cleaned.get("name") or ""
        made = slugify(typed)[:LONGEST_SLUG].strip("-")
        if cleaned.get("slug") and made != cleaned["slug"]:
            self.add_error("slug", ValidationError(_("Use small letters, digits and hyphens only"), code="invalid"))
        elif typed and not made:
            words = _("Enter an address of small letters from a to z, digits and hyphens")
            self.add_error("slug", ValidationError(words, code="required"))
        cleaned["slug"] = made
        return cleaned

    def read_programme(self) -> ProgrammeInput:
        said = self.cleaned_data
        return ProgrammeInput(
            slug=said["slug"],
            name=said["name"],
            line=said["line"],
            first_day=said["first_day"],
            last_day=said["last_day"],
            timezone=said["zone"],
            language=settings.LANGUAGE_CODE,
            directory=Directory.PUBLIC,
        )
