"""What managers fill in: what a programme is, how it looks, a link into it, what they write to members."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from common.addresses import validate_link
from common.forms import WRONG_DAY, ChipCheckboxes, ChipRadio, DateInput, DayField, PlainText, field_of
from mentors.models import Format, Length

from .changes import ProgrammeTexts
from .invitations import LinkInput
from .looks import LookInput, read_logo, read_origins, why_not_colour
from .models import Audience, Directory, Look, Programme, Verdict
from .models.invitations import LONGEST, LONGEST_LABEL
from .models.members import LEAST_MINUTES, LONGEST_REASON, LONGEST_UNIT, MOST_MINUTES
from .models.programmes import LONGEST_LINE, LONGEST_NAME, MOST_OPEN, MOST_SESSIONS, MOST_SHARE
from .models.rosters import LONGEST_TEXT, RosterRow
from .models.words import LONGEST_ADDRESS, LONGEST_ANNOUNCEMENT
from .rosters.acts import ListInput, RowInput
from .rosters.columns import Field
from .rosters.workbooks import can_read_workbooks
from .rules import Rules, rules_of
from .words.announcing import Words

GIVES, ASKS = "gives", "asks"
SIDES = [(ASKS, _("Look for mentors")), (GIVES, _("Mentor others"))]
TIMED = [(name, label) for name, label in Format.choices if name != Format.WRITING]
USUAL_USES, USUAL_DAYS = 50, 30


class ProgrammeForm(forms.Form):
    """`read_texts` is what the service takes."""

    use_required_attribute = False
    name = PlainText(
        label=_("Name"), max_length=LONGEST_NAME, error_messages={"required": _("Enter the programme’s name")}
    )
    line = PlainText(
        label=_("In one line"),
        help_text=_("Who it’s for, or what people get from it"),
        max_length=LONGEST_LINE,
        required=False,
    )
    first_day = DayField(label=_("First day"), widget=DateInput(), error_messages=WRONG_DAY)
    last_day = DayField(
        label=_("Last day"),
        help_text=_("Leave it empty if the programme goes on"),
        widget=DateInput(),
        required=False,
        error_messages=WRONG_DAY,
    )

    @classmethod
    def about(cls, programme: Programme, data: Any) -> "ProgrammeForm":
        names = ("name", "line", "first_day", "last_day")
        return cls(data, initial={name: getattr(programme, name) for name in names})

    def read_texts(self) -> ProgrammeTexts:
        return ProgrammeTexts(**self.cleaned_data)


def limit_field(label: Any, help_text: Any, most: int) -> forms.IntegerField:
    """A number from 1, or nothing for no limit."""
    words = _("Enter a number from 1 to %d, or leave it empty for no limit") % most
    said = dict.fromkeys(("invalid", "min_value", "max_value"), words)
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=1, max_value=most, required=False, error_messages=said
    )


class RulesForm(forms.Form):
    """`read_rules` is what the service takes."""

    members_stay = forms.BooleanField(
        label=_("Members book only our mentors"),
        help_text=_("They find nobody else, unless they share another programme with them"),
        required=False,
    )
    only_members = forms.BooleanField(
        label=_("Only members book our mentors"),
        help_text=_("People outside, and visitors, find no times of your mentors"),
        required=False,
    )
    only_seen = forms.BooleanField(
        label=_("Only members see our mentors"),
        help_text=_(
            "Nobody else finds them in search, and their pages open for nobody else. Who mentors elsewhere too stays"
            " visible, and each mentor can choose to be. There is no box on your site then."
        ),
        required=False,
    )
    most_sessions = limit_field(
        _("Sessions in 28 days"), _("That one member can book here. Leave it empty for no limit."), MOST_SESSIONS
    )
    most_open = limit_field(
        _("Mentors at a time"),
        _("With whom one member can have upcoming sessions. Leave it empty for no limit."),
        MOST_OPEN,
    )
    units_apart = forms.BooleanField(
        label=_("Nobody meets their own unit"),
        help_text=_("No one books a mentor of their own team or department. Set units on each member’s page."),
        required=False,
    )

    lengths = forms.TypedMultipleChoiceField(
        label=_("Lengths of sessions"),
        help_text=_("Choose none for all"),
        choices=Length.choices,
        coerce=int,
        widget=ChipCheckboxes,
        required=False,
        error_messages={"invalid_choice": _("Choose one of these")},
    )
    formats = forms.MultipleChoiceField(
        label=_("How sessions are held"),
        help_text=_("Choose none for all"),
        choices=TIMED,
        widget=ChipCheckboxes,
        required=False,
        error_messages={"invalid_choice": _("Choose one of these")},
    )
    first_share = limit_field(
        _("Percent of times for first-timers"),
        _(
            "Of each mentor’s free times in a week, kept until 48 hours before for members without a session here"
            " within 90 days. 25 is a good start. Leave it empty for none."
        ),
        MOST_SHARE,
    )

    @classmethod
    def about(cls, programme: Programme, data: Any) -> "RulesForm":
        rules = rules_of(programme)
        initial = {
            "members_stay": not rules.members_book_outside,
            "only_members": not rules.others_book_ours,
            "only_seen": rules.directory == Directory.MEMBERS,
            "most_sessions": rules.most_sessions,
            "most_open": rules.most_open,
            "units_apart": rules.units_apart,
            "lengths": rules.lengths,
            "formats": rules.formats,
            "first_share": rules.first_share,
        }
        return cls(data, initial=initial)

    def read_rules(self) -> Rules:
        said = self.cleaned_data
        return Rules(
            members_book_outside=not said["members_stay"],
            others_book_ours=not said["only_members"],
            most_sessions=said["most_sessions"],
            most_open=said["most_open"],
            units_apart=said["units_apart"],
            directory=Directory.MEMBERS if said["only_seen"] else Directory.PUBLIC,
            lengths=said["lengths"] or None,
            formats=said["formats"] or None,
            first_share=said["first_share"],
        )


class LinkForm(forms.Form):
    use_required_attribute = False
    label = PlainText(
        label=_("What is this link for?"),
        help_text=_("For you and the other managers, such as “Welcome mail” or “Poster in the hall”"),
        max_length=LONGEST_LABEL,
        required=False,
    )
    sides = forms.MultipleChoiceField(
        label=_("What can people do who join by it?"),
        choices=SIDES,
        widget=ChipCheckboxes,
        error_messages={"required": _("Choose at least one"), "invalid_choice": _("Choose one of these")},
    )
    most = forms.IntegerField(
        label=_("How many people can it let in?"),
        min_value=1,
        max_value=settings.MAX_INVITATION_USES,
        error_messages={"required": _("Enter a number")},
    )
    days = forms.IntegerField(
        label=_("For how many days does it work?"),
        min_value=1,
        max_value=LONGEST.days,
        error_messages={"required": _("Enter a number of days")},
    )
    needs_yes = forms.BooleanField(
        label=_("A manager lets each person in"),
        help_text=_("We email all managers when someone asks"),
        required=False,
    )
    key = PlainText(max_length=64, required=False, widget=forms.HiddenInput)

    @classmethod
    def usual(cls, data: Any = None) -> "LinkForm":
        return cls(data, initial={"sides": [ASKS], "most": USUAL_USES, "days": USUAL_DAYS, "key": uuid4().hex})

    def read_link(self) -> LinkInput:
        said = self.cleaned_data
        sides = said["sides"]
        return LinkInput(GIVES in sides, ASKS in sides, said["most"], said["days"], said["needs_yes"], said["label"])


class UnitForm(forms.Form):
    unit = PlainText(
        label=_("Unit"),
        help_text=_("Their team or department, for the rule that nobody meets their own. They see it."),
        max_length=LONGEST_UNIT,
        required=False,
    )


class ListForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=_("The list"),
        allow_empty_file=True,
        widget=forms.FileInput(),
        error_messages={"required": _("Choose a file"), "invalid": _("Choose a file")},
    )
    sides = forms.MultipleChoiceField(
        label=_("What can people on it do?"),
        help_text=_("A row can say something else for one person: mentor, mentee or both"),
        choices=SIDES,
        widget=ChipCheckboxes,
        error_messages={"required": _("Choose at least one"), "invalid_choice": _("Choose one of these")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reads_workbooks = can_read_workbooks()
        words = _("A CSV file with an email address in each row, up to %(rows)s rows and %(size)d MB")
        if reads_workbooks:
            words = _(
                "An Excel workbook (.xlsx) or a CSV file with an email address in each row, up to %(rows)s rows and"
                " %(size)d MB"
            )
        most = {"rows": f"{settings.MAX_LIST_ROWS:,}", "size": settings.MAX_LIST_BYTES // 1024**2}
        self.fields["file"].help_text = words % most
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv,.txt" if reads_workbooks else ".csv,.txt"

    def read_input(self) -> ListInput:
        """Of a file that is too large, no more is read than shows that it is."""
        upload: UploadedFile = self.cleaned_data["file"]
        sides = self.cleaned_data["sides"]
        return ListInput(upload.read(settings.MAX_LIST_BYTES + 1), GIVES in sides, ASKS in sides)


class ColumnsForm(forms.Form):
    use_required_attribute = False
    address = forms.ChoiceField(
        label=_("Email address"), error_messages={"required": _("Choose the column with the email addresses")}
    )
    name = forms.ChoiceField(label=_("Name"), required=False)
    sides = forms.ChoiceField(
        label=_("What they can do"), help_text=_("A column with mentor, mentee or both"), required=False
    )
    unit = forms.ChoiceField(label=_("Unit"), help_text=_("A team, department or faculty"), required=False)

    def __init__(self, *args: Any, headings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in Field:
            none = [] if field == Field.ADDRESS else [("", _("None"))]
            field_of(self, field, forms.ChoiceField).choices = [*none, *((one, one) for one in headings)]

    def read_columns(self) -> dict[str, str]:
        return {name: heading for name, heading in self.cleaned_data.items() if heading}


class RowForm(forms.Form):
    """One row of a list. What is wrong with it is said by the list, since that depends on the other rows, too."""

    address = PlainText(label=_("Email address"), max_length=LONGEST_TEXT, required=False)
    name = PlainText(label=_("Name"), max_length=LONGEST_TEXT, required=False)
    sides = PlainText(
        label=_("What they can do"), help_text=_("Mentor, mentee or both"), max_length=LONGEST_TEXT, required=False
    )
    unit = PlainText(label=_("Unit"), max_length=LONGEST_TEXT, required=False)
    is_kept = forms.BooleanField(label=_("Invite them although their address is outside your domains"), required=False)

    @classmethod
    def about(cls, row: RosterRow, data: Any) -> "RowForm":
        initial = {field.value: getattr(row, field) for field in Field}
        form = cls(data, initial={**initial, "is_kept": row.is_kept})
        if row.verdict != Verdict.OUTSIDE and not row.is_kept:
            del form.fields["is_kept"]
        return form

    def read_row(self) -> RowInput:
        return RowInput(**self.cleaned_data)


class MinutesForm(forms.Form):
    minutes = forms.IntegerField(
        label=_("Minutes in a week"),
        help_text=_("The most that you give in this programme. Leave it empty for no limit."),
        min_value=LEAST_MINUTES,
        max_value=MOST_MINUTES,
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            _("Enter a number from %(least)d to %(most)d, or leave it empty for no limit")
            % {"least": LEAST_MINUTES, "most": MOST_MINUTES},
        ),
    )


class ShownForm(forms.Form):
    shown = forms.BooleanField(
        label=_("Show me to everyone"),
        help_text=_("People outside of this programme find you in search, and your page opens for them."),
        required=False,
    )


class ReasonForm(forms.Form):
    reason = PlainText(
        label=_("Reason"),
        help_text=_("The person reads this. You can leave it empty."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LookForm(forms.Form):
    """`read_look` is what the service takes. An upload is decoded here, so that what is wrong with it stands beside."""

    use_required_attribute = False
    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("PNG, JPEG or WebP, up to 5 MB. It’s shown on white."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"empty": _("This file is empty. Choose another one.")},
    )
    remove_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    colour = PlainText(
        label=_("Colour"),
        help_text=_("A # and six digits or letters, like #0b5563. Leave it empty for ours."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    origins = PlainText(
        label=_("Sites that show the box"),
        help_text=_("One a line, like https://www.example.org. The box works on no other site."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, has_logo: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_logo:
            del self.fields["remove_logo"]

    @classmethod
    def about(cls, look: Look, data: Any, files: Any) -> "LookForm":
        initial = {"colour": look.colour, "origins": "\n".join(look.origins)}
        return cls(data, files, initial=initial, has_logo=bool(look.logo_key))

    def clean_logo(self) -> bytes | None:
        upload = self.cleaned_data.get("logo")
        return read_logo(upload) if isinstance(upload, UploadedFile) else None

    def clean_colour(self) -> str:
        colour = str(self.cleaned_data["colour"]).lower()
        if refusal := why_not_colour(colour):
            raise refusal.as_form_error()
        return colour

    def clean_origins(self) -> tuple[str, ...]:
        return read_origins(self.cleaned_data["origins"])

    def read_look(self) -> LookInput:
        said = self.cleaned_data
        return LookInput(said["colour"], said["logo"], bool(said.get("remove_logo")), said["origins"])


class AnnouncementForm(forms.Form):
    use_required_attribute = False
    audience = forms.ChoiceField(
        label=_("Who gets it?"),
        widget=ChipRadio,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of these")),
    )
    text = PlainText(
        label=_("Text"),
        help_text=_("Plain text, up to %d characters") % LONGEST_ANNOUNCEMENT,
        max_length=LONGEST_ANNOUNCEMENT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write what you’d like to tell them")},
    )
    link = PlainText(
        label=_("Link"),
        help_text=_("A page to read on, if there is one, starting with https://"),
        max_length=LONGEST_ADDRESS,
        required=False,
        validators=[validate_link],
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, readers: Mapping[str, int]) -> None:
        """`readers`: how many people each choice reaches."""
        super().__init__(data, initial={"audience": Audience.ALL})
        choices = [(one.value, f"{one.label} ({readers[one]})") for one in Audience]
        field_of(self, "audience", forms.ChoiceField).choices = choices

    def read_words(self) -> Words:
        said = self.cleaned_data
        return Words(Audience(said["audience"]), said["text"], said["link"])
