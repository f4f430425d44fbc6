"""A page with every component in all its states, for development."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .forms import ChipCheckboxes, ChipRadio, EmailText, PlainText

LENGTHS = [("15", "15 min"), ("25", "25 min"), ("45", "45 min")]
# A fixed moment, so that two screenshots of this page differ only where the design does.
NOW = datetime(2026, 11, 24, 13, 46, tzinfo=UTC)


class KitForm(forms.Form):
    question = PlainText(
        label="What do you want to leave with?",
        help_text="Priya reads this before you meet.",
        max_length=500,
        widget=forms.Textarea,
        error_messages={"required": "Write what you want to leave with"},
    )
    email = EmailText(label="Email address", help_text="We send the joining link here")
    city = forms.ChoiceField(label="City", choices=[("london", "London"), ("lagos", "Lagos")], required=False)
    length = forms.ChoiceField(label="How long", choices=LENGTHS, widget=ChipRadio)
    days = forms.MultipleChoiceField(
        label="Days", choices=[("1", "Monday"), ("2", "Tuesday")], widget=ChipCheckboxes, required=False
    )
    helped = forms.ChoiceField(
        label="Did it help?",
        choices=[("yes", "Yes, a lot"), ("bit", "Yes, a bit"), ("no", "Not really")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose an answer"},
    )
    photo = forms.FileField(label="Photo", required=False)
    consent = forms.BooleanField(label="Show this without my name", required=False)


@login_not_required
def kit_page(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/kit.html", kit_context())


def kit_context() -> dict[str, Any]:
    start = NOW.replace(day=26, hour=14, minute=30)
    spring = datetime(2027, 3, 30, 13, 30, tzinfo=UTC)
    return {
        "now": NOW,
        "viewer_zone": "Europe/London",
        "zone_is_known": True,
        "rail": [(NOW + timedelta(minutes=44), NOW + timedelta(minutes=69))],
        "start": start,
        "end": start + timedelta(minutes=25),
        "spring": spring,
        "slots": [start + timedelta(minutes=30 * step) for step in range(4)],
        "form": KitForm(initial={"question": "Should I take the counter-offer?", "length": "25", "days": ["2"]}),
        "wrong": KitForm({"email": "sam", "question": "", "helped": ""}, auto_id="wrong_%s"),
        "tabs": [
            {"href": "#up", "label": "Upcoming", "count": 2, "current": True},
            {"href": "#waiting", "label": "Waiting", "count": 1},
            {"href": "#past", "label": "Past"},
        ],
        "steps": [
            {"title": "Booked and confirmed", "detail": "Tuesday 24 November, 13:52", "state": "done"},
            {"title": "The call is open", "detail": "Until 15:10 today", "state": "current"},
            {"title": "Say if it helped", "detail": "One tap and an optional note", "state": ""},
        ],
        "page": Paginator(range(100), 10).page(4),
        "ribbon_days": [(letter, index == 2, index < 4, index == 1) for index, letter in enumerate("TWTFSSM")],
        "open_spans": [(750, 810), (1080, 1230)],
        "bars_items": list(zip(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], [3, 5, 8, 6, 4, 1, 2], strict=True)),
    }
