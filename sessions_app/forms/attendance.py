"""What people write about a session that someone missed, and what staff write when they decide."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from common.known import known
from common.times import when_text
from sessions_app.models import AttendanceKind, Booking
from sessions_app.models.attendance import WORDS_LENGTH

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def words_field(label: "StrPromise", **options: Any) -> PlainText:
    return PlainText(
        label=label,
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write a few words")},
        **options,
    )


class AnswerForm(forms.Form):
    words = words_field(_("What happened"), required=False, help_text=_("The other person will read this."))


class ExplainForm(forms.Form):
    words = words_field(_("What happened"), help_text=_("You can only send this once."))


class ContestForm(forms.Form):
    words = words_field(
        _("What isn’t right?"),
        help_text=_("Our team and the other person will read this, along with when each of you joined."),
    )


class DecisionForm(forms.Form):
    session = forms.UUIDField()
    seen = PlainText(max_length=40, required=False, widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        choices=[
            (AttendanceKind.MENTEE_MISSED, ""),
            (AttendanceKind.MENTOR_MISSED, ""),
            (AttendanceKind.HELD, ""),
        ]
    )
    reason = words_field(_("Your message to both"), required=False)

    def name_session(self, booking: Booking, *, zone: str, hour12: bool, now: datetime) -> None:
        # Several of these forms can be on one page
        facts = {
            "mentor": booking.mentor.display_name,
            "mentee": known(booking.mentee).display_name,
            "when": when_text(booking.start, zone=zone, now=now, hour12=hour12, short=True),
        }
        self.fields["reason"].label = gettext("Your message to %(mentor)s and %(mentee)s, %(when)s") % facts
