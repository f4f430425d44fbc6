"""The form in which people choose which mails they get, and when."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.forms import ChipCheckboxes, field_of

from .models import Group, Preference
from .preferences import LEADS, MOST_LEADS
from .registry import groups_in_use

WHAT: dict[Group, Promise] = {
    Group.REMINDERS: _("Reminders of sessions and of requests waiting for your answer"),
    Group.MESSAGES: _("Messages you haven’t read after ten minutes"),
    Group.AFTERWARDS: _("After a session: whether it helped, and what came of your next step"),
    Group.PROFILE: _("Your mentor profile: received, live, changes to make"),
    Group.NEWS: _("Announcements of programmes you’re in"),
    Group.NUDGES: _("Reminders of programmes you’re in: the next step, if you haven’t taken it"),
    Group.FIGURES: _("Figures of programmes you manage, if you’ve asked for them"),
    Group.DIGEST: _("For staff: decisions waiting"),
    Group.CONTACT: _("For staff: messages from the contact page"),
    Group.SEALS: _("For staff: the daily seal of the logs"),
}


def groups_for(person: User) -> list[Group]:
    """The groups of mails that this person can get at all."""
    theirs = {Group.REMINDERS, Group.MESSAGES, Group.AFTERWARDS}
    if getattr(person, "mentor_profile", None) is not None:
        theirs.add(Group.PROFILE)
    if person.is_in_programmes:
        theirs.update({Group.NEWS, Group.NUDGES})
    if person.manages_programmes:
        theirs.add(Group.FIGURES)
    if may(person, Power.REVIEW) or may(person, Power.ATTENDANCE):
        theirs.add(Group.DIGEST)
    if may(person, Power.ANSWER):
        theirs.add(Group.CONTACT)
    if may(person, Power.RUN):
        theirs.add(Group.SEALS)
    return [group for group in WHAT if group in theirs & groups_in_use()]


class PreferenceForm(forms.Form):
    use_required_attribute = False
    mails = forms.MultipleChoiceField(label=_("Email me about"), widget=forms.CheckboxSelectMultiple, required=False)
    leads = forms.TypedMultipleChoiceField(
        label=_("Remind me before a session"),
        help_text=_("Choose up to three"),
        choices=list(LEADS.items()),
        coerce=int,
        widget=ChipCheckboxes,
        required=False,
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False)
    quiet_until = forms.TimeField(label=_("Quiet until"), required=False)

    def __init__(self, data: QueryDict | None, *, person: User, preference: Preference) -> None:
        self.preference = preference
        self.offered = groups_for(person)
        initial = {
            "mails": [group for group in self.offered if not preference.has_off(group)],
            "leads": preference.leads,
            "quiet_from": preference.quiet_from,
            "quiet_until": preference.quiet_until,
        }
        super().__init__(data, initial=initial)
        mails = field_of(self, "mails", forms.MultipleChoiceField)
        mails.choices = [(group.value, WHAT[group]) for group in self.offered]
        for name in ("quiet_from", "quiet_until"):
            self.fields[name].widget = forms.TimeInput(
                format="%H:%M", attrs={"type": "time", "class": "input input--num"}
            )

    def clean_leads(self) -> list[int]:
        leads: list[int] = self.cleaned_data["leads"]
        if len(leads) > MOST_LEADS:
            raise ValidationError(gettext("Choose up to three"), code="too_many")
        return leads

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if self.errors:
            return cleaned
        if begin and not end:
            words = gettext("Enter when quiet hours end, or leave both empty")
            self.add_error("quiet_until", ValidationError(words, code="required"))
        elif end and not begin:
            words = gettext("Enter when quiet hours start, or leave both empty")
            self.add_error("quiet_from", ValidationError(words, code="required"))
        elif begin and begin == end:
            words = gettext("Quiet hours can’t start and end at the same time")
            self.add_error("quiet_until", ValidationError(words, code="same"))
        return cleaned

    def switched_off(self) -> list[str]:
        """The groups that are off after this form. Those it didn't offer stay as they were."""
        groups = {*self.preference.off, *Group.values} - {group.value for group in self.offered}
        kept = [group for group in groups if self.preference.has_off(group)]
        return [*kept, *(group.value for group in self.offered if group.value not in self.cleaned_data["mails"])]
