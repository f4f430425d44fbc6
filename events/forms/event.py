"""The form in which an organiser describes an event."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import WRONG_DAY, ChipRadio, DateInput, DayField, PlainText, field_of
from common.times import in_zone
from events.models import Event, EventKind, EventMode, Side
from events.models.events import LONGEST, MOST_PLACES, TEXT_LENGTH, TITLE_LENGTH
from events.registering.managing import EventInput
from sessions_app.forms.schedule import zone_choices

CLOSES_BEFORE = [
    (0, _("When it starts")),
    (2, _("2 hours before")),
    (24, _("1 day before")),
    (48, _("2 days before")),
    (168, _("1 week before")),
]
WRONG_TIME = {"required": _("Enter a time, like 18:30"), "invalid": _("Enter a time, like 18:30")}


NO_SUCH_TIME = _("The clocks change that day, and this time is left out. Choose another time")


def moment_of(day: date, clock: time, zone_name: str, *, before: datetime | None = None) -> datetime | None:
    """When the clocks of a zone show this; None if they never do, because they are put forward.

    `before`: the moment that was shown for a change, which stays where nothing was changed. Clocks that are put back
    show an hour twice.
    """
    zone = ZoneInfo(zone_name)
    local = datetime.combine(day, clock, zone)
    if before and before.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None) == local.replace(tzinfo=None):
        return before
    moment = local.astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M", attrs={"class": "input input--time"})


def number_field(label: Any, first: int, last: int, **kwargs: Any) -> forms.IntegerField:
    wrong = _("Enter a whole number from %(first)d to %(last)d") % {"first": first, "last": last}
    errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong)
    return forms.IntegerField(label=label, min_value=first, max_value=last, error_messages=errors, **kwargs)


# What a form of each kind leaves out, and what it begins with.
NOT_ASKED = {EventKind.SPEED: ("places_guest",), EventKind.NETWORKING: ("places_mentee", "places_mentor", "group_size")}
USUAL: dict[str, dict[str, Any]] = {EventKind.SPEED: {}, EventKind.NETWORKING: {"round_minutes": 8}}


Fieldsets = list[tuple[Any, list[forms.BoundField], bool]]


def group_fields(form: forms.Form, groups: Sequence[tuple[Any, Sequence[str], bool]]) -> Fieldsets:
    """The fields under their headings, without those that the form leaves out."""
    return [
        (heading, [form[name] for name in names if name in form.fields], is_grid) for heading, names, is_grid in groups
    ]


class EventForm(forms.Form):
    """`event`: the one that is changed, or a new one of this `kind`. `cleaned_data["said"]` is what services take."""

    use_required_attribute = False
    title = PlainText(
        label=_("Title"),
        max_length=TITLE_LENGTH,
        help_text=_("For example: Speed mentoring: first jobs"),
        error_messages={"required": _("Give the event a title")},
    )
    about = PlainText(
        label=_("What it’s about"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    mode = forms.ChoiceField(label=_("Where people meet"), choices=EventMode, widget=ChipRadio)
    place = PlainText(
        label=_("Address"),
        max_length=300,
        help_text=_("Building, room, street, city. Not needed online"),
        error_messages={"required": _("Say where people meet")},
    )
    access = PlainText(
        label=_("Access"),
        max_length=TEXT_LENGTH,
        required=False,
        help_text=_("Step-free entrance, lift, quiet room, captions: what people need to know"),
    )
    day = DayField(label=_("Day"), widget=DateInput(), error_messages=WRONG_DAY)
    time = forms.TimeField(label=_("Starts at"), widget=TimeInput(), input_formats=["%H:%M"], error_messages=WRONG_TIME)
    timezone = forms.ChoiceField(label=_("Time zone of the event"), choices=zone_choices)
    rounds_count = number_field(_("Rounds"), 2, 12, initial=6)
    round_minutes = number_field(_("Minutes for each round"), 5, 20, initial=10)
    change_minutes = number_field(_("Minutes to change tables"), 1, 5, initial=2)
    break_after = number_field(_("Break after round (0 for none)"), 0, 11, initial=3)
    break_minutes = number_field(_("Minutes of break"), 0, 60, initial=10)
    group_size = forms.TypedChoiceField(
        label=_("With each mentor"),
        coerce=int,
        choices=[
            (1, _("One mentee")),
            (2, _("Two mentees")),
            (3, _("Three mentees")),
            (4, _("Four mentees")),
        ],
        initial=1,
    )
    places_mentee = number_field(_("Places for mentees"), 1, MOST_PLACES, initial=24)
    places_mentor = number_field(_("Places for mentors"), 1, MOST_PLACES, initial=10)
    places_guest = number_field(_("Places"), 2, MOST_PLACES, initial=30)
    closes_before = forms.TypedChoiceField(
        label=_("Registration closes"), coerce=int, choices=CLOSES_BEFORE, initial=24
    )

    def __init__(
        self,
        *args: Any,
        event: Event | None = None,
        now: datetime,
        zone: str,
        kind: str = EventKind.SPEED,
        **kwargs: Any,
    ) -> None:
        self.kind = EventKind(event.kind if event else kind)
        kwargs["initial"] = (
            {"timezone": zone, "mode": EventMode.ON_SITE}
            | USUAL[self.kind]
            | (_initial_of(event) if event else {})
            | kwargs.get("initial", {})
        )
        super().__init__(*args, **kwargs)
        self.event, self.now = event, now
        self.fields["place"].required = self["mode"].value() != EventMode.ONLINE
        for name in NOT_ASKED[self.kind]:
            del self.fields[name]
        if self.kind == EventKind.NETWORKING:
            self.fields["title"].help_text = _("For example: Labs meet industry")
        known = dict(CLOSES_BEFORE)
        hours = self.initial.get("closes_before")
        if hours is not None and hours not in known:
            field_of(self, "closes_before", forms.TypedChoiceField).choices = [
                *CLOSES_BEFORE,
                (hours, ngettext_lazy("%d hour before", "%d hours before") % hours),
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "rounds_count" in cleaned and cleaned.get("break_after", 0) >= cleaned["rounds_count"]:
            words = gettext("A break comes after one of the rounds before the last")
            self.add_error("break_after", ValidationError(words, code="break"))
        start = self._start(cleaned)
        if start and not self.errors:
            cleaned["said"] = said = self._said(cleaned, start)
            self._check_span(said)
        return cleaned

    def _start(self, cleaned: dict[str, Any]) -> datetime | None:
        """The moment that the wall clock of the event's zone shows; None, with an error, for one that it never does."""
        if not {"day", "time", "timezone"} <= set(cleaned):
            return None
        before = self.event.start if self.event else None
        start = moment_of(cleaned["day"], cleaned["time"], cleaned["timezone"], before=before)
        if start is None:
            self.add_error("time", ValidationError(NO_SUCH_TIME, code="no_such_time"))
            return None
        is_same = self.event is not None and self.event.start == start
        if start <= self.now and not is_same:
            self.add_error("day", ValidationError(gettext("Choose a time that is still to come"), code="past"))
            return None
        return start

    def _said(self, cleaned: dict[str, Any], start: datetime) -> EventInput:
        until = start - timedelta(hours=cleaned["closes_before"])
        names = ("title", "about", "mode", "place", "access", "timezone", "rounds_count", "round_minutes")
        more = ("change_minutes", "break_after", "break_minutes")
        return EventInput(
            kind=self.kind,
            group_size=cleaned.get("group_size", 1),
            start=start,
            registration_until=until,
            wishes_until=until,
            places={side: cleaned[f"places_{side}"] for side in Side if f"places_{side}" in cleaned},
            **{name: cleaned[name] for name in (*names, *more)},
        )

    def _check_span(self, said: EventInput) -> None:
        length = said.during.upper - said.during.lower
        if length > LONGEST:
            words = gettext("An event lasts at most 4 hours. These rounds take %(minutes)d minutes: have fewer of them")
            minutes = round(length.total_seconds() / 60)
            self.add_error("rounds_count", ValidationError(words % {"minutes": minutes}, code="too_long"))
        if said.registration_until <= self.now and not (self.event and self.event.start == said.start):
            words = gettext("Registration would be closed already. Let it close later, or choose a later day")
            self.add_error("closes_before", ValidationError(words, code="closed"))

    @property
    def fieldsets(self) -> Fieldsets:
        """The fields under their headings, as the page shows them, and whether they stand side by side."""
        rounds = ("rounds_count", "round_minutes", "change_minutes", "break_after", "break_minutes", "group_size")
        groups: list[tuple[Any, Sequence[str], bool]] = [
            (_("The event"), ("title", "about"), False),
            (_("When"), ("day", "time", "timezone"), True),
            (_("Where"), ("mode", "place", "access"), False),
            (_("Rounds"), rounds, True),
            (_("Places"), ("places_mentee", "places_mentor", "places_guest", "closes_before"), True),
        ]
        return group_fields(self, groups)


def _initial_of(event: Event) -> dict[str, Any]:
    local = in_zone(event.start, event.timezone)
    counts = {side: event.places.filter(side=side).count() for side in event.sides}
    same = ("title", "about", "mode", "place", "access", "timezone", "rounds_count", "round_minutes", "change_minutes")
    return {
        **{name: getattr(event, name) for name in (*same, "break_after", "break_minutes", "group_size")},
        "day": local.date(),
        "time": local.time(),
        **{f"places_{side}": count for side, count in counts.items()},
        "closes_before": round((event.start - event.registration_until).total_seconds() / 3600),
    }


class CancelEventForm(forms.Form):
    use_required_attribute = False
    reason = PlainText(
        label=_("Why it’s cancelled"),
        max_length=TEXT_LENGTH,
        help_text=_("Everyone who registered gets this by email"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, so that people know")},
    )
