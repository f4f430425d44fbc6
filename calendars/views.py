"""The page for calendars that a person keeps elsewhere. Nothing is fetched here: only workers read calendars."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from accounts.viewing import viewer_zone
from common.pages.requests import post_data
from sessions_app.availability.busy_week import busy_week_of

from .accounts import connect_caldav, renew_password
from .connecting import (
    check_connecting,
    connect_address,
    count_connection,
    disconnect,
    look_now,
    replace_address,
    switch_calendar,
)
from .consent.wording import list_offers
from .errors import CalendarError
from .forms import AddressForm, BusyForm, CalDavForm, ChoiceForm, PasswordForm, SwitchesForm
from .guides import GUIDES, PASSWORD_GUIDES
from .models import AllDay, Connection, ConnectionKind, ConnectionState, ExternalCalendar
from .wording import Failure, describe_failure
from .writing.choosing import choose_calendar, stop_writing
from .writing.panel import WritingPanel, writing_panel_of

# Failures after which a service has to be asked for new tokens
NEEDS_CONSENT = {"refused", "key"}
# Failures that another address of the same calendar would mend
NEEDS_ADDRESS = {"refused", "address", "key", "redirects", "not_a_calendar"}


@dataclass(frozen=True, slots=True)
class CalendarPanel:
    calendar: ExternalCalendar
    switches: BusyForm
    now: datetime

    @property
    def upcoming(self) -> datetime | None:
        """As it was read last; what has begun meanwhile isn't upcoming any more."""
        start = self.calendar.next_start
        return start if start and start > self.now else None


@dataclass(frozen=True, slots=True)
class ConnectionPanel:
    connection: Connection
    calendars: Sequence[CalendarPanel]
    choice: ChoiceForm
    password_form: PasswordForm
    address_form: AddressForm
    now: datetime

    @property
    def name(self) -> str:
        is_account = self.has_several or not self.calendars
        return self.connection.host if is_account else self.calendars[0].calendar.shown_name

    @property
    def has_several(self) -> bool:
        """Also an account in which there is only one for now."""
        return any(panel.calendar.remote_id for panel in self.calendars)

    @property
    def counts(self) -> bool:
        return any(panel.calendar.counts for panel in self.calendars)

    @property
    def is_proposed(self) -> bool:
        return self.connection.state == ConnectionState.PROPOSED

    @property
    def is_ending(self) -> bool:
        """It is disconnected as soon as the sessions that we put there are removed."""
        return self.connection.ending_at is not None

    @property
    def is_reading(self) -> bool:
        return self.connection.next_at <= self.now

    @property
    def can_count(self) -> bool:
        return self.is_proposed and self.connection.synced_at is not None

    @property
    def failure(self) -> Failure | None:
        return describe_failure(self.connection) if self.connection.failing_since else None

    @property
    def has_password(self) -> bool:
        """While calendars are being chosen, it is asked for only if it is at fault."""
        return self.connection.kind == ConnectionKind.CALDAV and (not self.is_proposed or self.needs_password)

    @property
    def needs_password(self) -> bool:
        return self.connection.failure == "refused" or bool(self.password_form.errors)

    @property
    def has_address(self) -> bool:
        return self.connection.kind == ConnectionKind.ADDRESS and (not self.is_proposed or self.needs_address)

    @property
    def needs_address(self) -> bool:
        return self.connection.failure in NEEDS_ADDRESS or bool(self.address_form.errors)

    @property
    def can_connect_again(self) -> bool:
        """Its person can mend it by consenting once more."""
        row = self.connection
        return row.failure in NEEDS_CONSENT and any(offer.slug == row.kind for offer in list_offers())

    @property
    def tone(self) -> str:
        if self.connection.state == ConnectionState.NEEDS_YOU or self.connection.stopped_at:
            return "danger"
        return "warn"


@dataclass(frozen=True, slots=True)
class Typed:
    """Forms of connections that were sent and can't be taken: by the number of the calendar, or of the connection."""

    switches: dict[int, BusyForm] = field(default_factory=dict)
    choices: dict[int, ChoiceForm] = field(default_factory=dict)
    passwords: dict[int, PasswordForm] = field(default_factory=dict)
    addresses: dict[int, AddressForm] = field(default_factory=dict)
    writing: WritingPanel | None = None

    @property
    def has_errors(self) -> bool:
        return bool(self.switches or self.choices or self.passwords or self.addresses or self.writing)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def external_calendars(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST" and request.POST.get("kind") == ConnectionKind.CALDAV:
        return _connect_account(request, now)
    form = AddressForm(post_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            check_connecting(request, request.user, now)
            connect_address(person=request.user, address=form.cleaned_data["address"], now=now)
        except CalendarError as error:
            form.add_error(error.field, error.as_form_error())
        else:
            messages.success(request, _("We’re reading your calendar. Nothing counts before you’ve seen what’s in it."))
            return redirect("external_calendars")
    return _render_page(request, now, form=form)


def _connect_account(request: SignedInRequest, now: datetime) -> HttpResponse:
    form = CalDavForm(request.POST)
    if form.is_valid():
        try:
            check_connecting(request, request.user, now)
            connect_caldav(person=request.user, now=now, **form.cleaned_data)
        except CalendarError as error:
            form.add_error(error.field, error.as_form_error())
        else:
            messages.success(request, _("We’re looking for your calendars. Nothing counts before you’ve chosen."))
            return redirect("external_calendars")
    return _render_page(request, now, account_form=form)


@require_POST
def external_calendar(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One button of one connection: which, says `act`."""
    connection = get_object_or_404(Connection.objects.filter(person=request.user), uuid=uuid)
    now, act = timezone.now(), request.POST.get("act")
    try:
        if act == "count":
            return _count(request, connection, now)
        if act == "look":
            look_now(connection=connection, now=now)
            messages.success(request, _("We’re looking now. Reload this page in a moment."))
        elif act == "disconnect":
            _disconnect(request, connection, now)
        elif act == "password":
            return _renew_password(request, connection, now)
        elif act == "address":
            return _replace_address(request, connection, now)
        else:
            return _switch(request, connection, now)
    except CalendarError as error:
        messages.error(request, error.message, extra_tags=error.code)
    return redirect("external_calendars")


def _count(request: SignedInRequest, connection: Connection, now: datetime) -> HttpResponse:
    calendars = [one for one in connection.calendars.all() if not one.is_gone]
    chosen = None
    if any(one.remote_id for one in calendars):
        form = ChoiceForm(calendars, request.POST, prefix=f"n{connection.pk}")
        if not form.is_valid():
            return _render_page(request, now, typed=Typed(choices={connection.pk: form}))
        chosen = {int(number) for number in form.cleaned_data["calendars"]}
    count_connection(connection=connection, chosen=chosen, now=now)
    messages.success(request, _("Your busy times count from now on."))
    return redirect("external_calendars")


def _renew_password(request: SignedInRequest, connection: Connection, now: datetime) -> HttpResponse:
    form = PasswordForm(request.POST, prefix=f"p{connection.pk}")
    said = _("Saved. We’re signing in with it now. Reload this page in a moment.")

    def renew() -> None:
        renew_password(connection=connection, password=form.cleaned_data["password"], now=now)

    return _save_secret(request, form, renew, said, Typed(passwords={connection.pk: form}), now)


def _replace_address(request: SignedInRequest, connection: Connection, now: datetime) -> HttpResponse:
    form = AddressForm(request.POST, prefix=f"a{connection.pk}")
    said = _("Saved. We’re reading your calendar there now. Reload this page in a moment.")

    def replace() -> None:
        check_connecting(request, request.user, now)
        replace_address(connection=connection, address=form.cleaned_data["address"], now=now)

    return _save_secret(request, form, replace, said, Typed(addresses={connection.pk: form}), now)


# What replaces the secret of a connection; the page is shown again with what stands against it.
def _save_secret(
    request: SignedInRequest, form: Form, save: Callable[[], None], said: str, typed: Typed, now: datetime
) -> HttpResponse:
    if form.is_valid():
        try:
            save()
        except CalendarError as error:
            form.add_error(error.field, error.as_form_error())
        else:
            messages.success(request, said)
            return redirect("external_calendars")
    return _render_page(request, now, typed=typed)


def _disconnect(request: SignedInRequest, connection: Connection, now: datetime) -> None:
    if disconnect(connection=connection, now=now):
        messages.success(request, _("Disconnected. We’ve deleted the address and everything that we read."))
    else:
        words = _(
            "Nothing is read any more. We take your upcoming sessions out of that calendar first, "
            "and email you an invitation for each."
        )
        messages.success(request, words)


@require_POST
def calendar_writing(request: SignedInRequest) -> HttpResponse:
    """Into which calendar the person's sessions are put, if into any."""
    now = timezone.now()
    panel = writing_panel_of(request.user, now=now, data=request.POST)
    if panel is None or panel.form is None:
        messages.error(request, _("None of your calendars can be written into any more."), extra_tags="not_writable")
        return redirect("external_calendars")
    if not panel.form.is_valid():
        return _render_page(request, now, typed=Typed(writing=panel))
    chosen = panel.form.cleaned_data["calendar"]
    try:
        if chosen is None:
            stop_writing(person=request.user, now=now)
            said = _(
                "Saved. We take upcoming sessions out of your calendar, and email you an invitation for each. "
                "New ones come the same way."
            )
            messages.success(request, said)
        else:
            choose_calendar(calendar=ExternalCalendar.objects.get(pk=chosen), now=now)
            messages.success(request, _("Saved. Your upcoming sessions will be in your calendar in a minute."))
    except CalendarError as error:
        panel.form.add_error(error.field, error.as_form_error())
        return _render_page(request, now, typed=Typed(writing=panel))
    return redirect("external_calendars")


def _switch(request: SignedInRequest, connection: Connection, now: datetime) -> HttpResponse:
    calendars = list(connection.calendars.all())
    named = [one for one in calendars if str(one.pk) == request.POST.get("calendar") or len(calendars) == 1]
    if not named:
        raise Http404
    form = _switches_for(connection.kind)(request.POST, prefix=f"c{named[0].pk}")
    if not form.is_valid():
        return _render_page(request, now, typed=Typed(switches={named[0].pk: form}))
    chosen = form.cleaned_data
    switch_calendar(
        calendar=named[0],
        counts=chosen["counts"],
        treats_tentative=chosen.get("treats_tentative", named[0].treats_tentative),
        treats_all_day=AllDay(chosen.get("treats_all_day", named[0].treats_all_day)),
        keeps_titles=chosen.get("keeps_titles", False),
        now=now,
    )
    messages.success(request, _("Saved. It shows as soon as we’ve read your calendar again."))
    return redirect("external_calendars")


def _render_page(
    request: SignedInRequest,
    now: datetime,
    *,
    form: AddressForm | None = None,
    account_form: CalDavForm | None = None,
    typed: Typed | None = None,
) -> HttpResponse:
    form, account_form, typed = form or AddressForm(), account_form or CalDavForm(), typed or Typed()
    rows = Connection.objects.filter(person=request.user).prefetch_related("calendars")
    context = {
        "form": form,
        "account_form": account_form,
        "panels": [_panel_of(row, typed, now) for row in rows],
        "writing": typed.writing or writing_panel_of(request.user, now=now),
        "elsewhere": busy_week_of(request.user, zone=viewer_zone(request), now=now),
        "guides": GUIDES,
        "password_guides": PASSWORD_GUIDES,
        "offers": list_offers(),
        "nav": "settings",
    }
    has_errors = bool(form.errors or account_form.errors or typed.has_errors)
    return render(request, "calendars/settings.html", context, status=422 if has_errors else 200)


def _panel_of(row: Connection, typed: Typed, now: datetime) -> ConnectionPanel:
    calendars = row.calendars.all()
    there = [one for one in calendars if not one.is_gone]
    return ConnectionPanel(
        connection=row,
        # One that is gone is shown for as long as its person relied on it.
        calendars=[
            CalendarPanel(one, typed.switches.get(one.pk) or _switches_of(one, row.kind), now)
            for one in calendars
            if one.counts or not one.is_gone
        ],
        choice=typed.choices.get(row.pk) or ChoiceForm(there, prefix=f"n{row.pk}"),
        password_form=typed.passwords.get(row.pk) or PasswordForm(prefix=f"p{row.pk}"),
        address_form=typed.addresses.get(row.pk) or AddressForm(prefix=f"a{row.pk}"),
        now=now,
    )


def _switches_of(calendar: ExternalCalendar, kind: str) -> BusyForm:
    names = ("counts", "treats_tentative", "treats_all_day", "keeps_titles")
    initial = {name: getattr(calendar, name) for name in names}
    return _switches_for(kind)(initial=initial, prefix=f"c{calendar.pk}")


def _switches_for(kind: str) -> type[BusyForm]:
    return BusyForm if kind == ConnectionKind.GOOGLE else SwitchesForm
